"""Listings written at the terminal: read strictly, and put through the same gate as those of the console."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from hallwatch.core.likeness import Likeness
from hallwatch.core.listing import Kind
from hallwatch.core.listing_facts import ListingFacts
from hallwatch.core.listing_requests import WriteListing
from hallwatch.entry.installation import Installation
from hallwatch.entry.keeper_client import at_terminal
from hallwatch.entry.photo_desk import PhotoDesk
from hallwatch.errors import SettingsError, UserError
from hallwatch.flow.listing_acts import MOST_PHOTO_MB, add_person, propose
from hallwatch.web.listing_bodies import Body, ListingBody, PersonBody
from hallwatch.web.problems import fault_of

LARGEST = 1 << 20
PERSON = {"first_name": "First name", "last_name": "Last name", "born": "Born (2001-02-28)"}
LISTING = {
    "list": f"List ({', '.join(Kind)})",
    "reason": "Reason",
    "authority": "Who ordered it",
    "photo_source": "Where the photo comes from",
    "starts": "First day (2027-01-31)",
    "ends": "Last day",
    "document": "Notice that was served",
    "review": "Day of review",
}


class NewListing(Body):
    """A draft, and who it is about: somebody new, or None for somebody known."""

    person: PersonBody | None = None
    listing: ListingBody


def read_request(file: Path | None, *, with_person: bool) -> NewListing:
    """What is to be written, out of a file, standard input, or answers at the terminal. Raises SettingsError."""
    given = _asked(with_person) if file is None and sys.stdin.isatty() else _read(file)
    try:
        wanted = NewListing.model_validate(given)
    except ValidationError as error:
        raise SettingsError(fault_of(error.errors())) from None
    if (wanted.person is not None) != with_person:
        raise SettingsError(
            "person is missing in what was written"
            if with_person
            else "a person that is known already is not written again: leave person out"
        )
    if wanted.person is not None and not (wanted.person.first_name or wanted.person.last_name):
        raise SettingsError("write at least one name")
    return wanted


def add_listing(
    site: Installation, photos: PhotoDesk, wanted: NewListing, photo: Path | None, external_id: str | None
) -> str:
    """The number of the draft. Raises UserError; whoever is new is not kept when the listing cannot be written."""
    terms = wanted.listing.terms()
    with site.reader.list_pages() as pages:
        known = [one.list for one in pages.counts(None)]
    if terms.kind not in known:
        raise SettingsError(
            f"listing.list: {terms.kind[:40]} is no list here; choose one of {', '.join(known)}"
        )
    if not terms.schools <= site.schools:
        raise SettingsError(f"listing.schools: choose among {', '.join(sorted(site.schools))}")
    by = at_terminal()
    with site.asking() as ask:
        if wanted.person is not None and photo is not None:
            person = wanted.person.person(None)
            external_id = person.external_id
            is_known = site.reader.person_of(external_id) is not None
            data = _photo(photo)
            add_person(person, data, "the photo", by=by, photos=photos, is_known=is_known, ask=ask)
        assert external_id is not None
        return ask(WriteListing(by, external_id, terms)).subject


def propose_listing(
    site: Installation,
    photos: PhotoDesk,
    listing: ListingFacts,
    likeness: Callable[[str], Likeness | None],
) -> None:
    """Make the templates, compare them, and ask for the yeses. Raises UserError."""
    dossier = site.reader.dossier(listing.person_id)
    if dossier is None:
        raise UserError("there is no such listing")
    with site.asking() as ask:
        propose(listing.listing_id, dossier, by=at_terminal(), photos=photos, ask=ask, likeness=likeness)


def _photo(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read((MOST_PHOTO_MB << 20) + 1)
    except OSError as error:
        raise SettingsError(f"the photo cannot be read: {error.strerror}") from error


def _read(file: Path | None) -> Any:
    try:
        if file is None:
            text = sys.stdin.read(LARGEST + 1)
        else:
            with file.open(encoding="utf-8") as opened:
                text = opened.read(LARGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"what is to be written cannot be read ({type(error).__name__})") from error
    if len(text) > LARGEST:
        raise SettingsError("what is to be written is larger than any listing")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise SettingsError(
            "what is to be written is no JSON; docs/api.md shows what it looks like"
        ) from None


def _asked(with_person: bool) -> dict[str, Any]:
    """Answers of whoever sits at the terminal; what is left empty is left out."""
    said: dict[str, Any] = {"listing": _answers(LISTING)}
    schools = typer.prompt("Schools, with commas between (empty: all)", default="", show_default=False)
    said["listing"]["schools"] = [one.strip() for one in schools.split(",") if one.strip()]
    return {"person": _answers(PERSON)} | said if with_person else said


def _answers(questions: dict[str, str]) -> dict[str, Any]:
    given = {
        name: typer.prompt(words, default="", show_default=False).strip() for name, words in questions.items()
    }
    return {name: words for name, words in given.items() if words}
