"""The audit trail as a file of JSON lines: what an auditor takes along and checks without Hallwatch's database.

The first line says whose trail it is and with which public key; then one line an entry, in order; then the signed
checkpoints.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from hallwatch.core.audit import AuditEntry, Checkpoint, Deed
from hallwatch.errors import UserError

FORMAT = "hallwatch-audit-1"


@dataclass(frozen=True, slots=True)
class TrailFile:
    """A trail as read from a file."""

    site: str
    public_key: bytes
    entries: tuple[AuditEntry, ...]
    checkpoints: tuple[Checkpoint, ...]


def write_trail(
    out: TextIO,
    site: str,
    public_key: bytes,
    entries: Iterable[AuditEntry],
    checkpoints: Sequence[Checkpoint],
) -> int:
    """Write a whole trail; returns how many entries."""
    _line(out, {"format": FORMAT, "site": site, "public_key": public_key.hex()})
    count = 0
    for entry in entries:
        count += 1
        deed = entry.deed
        _line(
            out,
            {
                "entry": entry.sequence,
                "at": entry.at.isoformat(),
                "actor": deed.actor,
                "action": deed.action,
                "subject": deed.subject,
                "school": deed.school,
                "reason": deed.reason,
                "origin": deed.origin,
                "detail": dict(deed.detail),
                "previous": entry.previous.hex(),
                "digest": entry.digest.hex(),
            },
        )
    for mark in checkpoints:
        _line(
            out,
            {
                "checkpoint": mark.sequence,
                "at": mark.at.isoformat(),
                "digest": mark.digest.hex(),
                "signature": mark.signature.hex(),
            },
        )
    return count


def read_trail(path: Path) -> TrailFile:
    """A trail from a file. Raises UserError, naming the line, for what is no trail at all."""
    try:
        with path.open(encoding="utf-8") as file:
            rows = _rows(file, path)
            first = next(rows, {})
            if first.get("format") != FORMAT:
                raise UserError(f"{path} is no audit trail that this version knows")
            entries, checkpoints = [], []
            for row in rows:
                if "entry" in row:
                    entries.append(_entry(row))
                else:
                    checkpoints.append(_checkpoint(row))
            key = bytes.fromhex(str(first["public_key"]))
            return TrailFile(str(first["site"]), key, tuple(entries), tuple(checkpoints))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {type(error).__name__}") from error
    except (KeyError, ValueError, TypeError) as error:
        raise UserError(f"{path} holds a line that is no line of an audit trail ({error})") from error


def _rows(file: TextIO, path: Path) -> Iterator[dict[str, object]]:
    """Every line's table. A line that says the same in another spelling was altered, too."""
    for number, line in enumerate(file, start=1):
        try:
            row = json.loads(line)
            spelt = json.dumps(row, sort_keys=True) + "\n"
        except ValueError:
            row, spelt = None, ""
        if not isinstance(row, dict) or spelt != line:
            raise UserError(f"line {number} of {path} was altered: it is no line of an audit trail")
        yield row


def _entry(row: dict[str, object]) -> AuditEntry:
    texts = {name: row[name] for name in ("actor", "action", "subject", "school", "reason", "origin")}
    number, detail = row["entry"], row["detail"]
    if (
        not all(isinstance(value, str) for value in texts.values())
        or not isinstance(detail, dict)
        or not isinstance(number, int)
    ):
        raise ValueError("a field of another kind")
    deed = Deed(**{name: str(value) for name, value in texts.items()}, detail=detail)
    return AuditEntry(number, _moment(row["at"]), deed, _bytes(row["previous"]), _bytes(row["digest"]))


def _checkpoint(row: dict[str, object]) -> Checkpoint:
    number = row["checkpoint"]
    if not isinstance(number, int):
        raise ValueError("a number of another kind")
    return Checkpoint(number, _moment(row["at"]), _bytes(row["digest"]), _bytes(row["signature"]))


def _moment(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.isoformat() != text:
        raise ValueError("a time in another spelling")
    return moment


def _bytes(text: object) -> bytes:
    value = bytes.fromhex(str(text))
    if value.hex() != text:
        raise ValueError("digits in another spelling")
    return value


def _line(out: TextIO, row: dict[str, object]) -> None:
    out.write(json.dumps(row, sort_keys=True) + "\n")
