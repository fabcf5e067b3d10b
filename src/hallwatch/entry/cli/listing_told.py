"""What the commands about listings print: for programs the same words as in the API, for people one line each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from hallwatch.core.listing_facts import ListingFacts

_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


def as_json(said: Any) -> str:
    """One line of JSON; days and moments as the API writes them."""
    return _ANYTHING.dump_json(said).decode()


def lines(listing: ListingFacts) -> Iterator[str]:
    """A listing for a person to read; what is empty is left out."""
    for name, value in asdict(listing).items():
        if name == "schools":
            value = ", ".join(value) or "all schools"
        if value not in ("", None, 0):
            yield f"{name:16} {value}"
