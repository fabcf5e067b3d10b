"""The audit trail: who did what, when, from where and why, as a chain in which nothing can be changed unseen.

Every entry carries the SHA-256 of its own canonical text and of the entry before it. Checkpoints sign the chain's
head (Ed25519, RFC 8032), so that whoever holds the public key and one checkpoint knows everything up to it.
Entries name persons by number only: a trail must be readable long after the people in it are gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias

BROKEN = "trail.broken"
"""The action of the entry that the keeper writes when the trail does not hold the head that it signed last."""

START = bytes(32)
"""What stands before the first entry."""

Plain: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did. ``actor`` is a user's number, ``machine:NAME`` (an account of this machine) or ``system``.

    ``action`` is a dotted word (``person.erase``), ``subject`` what it was done to (a number, never a name),
    ``origin`` from where (an address, ``terminal``), ``reason`` why, in the words of whoever did it.
    """

    actor: str
    action: str
    subject: str = ""
    school: str = ""
    reason: str = ""
    origin: str = ""
    detail: Mapping[str, Plain] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A deed in its place in the chain; ``at`` is UTC."""

    sequence: int
    at: datetime
    deed: Deed
    previous: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signature over the chain's head at ``sequence``."""

    sequence: int
    at: datetime
    digest: bytes
    signature: bytes

    @property
    def signed_text(self) -> bytes:
        """What the signature is over."""
        return checkpoint_text(self.sequence, self.at, self.digest)


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the trail is not what was written."""

    sequence: int
    what: str

    def __str__(self) -> str:
        return f"entry {self.sequence}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at the whole trail found."""

    entries: int
    checkpoints: int
    head: bytes
    faults: tuple[Fault, ...]


def checkpoint_text(sequence: int, at: datetime, digest: bytes) -> bytes:
    """The bytes that a checkpoint signs."""
    return f"hallwatch audit checkpoint 1\n{sequence}\n{at.isoformat()}\n{digest.hex()}\n".encode()


def canonical(sequence: int, at: datetime, deed: Deed, previous: bytes) -> bytes:
    """The one text of an entry: JSON with sorted keys, no spaces, ASCII only."""
    return json.dumps(
        {
            "sequence": sequence,
            "at": at.isoformat(),
            "actor": deed.actor,
            "action": deed.action,
            "subject": deed.subject,
            "school": deed.school,
            "reason": deed.reason,
            "origin": deed.origin,
            "detail": dict(deed.detail),
            "previous": previous.hex(),
        },
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    ).encode()


def chained(sequence: int, at: datetime, deed: Deed, previous: bytes) -> AuditEntry:
    """The deed as the next entry."""
    return AuditEntry(sequence, at, deed, previous, sha256(canonical(sequence, at, deed, previous)).digest())


Signed: TypeAlias = Callable[[bytes, bytes], bool]
"""(text, signature) -> whether the trail's key signed it."""


def verify(
    entries: Iterable[AuditEntry],
    checkpoints: Sequence[Checkpoint],
    signed: Signed,
    *,
    head: Checkpoint | None = None,
) -> Verified:
    """Walk the whole chain and say where it breaks; every fault is named, the first is where to look.

    ``head`` is a checkpoint kept apart from the trail: entries that are missing at the end are found by it.
    """
    faults: list[Fault] = []
    known = (*checkpoints, *([head] if head else []))
    marks: dict[int, set[bytes]] = {}
    for mark in known:
        marks.setdefault(mark.sequence, set()).add(mark.digest)
    for mark in known:
        if not signed(mark.signed_text, mark.signature):
            faults.append(Fault(mark.sequence, "its checkpoint is not signed by the key of this trail"))
    previous, count = START, 0
    expected = 1
    for entry in entries:
        count += 1
        if entry.sequence != expected:
            faults.append(Fault(expected, _missing(expected, entry.sequence)))
        elif entry.previous != previous:
            faults.append(Fault(entry.sequence, "it does not follow from the entry before it"))
        if sha256(canonical(entry.sequence, entry.at, entry.deed, entry.previous)).digest() != entry.digest:
            faults.append(Fault(entry.sequence, "it was altered: its digest is another"))
        if entry.deed.action == BROKEN:
            at = entry.deed.detail.get("signed_sequence")
            faults.append(
                Fault(entry.sequence, f"before it, entries up to {at} were taken away or written anew")
            )
        if marks.pop(entry.sequence, {entry.digest}) != {entry.digest}:
            faults.append(Fault(entry.sequence, "it is not the entry that the checkpoint signed"))
        previous, expected = entry.digest, entry.sequence + 1
    for sequence in sorted(marks):
        if sequence >= expected:
            faults.append(Fault(expected, f"missing: a checkpoint knows entries up to {sequence}"))
            break
        faults.append(Fault(sequence, "missing: a checkpoint knows it"))
    faults.sort(key=lambda fault: fault.sequence)
    return Verified(count, len(checkpoints), previous, tuple(faults))


def _missing(expected: int, found: int) -> str:
    if found < expected:
        return f"number {found} stands here a second time, or out of order"
    return "missing" if found == expected + 1 else f"missing, and all up to {found - 1}"
