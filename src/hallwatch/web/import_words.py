"""How imports are said on the pages, in the language of whoever looks."""

from __future__ import annotations

from hallwatch.web.texts import N_, gettext

KIND_WORDS = {
    "roster": N_("Roster of students and staff"),
    "registry": N_("Registry of people to be looked for"),
    "list": N_("List of people to be looked for (list.csv)"),
}

STAGE_WORDS = {
    "reading": N_("Being read"),
    "planned": N_("Waits for you to go on"),
    "taking": N_("Being taken in"),
    "done": N_("Taken in"),
    "ended": N_("Not taken in"),
}

CHANGE_WORDS = {
    "add": N_("To add"),
    "change": N_("To change"),
    "same": N_("As they are"),
    "end": N_("Not in the file any more"),
    "refused": N_("Refused"),
}

FIELD_WORDS = {
    "external_id": N_("id"),
    "first_name": N_("first name"),
    "last_name": N_("last name"),
    "middle_name": N_("middle name"),
    "suffix": N_("suffix"),
    "born": N_("birth date"),
    "birth_year": N_("year of birth"),
    "aliases": N_("other names"),
    "alias_births": N_("other birth dates"),
    "photos": N_("photos"),
    "schools": N_("schools"),
    "role": N_("role"),
    "terms": N_("what the registry says"),
    "other_ids": N_("further ids"),
    "reason": N_("reason"),
    "authority": N_("who ordered it"),
    "ends": N_("last day"),
    "starts": N_("first day"),
    "conditions": N_("conditions"),
    "kind": N_("list"),
    "document": N_("notice that was served"),
    "review": N_("day of review"),
    "lists": N_("further lists"),
}

BATCH_WORDS = {
    "reading": N_("Not whole yet: the file has to be taken in again"),
    "waiting": N_("Waits for others' yes"),
    "approved": N_("Approved, being taken over"),
    "taken over": N_("Taken over"),
    "declined": N_("Declined"),
    "lapsed": N_("Lapsed: nobody answered in time"),
}

ACT_WORDS = {
    "list": N_("To be listed"),
    "end": N_("Listing to end"),
}


def batch_words(state: str) -> str:
    """How an import for others' yes stands."""
    return gettext(BATCH_WORDS[state])


def act_words(act: str) -> str:
    """What an import does with a listing."""
    return gettext(ACT_WORDS[act])


def kind_words(kind: str) -> str:
    """What was handed over."""
    return gettext(KIND_WORDS[kind])


def stage_words(stage: str) -> str:
    """How far an import is."""
    return gettext(STAGE_WORDS[stage])


def change_words(change: str) -> str:
    """What taking a row in would do."""
    return gettext(CHANGE_WORDS[change])


def field_words(name: str) -> str:
    """A field of a person in a file, by its name."""
    return gettext(FIELD_WORDS[name]) if name in FIELD_WORDS else name
