"""What people write about persons and listings, as types of the core."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from starlette.datastructures import FormData

from hallwatch.core.listing import Terms
from hallwatch.core.model import Person
from hallwatch.core.policy.roles import Account
from hallwatch.errors import UserError

MOST_WORDS = 2000
MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it came; ``schools`` are the ticked ones."""

    cells: Mapping[str, str]
    schools: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, form: FormData) -> Filled:
        """Texts only, none longer than any field of ours."""
        cells = {
            name: "".join(one for one in value if one.isprintable() or one == "\n").strip()[:MOST_WORDS]
            for name, value in form.items()
            if isinstance(value, str) and name != "school"
        }
        return cls(cells, frozenset(one for one in form.getlist("school") if isinstance(one, str)))

    def text(self, name: str, most: int = MOST_WORDS) -> str:
        """A field, without blanks around it."""
        return self.cells.get(name, "").strip()[:most]

    def day(self, name: str) -> date | None:
        """A field as a day; None where it is empty. Raises UserError."""
        words = self.text(name)
        if not words:
            return None
        try:
            return date.fromisoformat(words)
        except ValueError:
            raise UserError(f"{words[:20]} is not a date like 2027-06-30") from None


def person_of(filled: Filled, account: Account, fresh_id: str) -> Person:
    """Somebody new. Raises UserError."""
    first, last = filled.text("first_name", MOST_NAME), filled.text("last_name", MOST_NAME)
    if not (first or last):
        raise UserError("write at least one name")
    schools = () if account.scope is None else tuple(sorted(account.scope))
    return Person(
        external_id=filled.text("external_id", MOST_NAME) or fresh_id,
        first_name=first,
        last_name=last,
        listings=(),
        date_of_birth=filled.day("born"),
        schools=schools,
    )


def terms_of(filled: Filled) -> Terms:
    """What a listing says. Raises UserError for a day that is none; what is missing is said when it is proposed."""
    starts, ends = filled.day("starts"), filled.day("ends")
    if starts is None or ends is None:
        raise UserError("a listing needs a first and a last day")
    return Terms(
        kind=filled.text("kind", MOST_NAME),
        reason=filled.text("reason"),
        authority=filled.text("authority"),
        photo_source=filled.text("photo_source"),
        starts=starts,
        ends=ends,
        document=filled.text("document"),
        photo_date=filled.day("photo_date"),
        schools=filled.schools,
        conditions=filled.text("conditions"),
        conditions_until=filled.day("conditions_until"),
        review=filled.day("review"),
        untold=filled.text("untold"),
    )


def new_external_id() -> str:
    """An id for somebody who has none of the school's."""
    return f"HW-{secrets.token_hex(4).upper()}"
