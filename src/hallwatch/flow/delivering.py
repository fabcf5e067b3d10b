"""Who is told of an alert, in the alert's own transaction; and what becomes of each delivery.

``raised``, ``seen`` and ``answered`` are called by whoever writes the alert's life, inside its transaction. All
steps of the chain are rows from the first moment on: nothing has to be remembered for them to be sent, and being seen
stops those that have not arrived.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from hallwatch.core.audit import Plain
from hallwatch.core.delivery import Delivery, Result, State, What, key_of
from hallwatch.core.delivery_requests import (
    DeliveryRequest,
    DropSubscription,
    KeepSubscription,
    NoteDelivery,
    ShowAlerts,
)
from hallwatch.core.escalation import CONSOLE, ON_DUTY, PUSH, SIREN, Plan, Told
from hallwatch.core.kept import KeptAlert
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.requests import Done, Refused, Reply
from hallwatch.flow.books import Books, Transaction, WithDeliveries
from hallwatch.flow.duty import accounts_on_duty

MOST_BROWSERS = 10
"""Browsers of one account that take push messages."""


def raised(books: WithDeliveries, alert: KeptAlert, plan: Plan, now: datetime) -> None:
    """A new alert: staff at once, then the chain, then the siren. One that the brake keeps quiet goes to the console
    alone, one of a quiet start to the reviewers' consoles and phones. Repeating it changes nothing."""
    if alert.braked or alert.reviewers_only:
        for told in (CONSOLE,) if alert.braked else (CONSOLE, PUSH):
            _tell(books, alert, told, What.RAISED, now)
        return
    for told in plan.at_once(alert.school):
        _tell(books, alert, told, What.RAISED, now)
    for step, after_s, told in plan.later(alert.school):
        if told == ON_DUTY:
            _tell_those_on_duty(books, alert, plan, now, step, after_s)
        else:
            _tell(books, alert, told, What.RAISED, now, step=step, after_s=after_s)


def seen(books: WithDeliveries, alert_id: str, now: datetime) -> None:
    """Somebody has it: the chain ends here, and the siren; what else has been begun goes on."""
    for one in books.deliveries.of_alert(alert_id):
        waiting = one.state is State.DUE and (one.step or one.channel == CONSOLE.name)
        rings = one.state is State.SENT and one.channel == SIREN.name
        if one.what is What.RAISED and (waiting or rings):
            books.deliveries.put(replace(one, state=State.STOPPED, outcome="seen", changed=now))


def answered(
    books: WithDeliveries, alert: KeptAlert, plan: Plan, now: datetime, *, same: bool, turn: str = ""
) -> None:
    """Somebody has compared the pictures. ``same``: everybody whom the school tells hears of it, and whoever was told
    that it was another. Otherwise nobody new does, and whoever was told, or may have been, is told that it was another
    person. ``turn`` tells the second answer of one alert from the first."""
    seen(books, alert.alert_id, now)
    known = {told.name: told for told in (PUSH, *plan.channels)}
    before = books.deliveries.of_alert(alert.alert_id)
    if same:
        after = plan.after_answer(alert.school)
        for told in after:
            _tell(books, alert, told, What.CONFIRMED, now, turn=turn)
        taken_back = {(one.channel, one.target) for one in before if one.what is What.RECALLED}
        for channel, target in sorted(taken_back):
            if channel in known and known[channel] not in after:
                _add(books, alert, known[channel], What.CONFIRMED, now, target=target, turn=turn)
        return
    for one in before:
        if one.state is State.DUE and one.what is not What.RECALLED and not one.attempts:
            stopped = replace(one, state=State.STOPPED, outcome="answered: different person", changed=now)
            books.deliveries.put(stopped)
    recalled = {
        (one.channel, one.target)
        for one in before
        if one.channel in known
        and one.what is not What.RECALLED
        and (one.attempts or one.state is State.SENT)
    }
    for channel, target in sorted(recalled):
        _add(books, alert, known[channel], What.RECALLED, now, target=target, turn=turn)


