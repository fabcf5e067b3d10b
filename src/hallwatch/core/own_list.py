"""Lists of the district's own: made by a resolution of its board, written by one person, confirmed by another."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from hallwatch.core.listing import Kind, not_a_purpose
from hallwatch.core.model import LISTS

BEGINNINGS = {
    "truan": "truancy",
    "absen": "truancy",
    "ausen": "truancy",
    "suspen": "suspension",
    "deten": "suspension",
    "immigra": "immigration",
    "inmigra": "immigration",
    "migra": "immigration",
    "deport": "immigration",
    "undocument": "immigration",
    "indocument": "immigration",
}
"""How words begin, in either language, that no list is named by. Of a reason less is asked (core.listing)."""
PAST = re.compile(r"\b(past|old|yesterdays?) faces\b|\b(caras|rostros) (del pasado|pasad[oa]s|antigu[oa]s)\b")
SLUG = re.compile(r"[a-z][a-z0-9-]{1,39}")


class ListState(StrEnum):
    """How a list of the district's own stands. Listings are written on those in use only."""

    WAITING = "waiting"
    IN_USE = "in-use"
    REFUSED = "refused"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class OwnList:
    """A list: ``labels`` by language, and the resolution that made it."""

    slug: str
    english: str
    spanish: str
    resolution: str
    resolved: date
    purpose: str
    written_by: str
    written: datetime
    state: ListState = ListState.WAITING

    def label(self, language: str) -> str:
        """Its name for people."""
        return self.spanish if language == "es" else self.english


def digest_of(own: OwnList) -> str:
    """SHA-256 over exactly what is confirmed."""
    said = {name: value for name, value in asdict(own).items() if name not in ("state", "written")}
    return sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


def faults(own: OwnList, today: date) -> list[str]:
    """Why it can be no list, each in one line."""
    found = []
    if not SLUG.fullmatch(own.slug):
        found.append("the id of a list is 2 to 40 small letters, digits and hyphens, such as custody-order")
    if own.slug in (*Kind, *LISTS):
        found.append(f"{own.slug} is a list already; choose another id")
    for name, words in (
        ("English name", own.english),
        ("Spanish name", own.spanish),
        ("number of the board's resolution", own.resolution),
        ("purpose", own.purpose),
    ):
        if not words.strip():
            found.append(f"the {name} is missing")
    if own.resolved > today:
        found.append("the board's resolution lies in the future; write it down when it has been made")
    for words in (own.slug, own.english, own.spanish, own.purpose):
        if (purpose := not_a_list(words)) is not None:
            found.append(f"{purpose} is no list, whatever it is called; Hallwatch is not for that")
            break
    return found


def not_a_list(words: str) -> str | None:
    """What a name or a purpose names that no list is for; None where it names none."""
    bare = "".join(
        one for one in unicodedata.normalize("NFKD", words.casefold()) if not unicodedata.combining(one)
    )
    plain = " ".join("".join(one if one.isalpha() else " " for one in bare).split())
    if PAST.search(plain):
        return "a search of faces of the past"
    begun = (BEGINNINGS[start] for word in plain.split() for start in BEGINNINGS if word.startswith(start))
    return next(begun, None) or not_a_purpose(plain)
