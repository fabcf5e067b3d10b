"""What is done with listings by hand, the same from a page, a program or a command: the order of things, once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from hallwatch.core.dossier import Dossier
from hallwatch.core.likeness import Likeness
from hallwatch.core.listing import State
from hallwatch.core.listing_facts import ListFacts, ListingFacts
from hallwatch.core.listing_requests import ProposeListing
from hallwatch.core.model import Person
from hallwatch.core.requests import By, Done, KeepPerson, PhotoKept, Request
from hallwatch.errors import UserError

MOVES = {"suspend": State.SUSPENDED, "resume": State.ACTIVE, "end": State.ENDED}
"""Turns of a listing that need a reason and nobody else's yes, and what it becomes by each."""
MOST_PHOTO_MB = 16
"""A photo that somebody gives may be so large."""

Ask = Callable[[Request], Done]


class Photos(Protocol):
    """Photos that somebody gives."""

    def taken(self, data: bytes, name: str) -> bytes:
        """The upload as a clean JPEG. Raises ImageError."""

    def shielded(self, data: bytes, name: str) -> bytes:
        """The upload cut to its largest face, everybody else in it unrecognisable, as a JPEG. Raises ImageError,
        UserError."""

    def looked_at(self, jpeg: bytes) -> tuple[str, bytes, str]:
        """Fingerprint, template and the gate's verdict; all empty where faces are not matched. Raises
        EnrolmentError."""


class ListPages(Protocol):
    """Lists as a whole, for some schools (None: for all)."""

    def counts(self, schools: frozenset[str] | None) -> tuple[ListFacts, ...]:
        """Every list with its open listings, counted."""

    def one(self, listing_id: str, schools: frozenset[str] | None) -> ListingFacts | None:
        """The listing of this number; None for another school's."""

    def some(
        self,
        schools: frozenset[str] | None,
        kind: str,
        states: Collection[State],
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> list[ListingFacts]:
        """The first ``limit`` written after that moment and number, oldest first."""


def add_person(
    person: Person, data: bytes, name: str, *, by: By, photos: Photos, is_known: bool, ask: Ask
) -> str:
    """Keep somebody new with one photo, as it was given; ``name`` is what a refusal calls it. Returns the number.

    Raises UserError: for an id that is known, for a photo that is none or that the gate refuses. What will not do is
    refused now, not weeks later; no template is made yet.
    """
    if is_known:
        raise UserError("somebody with this id is known already; find the person in the roster")
    if not data:
        raise UserError("no photo was chosen")
    if len(data) > MOST_PHOTO_MB << 20:
        raise UserError(f"the photo is larger than {MOST_PHOTO_MB} MB; save a smaller copy")
    jpeg = photos.taken(data, name)
    verdict = photos.looked_at(jpeg)[2]
    kept = replace(person, verdicts=(verdict,))
    return ask(KeepPerson(by, kept, (PhotoKept("photo", jpeg, "", b""),))).subject


def kept_anew(
    photos: Photos, by: By, dossier: Dossier, jpegs: Sequence[bytes], *, templates: bool
) -> KeepPerson:
    """The person with these photos, each judged. Raises EnrolmentError for one that cannot be used."""
    kept, verdicts = [], []
    for place, jpeg in enumerate(jpegs):
        fingerprint, numbers, verdict = photos.looked_at(jpeg)
        kept.append(PhotoKept(str(place), jpeg, *((fingerprint, numbers) if templates else ("", b""))))
        verdicts.append(verdict)
    return KeepPerson(by, replace(dossier.person, verdicts=tuple(verdicts)), tuple(kept))


def propose(
    listing_id: str,
    dossier: Dossier,
    *,
    by: By,
    photos: Photos,
    ask: Ask,
    likeness: Callable[[str], Likeness | None],
) -> Done:
    """Make the templates that cameras need, then ask the others. ``number`` is how many have to say yes.

    ``likeness`` says whom the cameras may take the person of this number for.
    """
    ask(kept_anew(photos, by, dossier, dossier.photos, templates=True))
    return ask(ProposeListing(by, listing_id, likeness(dossier.person_id)))