@dataclass(frozen=True, slots=True)
class DeliveryKeeping:
    """Answers requests about deliveries."""

    transaction: Callable[[], Transaction]

    def answer(self, request: DeliveryRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened."""
        with self.transaction() as books:
            match request:
                case NoteDelivery():
                    return _note(books, request, now)
                case ShowAlerts():
                    return _show(books, request, now)
                case KeepSubscription():
                    return _subscribe(books, request, now)
                case DropSubscription():
                    return _unsubscribe(books, request, now)


def _note(books: WithDeliveries, request: NoteDelivery, now: datetime) -> Reply:
    before = books.deliveries.one(request.delivery_id)
    if before is None:
        return Refused("there is no such delivery")
    if request.attempt != before.attempts + 1:
        return Done(subject=before.delivery_id)  # noted already; whoever asks was cut off before the answer
    after = before.noted(request.result, request.outcome, now, request.chance)
    books.deliveries.put(after)
    if after.state in (State.SENT, State.GAVE_UP):
        detail: dict[str, Plain] = {"channel": after.channel, "what": after.what, "attempts": after.attempts}
        if after.step:
            detail["step"] = after.step
        action = "delivery.sent" if after.state is State.SENT else "delivery.gave-up"
        books.audit.add(request.by.does(action, after.alert_id, school=after.school, detail=detail), now)
    if request.result is Result.HOPELESS and before.channel == PUSH.name:
        books.deliveries.unsubscribe(before.target)
    return Done(subject=before.delivery_id)


def _show(books: Books, request: ShowAlerts, now: datetime) -> Reply:
    """A page has shown them, to somebody who may see them."""
    mine = books.accounts.account(request.by.actor)
    if mine is None or not mine.may(May.SEE_ALERTS):
        return Refused("your role does not include seeing alerts")
    count = 0
    for alert_id in request.alert_ids:
        alert = books.alerts.one(alert_id)
        for one in books.deliveries.of_alert(alert_id):
            theirs = alert is not None and sees(mine, alert)
            if one.channel == CONSOLE.name and one.state is State.DUE and theirs:
                books.deliveries.put(one.noted(Result.ARRIVED, "shown", now, 0.5))
                detail: dict[str, Plain] = {"channel": one.channel, "what": one.what}
                deed = request.by.does("delivery.sent", alert_id, school=one.school, detail=detail)
                books.audit.add(deed, now)
                count += 1
    return Done(number=count)


def _subscribe(books: WithDeliveries, request: KeepSubscription, now: datetime) -> Reply:
    mine = books.accounts.account(request.by.actor)
    if mine is None or not mine.may(May.SEE_ALERTS):
        return Refused("your role does not include seeing alerts")
    subscription_id = "b" + sha256(request.endpoint.encode()).hexdigest()[:31]
    of = dict(books.deliveries.subscribers())
    if subscription_id not in of and list(of.values()).count(mine.account_id) >= MOST_BROWSERS:
        return Refused("ten browsers of yours take messages already; take one of them away first")
    fields = {"endpoint": request.endpoint, "public_key": request.public_key, "auth": request.auth}
    books.deliveries.subscribe(subscription_id, mine.account_id, json.dumps(fields).encode(), now)
    books.audit.add(request.by.does("push.subscribe", subscription_id), now)
    return Done(subject=subscription_id)


def _unsubscribe(books: WithDeliveries, request: DropSubscription, now: datetime) -> Reply:
    if dict(books.deliveries.subscribers()).get(request.subscription_id) != request.by.actor:
        return Refused("that browser is not one of yours")
    books.deliveries.unsubscribe(request.subscription_id)
    books.audit.add(request.by.does("push.unsubscribe", request.subscription_id), now)
    return Done(subject=request.subscription_id)


def _tell(
    books: WithDeliveries,
    alert: KeptAlert,
    told: Told,
    what: What,
    now: datetime,
    *,
    step: int = 0,
    after_s: float = 0.0,
    turn: str = "",
) -> None:
    for target in _targets(books, alert) if told == PUSH else ("",):
        _add(books, alert, told, what, now, target=target, step=step, after_s=after_s, turn=turn)


def _add(
    books: WithDeliveries,
    alert: KeptAlert,
    told: Told,
    what: What,
    now: datetime,
    *,
    target: str = "",
    step: int = 0,
    after_s: float = 0.0,
    turn: str = "",
) -> None:
    books.deliveries.add(
        Delivery(
            delivery_id=key_of(alert.alert_id, what, told.name, target, step, turn),
            alert_id=alert.alert_id,
            what=what,
            channel=told.name,
            target=target,
            school=alert.school,
            step=step,
            reaches=told.reaches,
            state=State.DUE,
            made=now,
            due=now + timedelta(seconds=after_s),
            wait_s=after_s,
        )
    )


def _tell_those_on_duty(
    books: WithDeliveries, alert: KeptAlert, plan: Plan, now: datetime, step: int, after_s: float
) -> None:
    """Phones of whoever is on duty when the alert is raised; where that is nobody with a phone, everybody's."""
    duty = accounts_on_duty(books, alert.school, now, plan.zone)
    owners = dict(books.deliveries.subscribers())
    everybody = list(_targets(books, alert))
    mine = [target for target in everybody if owners[target] in duty]
    for target in mine or everybody:
        _add(books, alert, PUSH, What.RAISED, now, target=target, step=step, after_s=after_s)


def _targets(books: WithDeliveries, alert: KeptAlert) -> Iterable[str]:
    """Browsers of those who may see this alert now."""
    for subscription_id, account_id in books.deliveries.subscribers():
        account = books.accounts.account(account_id)
        if account is not None and account.may(May.SEE_ALERTS) and sees(account, alert):
            yield subscription_id


def sees(account: Account, alert: KeptAlert) -> bool:
    """Whether an alert is this account's business now."""
    mine = account.sight.holds(
        alert.school, security_only=alert.security_only, reviewers_only=alert.reviewers_only
    )
    return mine and not account.disabled
