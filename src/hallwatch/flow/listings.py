"""What the keeper does with listings: nobody lists a person alone, and what holds is what was said yes to."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from hallwatch.core.import_batch import OVER
from hallwatch.core.ledger import ListVersion
from hallwatch.core.listing import (
    APPROVAL_LIFE,
    EMERGENCY_LIFE,
    Kind,
    ListingRecord,
    State,
    faults,
    move,
    needed,
)
from hallwatch.core.listing_requests import (
    AnswerListing,
    EmergencyListing,
    ListingRequest,
    MoveListing,
    ProposeListing,
    WriteListing,
)
from hallwatch.core.policy.jurisdiction import ListingRules
from hallwatch.core.policy.roles import Account, Actor, May, Terminal
from hallwatch.core.requests import By, Done, Refused, Reply
from hallwatch.core.second import SecondRequest
from hallwatch.flow.acting import acting
from hallwatch.flow.books import Books, Transaction
from hallwatch.flow.idle import drop_idle_templates
from hallwatch.flow.list_versions import drop_from_base, keep_version, put_base
from hallwatch.flow.listing_answers import (
    ELEVATED,
    NOT_YOURS,
    ORDINARY,
    asked_for,
    bond_of,
    digest_now,
    has_security,
    may_not,
    open_for,
    was_emergency,
    why_not,
)
from hallwatch.flow.listing_likeness import not_compared, seen, why_no_yes
from hallwatch.flow.listing_turns import became, of_an_import, tell
from hallwatch.flow.notices import now_due
from hallwatch.flow.own_lists import in_use


@dataclass(frozen=True, slots=True)
class ListingKeeping:
    """Answers requests about listings. ``rules`` are the place's (None: none is set yet), ``today`` the day at the
    site, ``number`` makes a new number with a prefix."""

    transaction: Callable[[], Transaction]
    rules: Callable[[], ListingRules | None]
    today: Callable[[], date]
    number: Callable[[str], str]
    schools: frozenset[str] = frozenset()
    """The schools that cameras name; empty where nobody has said them."""
    touched: Callable[[str], None] = lambda person_id: None
    """Hears the number of everybody whose listings may hold otherwise now, within the transaction."""

    def answer(self, request: ListingRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened."""
        rules = self.rules()
        if rules is None:
            return Refused("no jurisdiction is set: without the law of its place nobody is listed")
        with self.transaction() as books:
            if (why := of_an_import(books, request.listing_id)) is not None:
                return Refused(why)
            mine = acting(books, request.by)
            reply = self._answered(request, books, mine, rules, now)
            if isinstance(reply, Done) and (record := books.listings.listing(reply.subject)) is not None:
                self.touched(record.person_id)
            self.keep_version(books, request.by, now)
            return reply

    def set_base(self, books: Books, external_ids: Collection[str], by: By, now: datetime) -> ListVersion:
        """What list.csv says from now on."""
        put_base(books, external_ids, now)
        return self.keep_version(books, by, now)

    def forget(self, books: Books, external_id: str, by: By, now: datetime) -> None:
        """Somebody erased is on no list any more."""
        drop_from_base(books, external_id, now)
        self.keep_version(books, by, now)

    def keep_version(self, books: Books, by: By, now: datetime) -> ListVersion:
        """The list as it is now, on record."""
        return keep_version(books, by, self.today(), now)

    def sweep(self, now: datetime, *, emergencies: bool = False) -> list[str]:
        """End what is over, and let begin what begins today: the people (their numbers) whose listings ended.

        ``emergencies``: those alone, while a clock that was set holds everything else back.
        """
        with self.transaction() as books:
            over = books.listings.over(self.today(), now)
            if emergencies:
                over = [record for record in over if record.emergency_until is not None]
            for record in over:
                why = "nobody approved the emergency" if record.emergency_until else OVER
                books.listings.put(became(record, State.ENDED, now, why))
                self.touched(record.person_id)
                drop_idle_templates(books, record.person_id)
                deed = By("system").does("listing.end", record.listing_id, detail={"why": why})
                books.audit.add(deed, now)
            if over or books.listings.listed_tags(self.today()):
                self.keep_version(books, By("system"), now)
        return [record.person_id for record in over]

    def _answered(
        self, request: ListingRequest, books: Books, mine: Actor | None, rules: ListingRules, now: datetime
    ) -> Reply:
        match request:
            case WriteListing():
                return self._write(request, books, mine, now)
            case ProposeListing():
                return self._propose(request, books, mine, rules, now)
            case EmergencyListing():
                return self._emergency(request, books, mine, rules, now)
            case AnswerListing():
                return self._answer(request, books, mine, now)
            case MoveListing():
                return self.turned(request, books, mine, now)
            case _:
                assert_never(request)

    def _write(self, request: WriteListing, books: Books, mine: Actor | None, now: datetime) -> Reply:
        if (why := may_not(mine, May.WRITE_LISTINGS, request.terms)) is not None:
            return Refused(why)
        person_id = books.people.find(request.external_id)
        if person_id is None:
            return Refused("nobody with this id is known here; add the person first")
        if request.terms.kind not in (*Kind, *in_use(books)):
            return Refused(f"{request.terms.kind[:40]} is no list here; choose one of {', '.join(Kind)}")
        if self.schools and not request.terms.schools <= self.schools:
            return Refused("there is no such school; choose one that a camera names")
        before = books.listings.listing(request.listing_id) if request.listing_id else None
        if request.listing_id and (before is None or before.person_id != person_id):
            return Refused("there is no such listing")
        if before is not None and before.state not in (State.DRAFT, State.WAITING):
            return Refused(f"a listing that is {before.state} is not rewritten; end it and write another")
        if before is not None and (why := may_not(mine, May.WRITE_LISTINGS, before.terms)) is not None:
            return Refused(why)
        record = ListingRecord(
            listing_id=before.listing_id if before else self.number("listing-"),
            person_id=person_id,
            terms=request.terms,
            state=State.DRAFT,
            author=request.by.actor,
            written=before.written if before else now,
            changed=now,
        )
        books.listings.put(record)
        tell(books, request.by, "listing.write", record, now)
        return Done(subject=record.listing_id)

    def _propose(
        self,
        request: ProposeListing | EmergencyListing,
        books: Books,
        mine: Actor | None,
        rules: ListingRules,
        now: datetime,
    ) -> Reply:
        record = books.listings.listing(request.listing_id)
        if record is None or may_not(mine, May.WRITE_LISTINGS, record.terms) is not None:
            return Refused(NOT_YOURS)
        if record.state is not State.DRAFT:
            return Refused(f"it is {record.state} already")
        if record.author != request.by.actor:
            return Refused("whoever wrote it proposes it; write it anew to make it yours")
        person = books.people.person(record.person_id)
        wrong = faults(record.terms, rules, self.today(), in_use(books))
        if not books.people.photo_digests(record.person_id):
            wrong.append("there is no photo of the person")
        wrong += not_compared(books, record, request)
        if wrong:
            return Refused("; ".join(wrong))
        record = replace(record, state=State.WAITING, asked=now, changed=now, likeness=request.likeness)
        books.listings.put(record)
        others = needed(rules, person.date_of_birth, self.today(), proven=isinstance(mine, Account))
        for place in range(others.people):
            what = ELEVATED if others.elevated and place == 0 else ORDINARY
            asked = SecondRequest(
                self.number("second-"),
                what,
                record.listing_id,
                digest_now(books, record),
                request.by.actor,
                now,
                now + APPROVAL_LIFE,
            )
            books.accounts.ask_second(asked)
        tell(books, request.by, "listing.propose", record, now, **seen(record.likeness))
        return Done(subject=record.listing_id, number=others.people)

    def _emergency(
        self,
        request: EmergencyListing,
        books: Books,
        mine: Actor | None,
        rules: ListingRules,
        now: datetime,
    ) -> Reply:
        if not isinstance(mine, Account):
            return Refused("an emergency is somebody's own word; sign in to the console for it")
        record = books.listings.listing(request.listing_id)
        if record is not None and len(record.terms.schools) != 1:
            return Refused("an emergency is for one school; name it")
        if record is not None and not has_security(books, record):
            return Refused(
                "that school has no security account to see the alerts; add one first, or ask the others"
            )
        if record is not None and was_emergency(books, record, now):
            return Refused("this person was listed in an emergency before; the others have to say yes")
        reply = self._propose(request, books, mine, rules, now)
        record = books.listings.listing(request.listing_id)
        if isinstance(reply, Refused) or record is None:
            return reply
        until = now + EMERGENCY_LIFE
        books.listings.put(
            replace(record, state=State.ACTIVE, emergency=True, emergency_until=until, changed=now)
        )
        tell(books, request.by, "listing.emergency", record, now, until=until.isoformat())
        return Done(subject=record.listing_id, number=reply.number, at=until)

    def _answer(self, request: AnswerListing, books: Books, mine: Actor | None, now: datetime) -> Reply:
        record = books.listings.listing(request.listing_id)
        if isinstance(mine, Terminal):
            return Refused("at the terminal nobody is proven to be anybody; a yes is given in the console")
        if record is None or mine is None or may_not(mine, May.APPROVE_LISTINGS, record.terms) is not None:
            return Refused(NOT_YOURS)
        if not (record.state is State.WAITING or record.emergency_until is not None):
            return Refused(f"it is {record.state}: there is nothing to answer")
        if request.approve and record.terms.kind not in (*Kind, *in_use(books)):
            return Refused("the list was retired meanwhile; end the listing")
        asked = asked_for(books, record)
        why = why_not(asked, mine, record.author, digest_now(books, record), request.digest, now)
        if (why := why or why_no_yes(record, request)) is not None:
            tell(books, request.by, "second.refused", record, now)
            return Refused(why)
        one = open_for(asked, mine)
        if one is None:
            return Refused("a district administrator has to say yes to this one")
        bound = bond_of(books, asked, one, mine, record.terms.schools, now)
        if request.approve and bound.why is not None:
            tell(books, request.by, "second.refused", record, now)
            return Refused(bound.why)
        books.accounts.answer_second(one.request_id, mine.account_id, now, approved=request.approve)
        more = seen(record.likeness, request.likeness) | bound.detail
        tell(
            books, request.by, "second.approve" if request.approve else "second.decline", record, now, **more
        )
        if not request.approve:
            to = State.ENDED if record.emergency_until is not None else State.DRAFT
            books.listings.put(became(record, to, now, "a second person said no"))
            drop_idle_templates(books, record.person_id)
            return Done(subject=record.listing_id, number=-1)
        left = len([other for other in asked if other.approved is None]) - 1
        if left == 0:
            active = became(record, State.ACTIVE, now)
            books.listings.put(active)
            if record.emergency_until is not None:
                books.alerts.open_up(record.person_id, record.terms.schools)
            tell(books, request.by, "listing.activate", active, now, digest=request.digest)
            now_due(books, active, now)
        return Done(subject=record.listing_id, number=left)

    def turned(self, request: MoveListing, books: Books, mine: Actor | None, now: datetime) -> Reply:
        """Suspended, resumed or ended, within somebody's transaction; the list's version is the caller's to keep."""
        record = books.listings.listing(request.listing_id)
        if record is None or may_not(mine, May.WRITE_LISTINGS, record.terms) is not None:
            return Refused(NOT_YOURS)
        allowed = {State.SUSPENDED, State.ACTIVE, State.ENDED}
        if (why := move(record, request.to)) is not None or request.to not in allowed:
            return Refused(why or f"a listing does not become {request.to} so")
        if record.emergency_until is not None and request.to is not State.ENDED:
            return Refused("an emergency is approved or ended, nothing else")
        if request.to is State.ACTIVE and record.state is not State.SUSPENDED:
            return Refused("a listing becomes active by the others' yes")
        if not request.by.reason.strip():
            return Refused("write down why")
        books.listings.put(became(record, request.to, now, request.by.reason))
        action = {State.SUSPENDED: "suspend", State.ACTIVE: "resume", State.ENDED: "end"}[request.to]
        tell(books, request.by, f"listing.{action}", record, now)
        self.touched(record.person_id)
        drop_idle_templates(books, record.person_id)
        return Done(subject=record.listing_id)
