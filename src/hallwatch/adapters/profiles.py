"""The shipped jurisdiction profiles: TOML files, strict, and none of the user's own making."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import get_type_hints

from pydantic import TypeAdapter, ValidationError

import hallwatch
from hallwatch.core.policy.jurisdiction import Profile, faults
from hallwatch.errors import SettingsError

_PROFILE: TypeAdapter[Profile] = TypeAdapter(Profile)


def profile_codes() -> tuple[str, ...]:
    """The codes that can be chosen."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


def read_profile(code: str) -> Profile:
    """The profile of this code. Raises SettingsError for an unknown one, and for a file that was altered wrongly."""
    if code not in profile_codes():
        raise SettingsError(
            f"there is no jurisdiction profile {code!r}; there are {', '.join(profile_codes())}. Without the law of"
            " its place no camera is matched"
        )
    path = _folder() / f"{code}.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        # Through JSON, because there pydantic takes arrays for tuples and is strict in all else.
        profile = _PROFILE.validate_json(json.dumps(table, default=str), strict=True)
        unknown = _unknown(table, Profile)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"the profile {path} cannot be read: {type(error).__name__}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"the profile {path} is refused: {where}: {first['msg']}") from error
    wrong = [f"{key} is no key of a profile" for key in unknown]
    wrong += faults(profile) + ([] if profile.code == code else [f"its code is {profile.code}"])
    if wrong:
        raise SettingsError(f"the profile {path} is refused: {wrong[0]}; install Hallwatch again")
    return profile


def _unknown(table: dict[str, object], kind: type) -> list[str]:
    """Keys that no field has: pydantic passes over them in plain dataclasses, and a misspelt one must not be."""
    hints = get_type_hints(kind)
    found = [key for key in table if key not in hints]
    for key, value in table.items():
        if key in hints and isinstance(value, dict):
            found += [f"{key}.{one}" for one in _unknown(value, hints[key])]
    return found


def _folder() -> Path:
    """Inside the installed package, or beside the sources of a checkout."""
    package = Path(hallwatch.__file__).resolve().parent
    for folder in (package / "profiles", package.parents[1] / "profiles"):
        if folder.is_dir():
            return folder
    raise SettingsError(
        "the jurisdiction profiles are missing from this installation; install Hallwatch again"
    )
