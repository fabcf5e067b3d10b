"""What goes into sealed columns and comes out of them: people, pictures and templates, bound to their place."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from pydantic import TypeAdapter

from hallwatch.core.model import Person
from hallwatch.core.requests import PhotoKept
from hallwatch.errors import KeyGone, SealBroken
from hallwatch.ports import Vault

LOG = logging.getLogger(__name__)
_PERSON: TypeAdapter[Person] = TypeAdapter(Person)


@dataclass(frozen=True, slots=True)
class Named:
    """Whom an alert names; of an incident only the ``text`` that was said."""

    external_id: str
    name: str
    lists: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What somebody said of an alert, and which pictures (digests) were on the screen."""

    reason: str = ""
    words: str = ""
    shown: tuple[str, ...] = ()


_SPOKEN: TypeAdapter[Spoken] = TypeAdapter(Spoken)
FOR_PUSH = "for push"
"""The key of push subscriptions: the deliverer has it, and no other."""
_NAMED: TypeAdapter[Named] = TypeAdapter(Named)

ERASED = Named("", "Erased person", ())
"""What is left to say of somebody whose key was destroyed."""


UNREADABLE = Named("", "A record that cannot be opened", ())
"""Stands for an alert whose seal is broken: it must neither be believed nor keep the others from being seen."""


class Seals:
    """Seals and opens the columns of one database."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    def person(self, person_id: str, person: Person) -> bytes:
        """A person's particulars."""
        return self.vault.seal(person_id, _PERSON.dump_json(person), f"person/{person_id}")

    def open_person(self, person_id: str, sealed: bytes) -> Person:
        """The same. Raises KeyGone, SealBroken."""
        return _PERSON.validate_json(self.vault.unseal(person_id, sealed, f"person/{person_id}"))

    def photo(self, person_id: str, place: int, jpeg: bytes) -> bytes:
        """A listed photo."""
        return self.vault.seal(person_id, jpeg, f"photo/{person_id}/{place}")

    def open_photo(self, person_id: str, place: int, sealed: bytes) -> bytes:
        """The same."""
        return self.vault.unseal(person_id, sealed, f"photo/{person_id}/{place}")

    def template(self, person_id: str, place: int, fingerprint: str, numbers: bytes) -> bytes:
        """A listed photo's template."""
        return self.vault.seal(person_id, numbers, f"template/{person_id}/{place}/{fingerprint}")

    def open_template(self, person_id: str, place: int, fingerprint: str, sealed: bytes) -> bytes:
        """The same."""
        return self.vault.unseal(person_id, sealed, f"template/{person_id}/{place}/{fingerprint}")

    def named(self, person_id: str, alert_id: str, named: Named) -> bytes:
        """Whom an alert names."""
        return self.vault.seal(person_id, _NAMED.dump_json(named), f"alert/{alert_id}")

    def open_named(self, person_id: str, alert_id: str, sealed: bytes) -> Named:
        """The same; ERASED when the person was erased, or the key destroyed."""
        if not sealed:
            return ERASED
        try:
            return _NAMED.validate_json(self.vault.unseal(person_id, sealed, f"alert/{alert_id}"))
        except KeyGone:
            return ERASED
        except SealBroken:
            LOG.error("alert %s cannot be opened: it was altered, or sealed with another key", alert_id)
            return UNREADABLE

    def shot(self, person_id: str, alert_id: str, jpeg: bytes, number: int = 0) -> bytes:
        """The picture of a stop on an alert's path."""
        return self.vault.seal(person_id, jpeg, _shot_place(alert_id, number))

    def open_shot(self, person_id: str, alert_id: str, sealed: bytes, number: int = 0) -> bytes | None:
        """The same; None when the person's key was destroyed."""
        try:
            return self.vault.unseal(person_id, sealed, _shot_place(alert_id, number))
        except (KeyGone, SealBroken):
            return None

    def spoken(self, person_id: str, alert_id: str, number: int, said: Spoken) -> bytes:
        """What was said in a step of an alert's life."""
        return self.vault.seal(person_id, _SPOKEN.dump_json(said), f"step/{alert_id}/{number}")

    def open_spoken(self, person_id: str, alert_id: str, number: int, sealed: bytes) -> Spoken:
        """The same; nothing when the person was erased."""
        if not sealed:
            return Spoken()
        try:
            return _SPOKEN.validate_json(self.vault.unseal(person_id, sealed, f"step/{alert_id}/{number}"))
        except KeyGone:
            return Spoken()
        except SealBroken:
            LOG.error("step %d of alert %s cannot be opened", number, alert_id)
            return Spoken(words="(cannot be opened)")

    def site(self, place: str, plain: bytes) -> bytes:
        """What belongs to nobody on the list: settings, accounts."""
        return self.vault.seal("site", plain, place)

    def open_site(self, place: str, sealed: bytes) -> bytes:
        """The same."""
        return self.vault.unseal("site", sealed, place)

    def subscription(self, subscription_id: str, plain: bytes) -> bytes:
        """Where a browser takes push messages."""
        return self.vault.seal(FOR_PUSH, plain, f"push_subscription/{subscription_id}")

    def open_subscription(self, subscription_id: str, sealed: bytes) -> bytes:
        """The same."""
        return self.vault.unseal(FOR_PUSH, sealed, f"push_subscription/{subscription_id}")

    def content(self, person: Person, photos: Sequence[PhotoKept]) -> bytes:
        """A keyed digest of everything that is kept of a person."""
        digest = sha256(_PERSON.dump_json(person))
        for photo in photos:
            for part in (photo.jpeg, photo.fingerprint.encode(), photo.template):
                digest.update(len(part).to_bytes(8, "big") + part)
        return self.vault.tag("content", digest.hexdigest())

    def tag(self, external_id: str) -> bytes:
        """By which an external id is found again."""
        return self.vault.tag("external-id", external_id)


def _shot_place(alert_id: str, number: int) -> str:
    """The first stop's is where earlier versions kept an alert's only picture."""
    return f"shot/{alert_id}/{number}" if number else f"shot/{alert_id}"
