"""Notices and appeals in the database: words sealed with the person's key, days in the clear to be found by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hallwatch.adapters.store.appeal_tables import AppealRow, NoticeRow
from hallwatch.adapters.store.sealed import Seals
from hallwatch.core.appeal import Appeal, Outcome
from hallwatch.core.notice import Notice, Way
from hallwatch.errors import KeyGone


@dataclass(frozen=True, slots=True)
class _Told:
    way: Way
    to_whom: str


@dataclass(frozen=True, slots=True)
class _Said:
    said_by: str
    words: str
    answer: str


_TOLD: TypeAdapter[_Told] = TypeAdapter(_Told)
_SAID: TypeAdapter[_Said] = TypeAdapter(_Said)


class AppealQuestions:
    """Notices and appeals, in any session. Those of erased people are gone with their key."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def notice(self, listing_id: str) -> Notice | None:
        """The notice of this listing; None where nobody has to be told."""
        row = self._session.get(NoticeRow, listing_id)
        if row is None:
            return None
        told = None
        if row.sealed:
            try:
                opened = self._seals.vault.unseal(row.person_id, row.sealed, f"notice/{listing_id}")
            except KeyGone:
                return None
            told = _TOLD.validate_json(opened)
        return Notice(
            listing_id=row.listing_id,
            person_id=row.person_id,
            due=row.due,
            given=_day(row.given),
            way=told.way if told else None,
            to_whom=told.to_whom if told else "",
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
        )

    def appeal(self, appeal_id: str) -> Appeal | None:
        """The appeal of this number."""
        row = self._session.get(AppealRow, appeal_id)
        return None if row is None else self._appeal(row)

    def appeals(self, listing_id: str) -> list[Appeal]:
        """Those against this listing, the newest first."""
        wanted = select(AppealRow).where(AppealRow.listing_id == listing_id)
        rows = self._session.scalars(wanted.order_by(AppealRow.recorded_at.desc(), AppealRow.appeal_id))
        return [appeal for row in rows if (appeal := self._appeal(row)) is not None]

    def open_appeals(self) -> list[Appeal]:
        """Those that wait for an answer, the most urgent first."""
        wanted = select(AppealRow).where(AppealRow.outcome.is_(None))
        rows = self._session.scalars(wanted.order_by(AppealRow.answer_by, AppealRow.appeal_id))
        return [appeal for row in rows if (appeal := self._appeal(row)) is not None]

    def _appeal(self, row: AppealRow) -> Appeal | None:
        if not row.sealed:
            return None
        try:
            opened = self._seals.vault.unseal(row.person_id, row.sealed, f"appeal/{row.appeal_id}")
        except KeyGone:
            return None
        said = _SAID.validate_json(opened)
        return Appeal(
            appeal_id=row.appeal_id,
            listing_id=row.listing_id,
            person_id=row.person_id,
            received=date.fromisoformat(row.received),
            acknowledge_by=date.fromisoformat(row.acknowledge_by),
            answer_by=date.fromisoformat(row.answer_by),
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
            said_by=said.said_by,
            words=said.words,
            acknowledged=_day(row.acknowledged),
            acknowledged_by=row.acknowledged_by,
            outcome=None if row.outcome is None else Outcome(row.outcome),
            answered=_day(row.answered),
            answered_by=row.answered_by,
            answer=said.answer,
            involved=row.involved,
        )


class AppealBook(AppealQuestions):
    """Notices and appeals within one transaction of the keeper."""

    def put_notice(self, notice: Notice) -> None:
        """Keep the notice as it stands now."""
        row = self._session.get(NoticeRow, notice.listing_id)
        if row is None:
            row = NoticeRow(listing_id=notice.listing_id, person_id=notice.person_id, due=notice.due)
            self._session.add(row)
        row.sealed = b""
        if notice.way is not None:
            told = _TOLD.dump_json(_Told(notice.way, notice.to_whom))
            row.sealed = self._seals.vault.seal(notice.person_id, told, f"notice/{notice.listing_id}")
        row.given = _text(notice.given)
        row.recorded_by, row.recorded_at = notice.recorded_by, notice.recorded_at
        self._session.flush()

    def put_appeal(self, appeal: Appeal) -> None:
        """Keep the appeal as it stands now."""
        row = self._session.get(AppealRow, appeal.appeal_id)
        if row is None:
            row = AppealRow(
                appeal_id=appeal.appeal_id,
                listing_id=appeal.listing_id,
                person_id=appeal.person_id,
                received=appeal.received.isoformat(),
                recorded_by=appeal.recorded_by,
                recorded_at=appeal.recorded_at,
            )
            self._session.add(row)
        said = _SAID.dump_json(_Said(appeal.said_by, appeal.words, appeal.answer))
        row.sealed = self._seals.vault.seal(appeal.person_id, said, f"appeal/{appeal.appeal_id}")
        row.acknowledge_by, row.answer_by = appeal.acknowledge_by.isoformat(), appeal.answer_by.isoformat()
        row.acknowledged, row.answered = _text(appeal.acknowledged), _text(appeal.answered)
        row.outcome = None if appeal.outcome is None else appeal.outcome.value
        row.acknowledged_by, row.answered_by = appeal.acknowledged_by, appeal.answered_by
        row.involved = appeal.involved
        self._session.flush()


def expunge(session: Session, person_id: str) -> None:
    """What the person's notices and appeals said goes; the rows stay, without words."""
    for table in (NoticeRow, AppealRow):
        session.execute(update(table).where(table.person_id == person_id).values(sealed=b""))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
