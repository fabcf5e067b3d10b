"""From what a file says of somebody to the listings that others are asked for, and what of it is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from hashlib import sha256

from hallwatch.core.import_batch import RENEW_DAYS, Known, Stands
from hallwatch.core.imports import Change, Entry, Found, RegistryTerms, RowFault, Step, changed_fields
from hallwatch.core.listing import Kind, Terms, faults
from hallwatch.core.policy.jurisdiction import Profile

PARTICULARS = frozenset(
    {
        "first_name",
        "last_name",
        "middle_name",
        "suffix",
        "aliases",
        "alias_births",
        "other_ids",
    }
)
"""Fields that change at once; every other change is others' to say yes to."""
BY_HAND = "a person has ended the listing here; write a new one in the console if there is a new reason"
SUSPENDED = "is suspended here and stays so; resume or end that listing first"
MARK = "import-"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a file is to be taken in: for which schools (none: all), until when where the file says nothing."""

    schools: frozenset[str] = frozenset()
    ends: date | None = None


def key_of(source: str) -> str:
    """What stands for a source among ids: eight letters of a digest, so that no two sources' ids are the same."""
    return MARK + sha256(" ".join(source.casefold().split()).encode()).hexdigest()[:8]


def external_id_of(source: str, theirs: str) -> str:
    """The id under which somebody from a source is kept; theirs is the source's own."""
    return f"{key_of(source)}/{theirs}"


def shown_id(external_id: str) -> str:
    """An id as people know it: that of the source, without ours before it."""
    mark, _, theirs = external_id.partition("/")
    return theirs if mark.startswith(MARK) and theirs else external_id


def terms_of(entry: Entry, found: Found, wish: Wish, profile: Profile, today: date) -> tuple[Terms, ...]:
    """The listings that somebody's entry asks for, none longer than the place allows."""
    said = (entry.terms, *entry.more_terms)
    return tuple(_terms(one, found, wish, profile, today) for one in said if one is not None)


def _terms(said: RegistryTerms, found: Found, wish: Wish, profile: Profile, today: date) -> Terms:
    starts = said.starts or today
    rules = profile.listing
    ends = said.ends or wish.ends or max(starts, today) + timedelta(days=rules.default_days)
    of = f", of {found.source_date}" if found.source_date else ""
    return Terms(
        kind=said.kind,
        reason=said.reason,
        authority=said.authority or (found.source if said.kind == Kind.REGISTRY else ""),
        photo_source=f"{found.source}{of}",
        starts=starts,
        ends=min(ends, max(starts, today) + timedelta(days=rules.longest_days)),
        document=said.document,
        schools=wish.schools,
        conditions=said.conditions,
        review=said.review,
    )


def why_not_listed(
    entry: Entry,
    terms: Iterable[Terms],
    profile: Profile,
    today: date,
    *,
    photo: bool,
    own_kinds: frozenset[str] = frozenset(),
) -> str | None:
    """Why somebody in a file cannot be listed so; ``own_kinds`` are the lists that the district's board has made."""
    for one in terms:
        if (why := profile.forbids_list(one.kind)) is not None:
            return why
        if wrong := faults(one, profile.listing, today, own_kinds):
            return "; ".join(wrong)
    if entry.terms is None:
        return "the file does not say why this person is to be listed"
    return None if photo else "no photo; not listed"


def compared(entry: Entry, known: Known | None, terms: tuple[Terms, ...], today: date) -> Step | RowFault:
    """What taking an entry in would do. Nobody is listed again whom a person has taken off the list."""
    if known is None or known.stands is Stands.OVER:
        return Step(Change.ADD, entry.external_id, row=entry.row)
    if known.stands is Stands.ENDED:
        return RowFault("", entry.row, BY_HAND, entry.external_id)
    changed = changed_fields(known.entry, entry)
    if changed and known.stands is Stands.SUSPENDED:
        return RowFault("", entry.row, SUSPENDED, entry.external_id)
    if not changed and known.stands is Stands.LISTED and known.ends is not None:
        later = min((one.ends for one in terms), default=known.ends)
        if known.ends <= today + timedelta(days=RENEW_DAYS) and later > known.ends:
            changed = ("ends",)
    return Step(Change.CHANGE if changed else Change.SAME, entry.external_id, changed, entry.row)


def in_words(step: Step, before: Mapping[str, Known], entry: Entry | None) -> Step:
    """The same step with its fields as people call them."""
    known = before.get(step.external_id)
    named: dict[str, None] = {}
    for name in step.fields:
        if name == "prints":
            named["photos"] = None
        elif name == "terms" and known and known.entry.terms and entry and entry.terms:
            was, will = known.entry.terms, entry.terms
            named |= {
                one.name: None
                for one in fields(RegistryTerms)
                if getattr(was, one.name) != getattr(will, one.name)
            }
        else:
            named["lists" if name == "more_terms" else name] = None
    return replace(step, fields=tuple(named))
