"""Settings as the console shows and changes them: hallwatch.toml, and what is kept in the database beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hallwatch.adapters.sources.address import masked
from hallwatch.core.asked_setting import ASKED, BEFORE, AskedSetting
from hallwatch.core.notice import Particulars
from hallwatch.settings.changing import AT_ONCE, Changeable, Plain, changeable, check, in_file, joined
from hallwatch.settings.section import Section
from hallwatch.settings.site import CameraSection, Site
from hallwatch.web.settings_questions import Setting, SettingGroup


@dataclass(frozen=True, slots=True)
class SettingsDesk:
    """Implements web.console.SettingQuestions: ``file`` is hallwatch.toml, ``running`` what this run began with,
    ``stored`` what the database holds now, ``one`` a single record in it ("": none)."""

    file: Site
    running: Site
    stored: Callable[[], Mapping[str, str]]
    one: Callable[[str], str]

    def now(self) -> Site:
        """What stands now; tables that are read at the start only may differ from what runs."""
        return joined(self.file, self.stored())

    def groups(self) -> tuple[SettingGroup, ...]:
        """Every table, also those at their defaults; addresses without their logins."""
        stored = self.stored()
        now = joined(self.file, stored)
        tables = [name for name in Site.model_fields if isinstance(getattr(self.running, name), Section)]
        return (
            *(
                SettingGroup(
                    f"[{table}]",
                    tuple(
                        self._setting(table, field, now, stored)
                        for field in type(getattr(self.running, table)).model_fields
                    ),
                )
                for table in tables
            ),
            *(_camera(camera) for camera in self.running.cameras),
            *(_table(f"[[channel]] {channel.name}", channel) for channel in self.running.channel),
            *(_table("[[chain]]", chain) for chain in self.running.chain),
        )

    def changeable(self, name: str) -> Setting | None:
        """The setting of this name, if the console may change it."""
        one = changeable().get(name)
        if one is None or in_file(self.file, one):
            return None
        stored = self.stored()
        return self._setting(one.table, one.field, joined(self.file, stored), stored)

    def kept_as(self, name: str, words: str) -> str:
        """The JSON of what somebody wrote. Raises SettingsError."""
        return json.dumps(changeable()[name].parsed(words))

    def meant(self, name: str, text: str) -> Plain:
        """The value that a JSON text stands for; "" is the default."""
        value: Plain = json.loads(text) if text else changeable()[name].info.default
        return value

    def asked(self, name: str) -> AskedSetting | None:
        """The change that waits for another's yes."""
        kept = self.one(ASKED + name)
        return AskedSetting.of(kept) if kept else None

    def before(self, name: str) -> str | None:
        """What it was before the last change that took two people, as people see it; None where it is not kept."""
        kept = self.one(BEFORE + name)
        return _words(self.meant(name, json.loads(kept))) if kept else None

    def claimed(self) -> float:
        """How many wrong alerts a day the whole site is to bear, by which this run's threshold was chosen."""
        return self.running.site.false_alerts_per_day

    def particulars(self) -> Particulars:
        """What notices say of the district just now."""
        now = self.now()
        its = now.notice
        return Particulars(
            its.district or now.site.name,
            its.appeals_to,
            its.address,
            its.phone,
            its.days_to_appeal,
            its.answer_days,
            its.language,
        )

    def _setting(self, table: str, field: str, now: Site, stored: Mapping[str, str]) -> Setting:
        section = getattr(self.running, table)
        name = f"{table}.{field}"
        one = changeable().get(name)
        running, then = getattr(section, field), getattr(getattr(now, table), field)
        at_once = table in AT_ONCE if one is None else one.at_once
        secret = one is not None and one.secret
        words = _secret_words if secret else _words
        return Setting(
            name=name,
            value=words(then if at_once else running),
            help=type(section).model_fields[field].description or "",
            source=_source(self.file, table, field, one, stored),
            waiting=words(then) if not at_once and then != running else None,
            changeable=one is not None and not in_file(self.file, one),
            at_once=at_once,
            secret=secret,
            choices=() if one is None else one.choices,
            takes_two=one is not None and one.takes_two,
        )


class SettingRules:
    """Implements flow.setting.Rules."""

    def check(self, name: str, text: str) -> bool:
        """Whether the value may be told. Raises SettingsError where the setting may not be that."""
        if text:
            check(name, text)
        elif name not in changeable():
            check(name, "null")
        return not changeable()[name].secret

    def takes_two(self, name: str) -> bool:
        """Whether a change takes two people."""
        return changeable()[name].takes_two


def _source(file: Site, table: str, field: str, one: Changeable | None, stored: Mapping[str, str]) -> str:
    section = getattr(file, table)
    if table in file.model_fields_set and field in section.model_fields_set:
        return "file"
    return "console" if one is not None and one.name in stored else ""


def _camera(camera: CameraSection) -> SettingGroup:
    found = []
    for name, its in type(camera).model_fields.items():
        words = masked(camera.address) if name == "address" else _words(getattr(camera, name))
        found.append(Setting(name, words, its.description or ""))
    return SettingGroup(f"[[cameras]] {camera.name}", tuple(found))


def _table(title: str, section: Section) -> SettingGroup:
    """A table of which there are several; what is secret is only said to be set."""
    found = []
    for name, its in type(section).model_fields.items():
        secret = isinstance(its.json_schema_extra, dict) and its.json_schema_extra.get("secret")
        value = getattr(section, name)
        found.append(Setting(name, _secret_words(value) if secret else _words(value), its.description or ""))
    return SettingGroup(title, tuple(found))


def _secret_words(value: Plain) -> str:
    return "set" if value else "not set"


def _words(value: object) -> str:
    if value is None or value == "":
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value) or "none"
    return str(value)
