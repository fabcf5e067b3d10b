"""What waits for an account, asked at every beat of every open page: nothing is opened for it."""

from __future__ import annotations

import json

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.account_tables import SecondRow
from hallwatch.adapters.store.alert_tables import RestraintRow
from hallwatch.adapters.store.alerts import seen_by
from hallwatch.adapters.store.tables import AlertRow, ListingRow
from hallwatch.core.listing import State
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.waiting import Waiting


class WaitingQuestions:
    """Questions in a session of a reader."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, account: Account) -> Waiting:
        """Everything that waits for this account."""
        yeses = self._yeses(account) if account.may(May.APPROVE_LISTINGS) else []
        return Waiting(
            yeses=len(yeses),
            emergencies=sum(yeses),
            held=self._held(account) if account.may(May.WRITE_LISTINGS) else 0,
            sounding=self._sounding(account) if account.may(May.ANSWER_ALERTS) else 0,
        )

    def _yeses(self, account: Account) -> list[bool]:
        """For each listing that wants the account's answer, whether it is an emergency."""
        open_ = or_(ListingRow.state == State.WAITING.value, ListingRow.emergency_until.is_not(None))
        wanted = select(ListingRow).where(
            open_, ListingRow.author != account.account_id, ListingRow.sealed != b""
        )
        found = []
        for row in self._session.scalars(wanted):
            schools = set(json.loads(row.schools))
            if account.scope is not None and not (schools and schools <= account.scope):
                continue
            mine = (SecondRow.subject == row.listing_id) & (SecondRow.asked_at == row.asked)
            asked = self._session.scalars(select(SecondRow).where(mine)).all()
            answered = any(one.answered_by == account.account_id for one in asked)
            if not answered and any(one.approved is None for one in asked):
                found.append(row.emergency_until is not None)
        return found

    def _held(self, account: Account) -> int:
        """People held back whose listing this account wrote or approved; of nobody's listing, the district's."""
        people = select(RestraintRow.person_id).where(RestraintRow.reviewed.is_(None)).distinct()
        count = 0
        for person_id in self._session.scalars(people).all():
            theirs = ListingRow.person_id == person_id
            listings = self._session.scalars(select(ListingRow).where(theirs)).all()
            numbers = [one.listing_id for one in listings]
            approved = (SecondRow.subject.in_(numbers)) & (SecondRow.answered_by == account.account_id)
            owned = any(one.author == account.account_id for one in listings) or bool(
                numbers and self._session.scalar(select(func.count()).select_from(SecondRow).where(approved))
            )
            count += owned or (not listings and account.scope is None)
        return count

    def _sounding(self, account: Account) -> int:
        wanted = (
            select(func.count())
            .select_from(AlertRow)
            .where(
                or_(AlertRow.answer == "", AlertRow.disputed & (AlertRow.incident != "")),
                AlertRow.outcome == "",
                AlertRow.braked.is_(False),
                AlertRow.lapsed.is_(False),
                AlertRow.sealed != b"",
            )
        )
        return self._session.scalar(wanted.where(*seen_by(account.sight))) or 0
