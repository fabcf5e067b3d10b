"""How a listing becomes something else, and how that is told to the audit trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hallwatch.core.audit import Deed, Plain
from hallwatch.core.by import By
from hallwatch.core.listing import ListingRecord, State
from hallwatch.flow.books import Books


def of_an_import(books: Books, listing_id: str) -> str | None:
    """Why nobody answers, rewrites or ends a listing singly that waits as one of many."""
    record = books.listings.listing(listing_id) if listing_id else None
    if record is None or record.state is not State.WAITING:
        return None
    batch = books.imports.holding(listing_id)
    return None if batch is None else f"it is one of import {batch.number}, which is answered as one"


def became(record: ListingRecord, to: State, now: datetime, why: str = "") -> ListingRecord:
    """The listing in another state; nothing is an emergency after that."""
    ended = why if to is State.ENDED else record.ended_why
    return replace(record, state=to, changed=now, ended_why=ended, emergency_until=None)


def deed_of(by: By, action: str, record: ListingRecord, **more: Plain) -> Deed:
    """What the trail says of a listing: which list, which schools, and no word of the person."""
    detail: dict[str, Plain] = {"list": record.terms.kind, "schools": ", ".join(sorted(record.terms.schools))}
    return by.does(action, record.listing_id, detail=detail | more)


def tell(books: Books, by: By, action: str, record: ListingRecord, now: datetime, **more: Plain) -> None:
    """An entry about a listing."""
    books.audit.add(deed_of(by, action, record, **more), now)
