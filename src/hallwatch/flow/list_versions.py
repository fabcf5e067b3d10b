"""Every change of who is looked for is on record as a version of the list."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime

from hallwatch.core.audit import Plain
from hallwatch.core.by import By
from hallwatch.core.ledger import ListVersion
from hallwatch.flow.books import Books

BASE = "list/base"
"""The setting that holds what list.csv says."""


def put_base(books: Books, external_ids: Collection[str], now: datetime) -> None:
    """What list.csv says from now on; kept as tags, which say nothing of anybody."""
    tags = sorted(books.people.tag_of(one).hex() for one in set(external_ids))
    books.settings.put(BASE, json.dumps(tags), now)


def drop_from_base(books: Books, external_id: str, now: datetime) -> None:
    """Somebody erased does not stand in list.csv any more, whatever it says."""
    gone = books.people.tag_of(external_id).hex()
    books.settings.put(BASE, json.dumps([tag for tag in base_tags(books) if tag != gone]), now)


def base_tags(books: Books) -> list[str]:
    """The tags of those whom list.csv names, in hexadecimal digits."""
    tags: list[str] = json.loads(books.settings.get(BASE) or "[]")
    return tags


def keep_version(books: Books, by: By, today: date, now: datetime) -> ListVersion:
    """The list as it is now: what list.csv says, and every listing that holds ``today``."""
    base = {bytes.fromhex(tag) for tag in base_tags(books)}
    version = books.people.set_list(base | books.listings.listed_tags(today), now)
    if version.at == now:
        listed: dict[str, Plain] = {"people": len(version.tags), "digest": version.digest.hex()}
        books.audit.add(by.does("list.set", str(version.number), detail=listed), now)
    return version
