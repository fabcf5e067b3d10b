"""The audit trail's head, signed and kept apart from the database: it tells when entries are missing at the end."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

from hallwatch.core.audit import Checkpoint

HEAD = "audit-head.json"


def keep_head(path: Path, mark: Checkpoint) -> None:
    """Replace the head in one step."""
    part = path.with_suffix(".part")
    part.write_text(
        json.dumps(
            {
                "sequence": mark.sequence,
                "at": mark.at.isoformat(),
                "digest": mark.digest.hex(),
                "signature": mark.signature.hex(),
            }
        )
        + "\n",
        encoding="ascii",
    )
    os.replace(part, path)


def read_head(path: Path) -> Checkpoint | None:
    """The head; None when there is none yet. A damaged one is a checkpoint whose signature does not fit."""
    try:
        table = json.loads(path.read_text(encoding="ascii"))
        return Checkpoint(
            int(table["sequence"]),
            datetime.fromisoformat(table["at"]),
            bytes.fromhex(table["digest"]),
            bytes.fromhex(table["signature"]),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, UnicodeDecodeError):
        return Checkpoint(0, datetime.min, b"", b"")
