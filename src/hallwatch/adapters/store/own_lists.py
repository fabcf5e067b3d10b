"""Lists of the district's own in the database, sealed with the site's key."""

from __future__ import annotations

from dataclasses import replace

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.appeal_tables import OwnListRow
from hallwatch.adapters.store.sealed import Seals
from hallwatch.core.own_list import ListState, OwnList

_OWN: TypeAdapter[OwnList] = TypeAdapter(OwnList)


class OwnListQuestions:
    """Lists of the district's own, in any session."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def own_list(self, slug: str) -> OwnList | None:
        """The list of this id."""
        row = self._session.get(OwnListRow, slug)
        return None if row is None else self._own(row)

    def own_lists(self) -> list[OwnList]:
        """All of them, whatever became of them, by id."""
        return [self._own(row) for row in self._session.scalars(select(OwnListRow).order_by(OwnListRow.slug))]

    def _own(self, row: OwnListRow) -> OwnList:
        opened = self._seals.open_site(f"own-list/{row.slug}", row.sealed)
        return replace(_OWN.validate_json(opened), state=ListState(row.state))


class OwnListBook(OwnListQuestions):
    """Lists of the district's own within one transaction of the keeper."""

    def put(self, own: OwnList) -> None:
        """Keep the list as it stands now."""
        row = self._session.get(OwnListRow, own.slug)
        if row is None:
            row = OwnListRow(slug=own.slug)
            self._session.add(row)
        row.state, row.written = own.state.value, own.written
        row.sealed = self._seals.site(f"own-list/{own.slug}", _OWN.dump_json(own))
        self._session.flush()
