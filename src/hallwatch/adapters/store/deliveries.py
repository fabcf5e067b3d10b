"""Deliveries in the database: the keeper's book of them, and the questions of the deliverer and of pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Select, and_, delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.tables import AlertRow, DeliveryRow, SubscriptionRow
from hallwatch.core.delivery import ChannelState, Delivery, State, What, Work
from hallwatch.core.escalation import CONSOLE, SIREN
from hallwatch.core.inbound import IncidentKind

FIELDS = tuple(one.name for one in fields(Delivery))


class DeliveryBook:
    """Deliveries within one transaction of the keeper."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def add(self, delivery: Delivery) -> bool:
        """Keep a new delivery; False, and nothing happens, when it is there already."""
        if self._session.get(DeliveryRow, delivery.delivery_id) is not None:
            return False
        self._session.add(DeliveryRow(**{name: getattr(delivery, name) for name in FIELDS}))
        self._session.flush()
        return True

    def put(self, delivery: Delivery) -> None:
        """Keep it as it is now."""
        row = self._session.get_one(DeliveryRow, delivery.delivery_id)
        for name in FIELDS:
            setattr(row, name, getattr(delivery, name))
        self._session.flush()

    def one(self, delivery_id: str) -> Delivery | None:
        """The delivery of this id."""
        row = self._session.get(DeliveryRow, delivery_id)
        return None if row is None else _delivery(row)

    def of_alert(self, alert_id: str) -> list[Delivery]:
        """All of an alert."""
        return [_delivery(row) for row in self._session.scalars(_of_alert(alert_id))]

    def subscribers(self) -> list[tuple[str, str]]:
        """Every subscription and whose it is."""
        question = select(SubscriptionRow.subscription_id, SubscriptionRow.account_id)
        return [(row[0], row[1]) for row in self._session.execute(question)]

    def subscribe(self, subscription_id: str, account_id: str, plain: bytes, now: datetime) -> None:
        """Keep a subscription; the same browser again replaces what was kept of it."""
        row = self._session.get(SubscriptionRow, subscription_id)
        if row is None:
            row = SubscriptionRow(subscription_id=subscription_id)
            self._session.add(row)
        row.account_id, row.made = account_id, now
        row.sealed = self._seals.subscription(subscription_id, plain)
        self._session.flush()

    def unsubscribe(self, subscription_id: str) -> str | None:
        """Forget it; returns whose it was."""
        row = self._session.get(SubscriptionRow, subscription_id)
        if row is None:
            return None
        account_id = row.account_id
        self._session.execute(
            delete(SubscriptionRow).where(SubscriptionRow.subscription_id == subscription_id)
        )
        return account_id


class DeliveryQuestions:
    """What the deliverer and pages ask, in a session of a reader."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def of_alert(self, alert_id: str) -> list[Delivery]:
        """All of an alert, in the order in which they fall due."""
        return [_delivery(row) for row in self._session.scalars(_of_alert(alert_id))]

    def waiting(self, channel: str, limit: int) -> list[Work]:
        """What is to be sent through the channel: what was never tried first, then the oldest."""
        mine = AlertRow.alert_id == DeliveryRow.alert_id
        question = (
            select(DeliveryRow, AlertRow)
            .join(AlertRow, mine)
            .where(DeliveryRow.state == State.DUE, DeliveryRow.channel == channel)
            .order_by(DeliveryRow.attempts > 0, DeliveryRow.due, DeliveryRow.delivery_id)
            .limit(limit)
        )
        return [
            Work(
                _delivery(row),
                alert.building,
                alert.last_camera,
                alert.last_at,
                IncidentKind(alert.incident) if alert.incident else None,
            )
            for row, alert in self._session.execute(question)
        ]

    def unshown(self, schools: Collection[str] | None) -> set[str]:
        """Alerts that no page has shown yet, of these schools (None: of all)."""
        return self._alerts(CONSOLE.name, State.DUE, schools)

    def ringing(self, schools: Collection[str] | None) -> set[str]:
        """Alerts for which sirens ring."""
        return self._alerts(SIREN.name, State.SENT, schools)

    def _alerts(self, channel: str, state: State, schools: Collection[str] | None) -> set[str]:
        mine = (DeliveryRow.state == state) & (DeliveryRow.channel == channel)
        question = select(DeliveryRow.alert_id).where(mine)
        if schools is not None:
            question = question.where(DeliveryRow.school.in_(schools))
        return set(self._session.scalars(question))

    def unreached(self) -> list[tuple[str, str, datetime]]:
        """Alerts (id, school, when) that have reached no person, and that nobody has stopped."""
        others = aliased(DeliveryRow)
        arrived = exists().where(
            others.alert_id == DeliveryRow.alert_id,
            others.reaches.is_(True),
            others.state == State.SENT,
            others.what == What.RAISED,
        )
        question = (
            select(DeliveryRow.alert_id, DeliveryRow.school, DeliveryRow.made)
            .where(DeliveryRow.channel == CONSOLE.name, DeliveryRow.state == State.DUE, ~arrived)
            .order_by(DeliveryRow.made)
        )
        return [(row[0], row[1], row[2]) for row in self._session.execute(question)]

    def channels(self) -> list[ChannelState]:
        """How every channel that has ever been used is doing."""
        found = []
        names = self._session.scalars(select(DeliveryRow.channel).distinct().order_by(DeliveryRow.channel))
        for name in names.all():
            mine = DeliveryRow.channel == name
            count = func.count()
            counts: dict[str, int] = {
                row[0]: row[1]
                for row in self._session.execute(
                    select(DeliveryRow.state, count).where(mine).group_by(DeliveryRow.state)
                )
            }
            failing = and_(mine, DeliveryRow.state == State.DUE, DeliveryRow.attempts > 0)
            last = self._session.scalar(
                select(func.max(DeliveryRow.changed)).where(mine, DeliveryRow.state == State.SENT)
            )
            bad = self._session.scalars(
                select(DeliveryRow)
                .where(mine, (DeliveryRow.state == State.GAVE_UP) | failing)
                .order_by(DeliveryRow.changed.desc())
                .limit(1)
            ).first()
            found.append(
                ChannelState(
                    name,
                    arrived=counts.get(State.SENT, 0),
                    waiting=counts.get(State.DUE, 0),
                    gave_up=counts.get(State.GAVE_UP, 0),
                    last_arrived=last,
                    last_fault="" if bad is None else bad.outcome,
                    failing=self._session.scalar(select(count).select_from(DeliveryRow).where(failing)) or 0,
                )
            )
        return found

    def subscription(self, subscription_id: str) -> bytes | None:
        """Where a browser takes push messages. Raises KeyGone, SealBroken."""
        row = self._session.get(SubscriptionRow, subscription_id)
        return None if row is None else self._seals.open_subscription(subscription_id, row.sealed)

    def subscriptions_of(self, account_id: str) -> Sequence[str]:
        """The ids of the account's browsers that take push messages."""
        mine = SubscriptionRow.account_id == account_id
        question = select(SubscriptionRow.subscription_id).where(mine).order_by(SubscriptionRow.made)
        return list(self._session.scalars(question))


def _of_alert(alert_id: str) -> Select[DeliveryRow]:
    mine = DeliveryRow.alert_id == alert_id
    return (
        select(DeliveryRow).where(mine).order_by(DeliveryRow.made, DeliveryRow.step, DeliveryRow.delivery_id)
    )


def _delivery(row: DeliveryRow) -> Delivery:
    values = {name: getattr(row, name) for name in FIELDS}
    return Delivery(**{**values, "state": State(row.state), "what": What(row.what)})
