"""A change of a setting that waits for a second person's yes, and the value that stood before the last one."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256

ASKED = "console-asked/"
"""Before the name of a setting in the records: the change that waits."""
BEFORE = "console-before/"
"""Before the name: what it was until the last change that two people made, as a JSON string; "" is its default."""
WHAT = "setting"
"""What a second person is asked for."""


@dataclass(frozen=True, slots=True)
class AskedSetting:
    """``text`` is the wanted value as JSON ("": the default), ``before`` that of now; ``projected`` says what was to be
    expected of both when it was asked for."""

    request_id: str
    asked_by: str
    reason: str
    before: str
    text: str
    projected: str

    @property
    def kept(self) -> str:
        """As it stands in the records."""
        return json.dumps(asdict(self))

    def digest(self, name: str) -> str:
        """What a yes is to."""
        return digest_of_change(name, self.before, self.text, self.projected)

    @classmethod
    def of(cls, kept: str) -> AskedSetting:
        """What was kept so."""
        return cls(**json.loads(kept))


def digest_of_change(name: str, before: str, text: str, projected: str) -> str:
    """SHA-256 over exactly what is asked for."""
    return sha256(json.dumps([name, before, text, projected]).encode()).hexdigest()
