"""The settings as pages show and change them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hallwatch.core.asked_setting import AskedSetting
from hallwatch.core.notice import Particulars


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as people see it: its name, its value without secrets, and what it means.

    ``source`` says where the value comes from: "file", "console" or "" (its default); ``waiting`` is what it will be
    from the next start on; ``choices`` are the words that it may be, if it is not written freely. A ``secret`` is never
    shown. A change of one that ``takes_two`` waits for another person's yes.
    """

    name: str
    value: str
    help: str
    source: str = ""
    waiting: str | None = None
    changeable: bool = False
    at_once: bool = False
    secret: bool = False
    takes_two: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """One table of hallwatch.toml."""

    title: str
    settings: tuple[Setting, ...]


class SettingQuestions(Protocol):
    """Settings as they stand now."""

    def groups(self) -> tuple[SettingGroup, ...]:
        """Every table of hallwatch.toml, also those that stand at their defaults."""

    def changeable(self, name: str) -> Setting | None:
        """The setting of this name, if it can be changed in the console just now."""

    def kept_as(self, name: str, words: str) -> str:
        """How what somebody wrote is kept. Raises SettingsError, in one line, for what the setting cannot be."""

    def meant(self, name: str, text: str) -> str | float | int | bool | None:
        """The value that what is kept stands for; "" is the default."""

    def asked(self, name: str) -> AskedSetting | None:
        """The change that waits for another's yes."""

    def before(self, name: str) -> str | None:
        """What it was before the last change that took two people; None where nobody can go back."""

    def claimed(self) -> float:
        """How many wrong alerts a day the whole site is to bear, by which this run's threshold was chosen."""

    def particulars(self) -> Particulars:
        """What notices say of the district just now."""
