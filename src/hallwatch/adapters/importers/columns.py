"""Column maps: what the columns of somebody's registry mean, as a TOML file that is saved once for each source."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

import hallwatch
from hallwatch.errors import FileRefused

NAME_PARTS = ("LAST", "FIRST", "MIDDLE", "SUFFIX")
_MOST_MAP = 1 << 20
Column = Annotated[str, Field(min_length=1, max_length=200)]
Delimiter = Annotated[str, Field(min_length=1, max_length=3)]


class ColumnMap(BaseModel):
    """Which column holds what. Names of columns are exact, capitals included."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    source: Annotated[str, Field(min_length=1, max_length=200)]
    """Who publishes the list; it stands with everybody in it."""
    sheet: str = ""
    """Of a workbook; without it the first one."""
    header_row: Annotated[int, Field(ge=1, le=50)] = 1
    repeated_rows: Literal["refuse", "offences", "offences and aliases"] = "offences"
    """What more rows of the same id are: a mistake, further offences, or also further names."""

    id: Annotated[list[Column], Field(min_length=1, max_length=5)]
    """One column, or several that are unique together; they should be the same in the next file."""
    id_joined_by: Annotated[str, Field(max_length=3)] = "-"

    name: Column | None = None
    """The whole name in one column, written as ``name_pattern`` says; or the parts, each in its own."""
    name_pattern: str = "LAST, FIRST MIDDLE"
    first_name: Column | None = None
    last_name: Column | None = None
    middle_name: Column | None = None
    suffix: Column | None = None
    aliases: list[Column] = []
    alias_delimiter: Delimiter = ";"

    born: list[Column] = []
    """Birth dates; the first is the person's, all others are further ones that they use."""
    born_delimiter: Delimiter = ";"
    dates: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=9)] = [
        "%Y-%m-%d"
    ]
    """How dates are written, as strptime has it. A bare year is known as such."""

    photos: list[Column] = []
    photo_delimiter: Delimiter = ";"

    reason: Annotated[list[Column], Field(min_length=1, max_length=10)]
    """Offence, tier, statute: joined, they are the reason of the listing."""
    authority: list[Column] = []
    conditions: list[Column] = []
    ends: Column | None = None
    source_date: Column | None = None

    @field_validator("dates")
    @classmethod
    def _whole_dates(cls, dates: list[str]) -> list[str]:
        for form in dates:
            if re.search(r"%-?y", form):
                raise ValueError(f"{form!r} has years of two digits, which may be of two centuries; use %Y")
            if not ("%Y" in form and re.search("%-?[mbB]", form) and re.search("%-?d", form)):
                raise ValueError(f"{form!r} is no whole date; it needs %Y, %m (or %b, %B) and %d")
            try:
                datetime.strptime(datetime(2001, 2, 3).strftime(form), form)
            except (ValueError, re.error):
                raise ValueError(f"{form!r} is no way to write a date") from None
        return dates

    @field_validator("name_pattern")
    @classmethod
    def _known_parts(cls, pattern: str) -> str:
        words = re.findall(r"[A-Za-z]+", pattern)
        if (
            set(words) - set(NAME_PARTS)
            or len(set(words)) < len(words)
            or not {"LAST", "FIRST"} <= set(words)
        ):
            raise ValueError(
                f"{pattern!r} is made of {', '.join(NAME_PARTS)}, LAST and FIRST among them, each once"
            )
        if pattern.replace(" ", "").replace(",", "") != "".join(words) or pattern.count(",") > 2:
            raise ValueError(f"{pattern!r} has other signs than spaces and commas between the parts")
        return pattern

    @model_validator(mode="after")
    def _a_name(self) -> ColumnMap:
        if (self.name is None) == (self.last_name is None):
            raise ValueError("give either name or last_name (with first_name and the rest)")
        return self

    def columns(self) -> tuple[str, ...]:
        """Every column that the map names, once."""
        single = (self.name, self.first_name, self.last_name, self.middle_name, self.suffix, self.ends)
        lists = (self.id, self.aliases, self.born, self.photos, self.reason, self.authority, self.conditions)
        every = [*single, self.source_date, *(one for group in lists for one in group)]
        return tuple(dict.fromkeys(one for one in every if one))


def shipped_maps() -> tuple[str, ...]:
    """The names of the column maps that come with Hallwatch."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


def read_map(which: str | Path) -> ColumnMap:
    """A map by the path of its file or the name of a shipped one. Raises FileRefused, in one line."""
    path = _folder() / f"{which}.toml" if str(which) in shipped_maps() else Path(which)
    try:
        if path.stat().st_size > _MOST_MAP:
            raise FileRefused(f"the column map {path.name} is far too long for one")
        return map_from(path.name, path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not UTF-8"
        raise FileRefused(
            f"the column map {path.name} cannot be read ({why}); give a TOML file, or one of"
            f" {', '.join(shipped_maps())}"
        ) from error


def map_text(shipped: str) -> str:
    """The text of a shipped map. Raises FileRefused."""
    if shipped not in shipped_maps():
        raise FileRefused(f"there is no column map {shipped!r}; choose one of {', '.join(shipped_maps())}")
    return (_folder() / f"{shipped}.toml").read_text(encoding="utf-8-sig")


def map_from(name: str, text: str) -> ColumnMap:
    """A map from its text. Raises FileRefused naming the first key that is wrong."""
    try:
        return ColumnMap.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise FileRefused(f"the column map {name} is not TOML: {_one_line(str(error))}") from error
    except RecursionError as error:
        raise FileRefused(f"the column map {name} is not TOML that anybody wrote") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise FileRefused(
            _one_line(f"the column map {name}: {where + ': ' if where else ''}{said}")
        ) from error


def _one_line(text: str) -> str:
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return line if len(line) < 400 else f"{line[:397]}..."


def _folder() -> Path:
    """Inside the installed package, or beside the sources of a checkout."""
    package = Path(hallwatch.__file__).resolve().parent
    for folder in (package / "column_maps", package.parents[1] / "column_maps"):
        if folder.is_dir():
            return folder
    raise FileRefused("the column maps are missing from this installation; install Hallwatch again")
