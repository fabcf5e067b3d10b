"""Who counts as a second person: nobody whom the author could be himself.

Whoever adds an account, or makes a sign-in link for one, could sign in with it. Two accounts are therefore bound to
each other for thirty days when one was added by the other, or both by the same person, directly or through others.
Bound people do not answer each other while somebody else could. Where nobody else could (a school's first
administrators) they do, and the audit trail says so. What is made at the machine binds to whoever asks there alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from hallwatch.core.audit import AuditEntry, Plain
from hallwatch.core.by import By
from hallwatch.core.policy.roles import Account, May
from hallwatch.flow.books import WithAccounts

BOUND = timedelta(days=30)
MADE = ("account.add", "account.link")
ENDED = "account.disable"
BOUND_TO = (
    "within the last 30 days you and whoever asks were added, or given a sign-in link, one by the other or both by the"
    " same person; somebody else has to answer"
)


@dataclass(frozen=True, slots=True)
class Bond:
    """``why`` the answer does not count, or None; ``day`` since when the two are bound, where they are."""

    why: str | None = None
    day: date | None = None

    @property
    def detail(self) -> dict[str, Plain]:
        """For the audit trail."""
        return {} if self.day is None else {"bound_since": self.day.isoformat()}


def could_answer(books: WithAccounts, what: May) -> list[Account]:
    """Everybody with a name whose role allows it, the disabled among them."""
    return [
        one
        for one in books.accounts.everybody()
        if not one.is_unnamed and replace(one, disabled=False).may(what)
    ]


def bond(books: WithAccounts, author: str, mine: Account, others: Iterable[Account], now: datetime) -> Bond:
    """Whether ``mine`` counts as a second person for what ``author`` (an actor) asked.

    ``others`` are those who may answer in its place; the disabled among them still count where somebody of the bound
    has put them out, so that nobody makes himself the last one.
    """
    deeds = books.audit.since((*MADE, ENDED), now - BOUND)
    made = [entry for entry in deeds if entry.deed.action in MADE]
    day = bound_since(made, author, mine.account_id)
    if day is None:
        return Bond()
    could = [one for one in others if one.account_id not in (author, mine.account_id)]
    free = [one for one in could if bound_since(made, author, one.account_id) is None]
    if any(not one.disabled for one in free):
        return Bond(BOUND_TO, day)
    ours = {author} | {
        actor
        for account in (author, mine.account_id)
        for actor in _makers(made, account)
        if not By(actor).is_terminal
    }
    put_out = {
        entry.deed.subject for entry in deeds if entry.deed.action == ENDED and entry.deed.actor in ours
    }
    return Bond(BOUND_TO if any(one.account_id in put_out for one in free) else None, day)


def bound_since(made: Sequence[AuditEntry], one: str, other: str) -> date | None:
    """The last day on which an account was added, or given a link, that binds these two; None where nothing does."""
    ours, theirs = _makers(made, one), _makers(made, other)
    shared = [
        actor for actor in ours.keys() & theirs.keys() if actor in (one, other) or not By(actor).is_terminal
    ]
    days = [max(ours[actor], theirs[actor]) for actor in shared]
    return max(days).date() if days else None


def _makers(made: Sequence[AuditEntry], account: str) -> dict[str, datetime]:
    """The account, whoever made it or a link for it, whoever made those, and so on, each with the day of the deed."""
    found = {account: datetime.min.replace(tzinfo=UTC)}
    waiting = [account]
    while waiting:
        subject = waiting.pop()
        for entry in made:
            if entry.deed.subject == subject and entry.deed.actor not in found:
                found[entry.deed.actor] = max(entry.at, found[subject])
                waiting.append(entry.deed.actor)
    return found
