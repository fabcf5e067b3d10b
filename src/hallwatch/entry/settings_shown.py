"""The settings as the console shows them: every one with its words, and no secret."""

from __future__ import annotations

from hallwatch.adapters.sources.address import masked
from hallwatch.settings.section import Section
from hallwatch.settings.site import CameraSection, Site
from hallwatch.web.console import Setting, SettingGroup


def shown_settings(site: Site) -> tuple[SettingGroup, ...]:
    """Every table of hallwatch.toml, also those that stand at their defaults; addresses without their logins."""
    groups = [
        _group(f"[{name}]", section)
        for name in type(site).model_fields
        if isinstance(section := getattr(site, name), Section)
    ]
    return (*groups, *(_group(f"[[cameras]] {camera.name}", camera) for camera in site.cameras))


def _group(title: str, section: Section) -> SettingGroup:
    return SettingGroup(
        title,
        tuple(
            Setting(name, _words(section, name), field.description or "")
            for name, field in type(section).model_fields.items()
        ),
    )


def _words(section: Section, name: str) -> str:
    value = getattr(section, name)
    if isinstance(section, CameraSection) and name == "address":
        return masked(str(value))
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return str(value)
