"""Settings that the console changes: which they are, what they may be, and how they join hallwatch.toml.

What hallwatch.toml says stands; what it leaves out may be set in the console, and is kept in the database as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from hallwatch.errors import SettingsError
from hallwatch.settings.section import Section
from hallwatch.settings.site import Site

Plain = str | float | int | bool | None
AT_ONCE = ("sign_in", "notice")
"""Tables that are looked up whenever they are needed; most others are read at the start."""


@dataclass(frozen=True, slots=True)
class Changeable:
    """A setting of a table that the console may change."""

    table: str
    field: str
    info: FieldInfo
    section: type[Section]

    @property
    def name(self) -> str:
        """Its name in both places, for example ``site.name``."""
        return f"{self.table}.{self.field}"

    @property
    def secret(self) -> bool:
        """Whether nobody is shown it again."""
        return bool(_extra(self.info).get("secret"))

    @property
    def takes_two(self) -> bool:
        """Whether a change takes two people."""
        return bool(_extra(self.info).get("two_people"))

    @property
    def at_once(self) -> bool:
        """Whether a change holds without a new start."""
        return self.table in AT_ONCE or bool(_extra(self.info).get("at_once"))

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that it may be; empty for one that is written freely."""
        if self.info.annotation is bool:
            return ("no", "yes")
        return tuple(one for one in get_args(self.info.annotation) if isinstance(one, str))

    def parsed(self, text: str) -> Plain:
        """The value that somebody wrote into a form. Raises SettingsError, in one line."""
        words: object = text.strip()
        if self.info.annotation is bool:
            words = {"yes": True, "no": False}.get(text)
        elif words == "" and type(None) in get_args(self.info.annotation):
            words = None
        kind: Any = self.info.annotation
        try:
            loose: Plain = TypeAdapter(kind).validate_python(words, strict=False)
        except ValidationError as error:
            raise SettingsError(f"{self.name}: {_words(error)}") from None
        return self.checked(loose)

    def checked(self, value: object) -> Plain:
        """``value``, if this setting may be that. Raises SettingsError, in one line that does not repeat it."""
        try:
            found: Plain = getattr(
                self.section.model_validate({**_least(self.section), self.field: value}), self.field
            )
        except ValidationError as error:
            raise SettingsError(f"{self.name}: {_words(error)}") from None
        return found


def changeable() -> dict[str, Changeable]:
    """Every setting that the console may change, by its name."""
    found = [
        Changeable(table, field, info, section)
        for table, its in Site.model_fields.items()
        if isinstance(section := its.annotation, type) and issubclass(section, Section)
        for field, info in section.model_fields.items()
        if _extra(info).get("in_console")
    ]
    return {one.name: one for one in found}


def check(name: str, text: str) -> None:
    """Whether this setting may be what the JSON says. Raises SettingsError."""
    one = changeable().get(name)
    if one is None:
        raise SettingsError(f"{name} is no setting that can be changed here")
    try:
        value = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"{name} is not kept as JSON") from error
    one.checked(value)


def in_file(site: Site, one: Changeable) -> bool:
    """Whether hallwatch.toml says it itself."""
    return one.table in site.model_fields_set and one.field in getattr(site, one.table).model_fields_set


def joined(site: Site, stored: Mapping[str, str]) -> Site:
    """hallwatch.toml with what the console has set. Raises SettingsError for what can no longer be set so."""
    known = changeable()
    changes: dict[str, dict[str, Plain]] = {}
    for name, text in stored.items():
        if name in known and not in_file(site, known[name]):
            one = known[name]
            try:
                changes.setdefault(one.table, {})[one.field] = one.checked(json.loads(text))
            except SettingsError as error:
                raise SettingsError(
                    f"{error}; it was set so in the console: write it into hallwatch.toml"
                ) from None
    updated = {table: getattr(site, table).model_copy(update=values) for table, values in changes.items()}
    return site.model_copy(update=updated)


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _least(section: type[Section]) -> dict[str, str]:
    """What a table needs besides."""
    return {name: "x" for name, info in section.model_fields.items() if info.is_required()}


def _words(error: ValidationError) -> str:
    return error.errors(include_input=False, include_url=False)[0]["msg"].removeprefix("Value error, ")
