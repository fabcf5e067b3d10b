"""What programs and commands write about persons and listings: strict, and under the names that they are read by."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints

from hallwatch.core.listing import Terms
from hallwatch.core.model import Person
from hallwatch.web.listing_forms import MOST_NAME, MOST_WORDS, new_external_id

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOST_SCHOOLS = 500
MOST_REASON = 500


def _day(given: Any) -> Any:
    if given is None or isinstance(given, date):
        return given
    if not isinstance(given, str) or DAY.fullmatch(given) is None:
        raise ValueError("write a date like 2027-06-30")
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise ValueError("there is no such day") from None


def _readable(given: Any) -> Any:
    if isinstance(given, str) and not all(one.isprintable() or one == "\n" for one in given):
        raise ValueError("only letters and signs that can be read")
    return given


def _decoded(given: Any) -> Any:
    if isinstance(given, bytes):
        return given
    if not isinstance(given, str):
        raise ValueError("write the photo's bytes in base64")
    try:
        return base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("write the photo's bytes in base64") from None


Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=date)]
Words = Annotated[
    str,
    StringConstraints(max_length=MOST_WORDS, strip_whitespace=True),
    BeforeValidator(_readable, json_schema_input_type=str),
]
Name = Annotated[
    str,
    StringConstraints(max_length=MOST_NAME, strip_whitespace=True),
    BeforeValidator(_readable, json_schema_input_type=str),
]
Photo = Annotated[
    bytes,
    BeforeValidator(_decoded, json_schema_input_type=str),
    PlainSerializer(lambda data: base64.b64encode(data).decode(), return_type=str),
]


class Body(BaseModel):
    """Something that was sent: a field that we do not know is refused, and so is another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PersonBody(Body):
    """Somebody new; at least one name. Without ``external_id`` an id is made."""

    first_name: Name = ""
    last_name: Name = ""
    born: Day | None = None
    external_id: Name = ""

    def person(self, schools: frozenset[str] | None) -> Person:
        """The person, of these schools (None: of none in particular)."""
        return Person(
            external_id=self.external_id or new_external_id(),
            first_name=self.first_name,
            last_name=self.last_name,
            listings=(),
            date_of_birth=self.born,
            schools=tuple(sorted(schools or ())),
        )


class NewPersonBody(PersonBody):
    """Somebody new, with one photo: a JPEG or another picture, in base64."""

    photo: Photo = Field(repr=False)


class ListingBody(Body):
    """What a listing says; ``schools`` empty is all. What is missing is said when it is proposed."""

    list: Name
    reason: Words
    authority: Words = ""
    photo_source: Words = ""
    photo_date: Day | None = None
    starts: Day
    ends: Day
    document: Words = ""
    schools: Annotated[frozenset[Name], Field(strict=False, max_length=MOST_SCHOOLS)] = frozenset()
    conditions: Words = ""
    conditions_until: Day | None = None
    review: Day | None = None

    def terms(self) -> Terms:
        """As the core has it."""
        said = self.model_dump()
        return Terms(kind=said.pop("list"), **said)


class ReasonBody(Body):
    """Why; kept in the audit trail: no names."""

    reason: Annotated[Words, Field(max_length=MOST_REASON)] = ""


class SearchBody(Body):
    """Words of a name, or an id."""

    q: Annotated[Name, Field(min_length=1)]
