"""What the keeper does with imports: read person by person, approved as one, by others than whoever brought it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from hallwatch.core.audit import Plain
from hallwatch.core.import_batch import (
    OPEN_BATCH,
    BatchRecord,
    BatchState,
    counts_of,
    digest_of_batch,
    needed_for,
)
from hallwatch.core.import_requests import (
    AnswerImport,
    CloseImport,
    ImportEnd,
    ImportEntry,
    ImportRequest,
    ImportSame,
    OpenImport,
)
from hallwatch.core.listing import APPROVAL_LIFE
from hallwatch.core.policy.jurisdiction import Profile
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.requests import By, Done, Refused, Reply
from hallwatch.core.second import SecondRequest, Standing
from hallwatch.flow.books import Books, Transaction
from hallwatch.flow.import_reading import Reading
from hallwatch.flow.import_turns import Clearing
from hallwatch.flow.listing_answers import IMPORT, IMPORT_ELEVATED, bond_of, may_not_for, open_for, why_not
from hallwatch.flow.listings import ListingKeeping
from hallwatch.flow.persons import ACCOUNT

NOT_YOURS = "your role or your schools do not include this import"
AT_ONCE = 25
"""So many people go out of an import in one request: each is a key that is destroyed."""


@dataclass(frozen=True, slots=True)
class ImportKeeping:
    """Answers requests about imports. ``profile`` is the place's (None: none is set), ``clearing`` lets people go who
    were kept for an import alone."""

    transaction: Callable[[], Transaction]
    profile: Callable[[], Profile | None]
    today: Callable[[], date]
    number: Callable[[str], str]
    listings: ListingKeeping
    clearing: Clearing

    def answer(self, request: ImportRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened. Raises KeyGone for the erased."""
        profile = self.profile()
        if profile is None:
            return Refused("no jurisdiction is set: without the law of its place nobody is listed")
        gone: list[str] = []
        with self.transaction() as books:
            match request:
                case OpenImport():
                    reply = self._open(request, books, profile, now)
                case AnswerImport():
                    reply = self._answer(request, books, now)
                case CloseImport():
                    reply = self._close(request, books, profile, now, gone)
                case _:
                    reply = self._read(request, books, profile, now)
        self.clearing.destroyed(gone)
        return reply

    def lapse(self, now: datetime) -> None:
        """Imports that nobody has approved within fourteen days are over."""
        with self.transaction() as books:
            for batch in books.imports.batches(OPEN_BATCH):
                if now >= (batch.asked or batch.changed) + APPROVAL_LIFE:
                    books.imports.put(replace(batch, state=BatchState.LAPSED, changed=now))
                    _tell(books, By("system"), "import.lapse", batch, now)

    def _open(self, request: OpenImport, books: Books, profile: Profile, now: datetime) -> Reply:
        if (why := profile.forbids(live=False)) is not None:
            return Refused(why)
        if (why := self._not_theirs(request.by, books, request.schools)) is not None:
            return Refused(why)
        if self.listings.schools and not request.schools <= self.listings.schools:
            return Refused("there is no such school; choose one that a camera names")
        if under_way := books.imports.batches((BatchState.APPROVED,), request.key):
            return Refused(
                f"import {under_way[0].number} of this source is being taken over by hallwatch serve; try again when"
                " it has finished"
            )
        before = books.imports.batches(OPEN_BATCH, request.key)
        if before and before[0].schools != request.schools:
            return Refused(
                f"import {before[0].number} of this source waits and is for other schools; have it declined in the"
                " console first"
            )
        batch = BatchRecord(
            import_id=self.number("import-"),
            number=books.imports.next_number(),
            key=request.key,
            state=BatchState.READING,
            author=request.by.actor,
            opened=now,
            changed=now,
            words=request.words,
            schools=request.schools,
        )
        if before:
            one = before[0]
            # Another reader is another author: nobody approves what he has read himself.
            asked, digest = (one.asked, one.digest) if one.author == request.by.actor else (None, "")
            batch = replace(
                one,
                state=BatchState.READING,
                author=request.by.actor,
                words=request.words,
                changed=now,
                reading=one.reading + 1,
                asked=asked,
                digest=digest,
            )
        books.imports.put(batch)
        _tell(books, request.by, "import.open", batch, now)
        return Done(subject=batch.import_id, number=batch.number)

    def _read(
        self,
        request: ImportEntry | ImportEnd | ImportSame,
        books: Books,
        profile: Profile,
        now: datetime,
    ) -> Reply:
        batch = books.imports.batch(request.import_id)
        if (why := self._not_reading(request.by, books, batch)) is not None or batch is None:
            return Refused(why or NOT_YOURS)
        reading = Reading(books, batch, profile, self.today(), now)
        match request:
            case ImportSame():
                return reading.same(request)
            case ImportEnd():
                reply = reading.end(request)
            case ImportEntry():
                reply = reading.entry(request, self.number)
        if isinstance(reply, Done) and reply.subject:
            detail: dict[str, Plain] = {"import": batch.number, "listings": reply.number}
            action = "import.end" if isinstance(request, ImportEnd) else "import.entry"
            books.audit.add(request.by.does(action, reply.subject, detail=detail), now)
            if isinstance(request, ImportEntry) and request.terms is None and request.photos is None:
                self.listings.touched(reply.subject)
        return reply

    def _close(
        self, request: CloseImport, books: Books, profile: Profile, now: datetime, gone: list[str]
    ) -> Reply:
        batch = books.imports.batch(request.import_id)
        if (why := self._not_reading(request.by, books, batch)) is not None or batch is None:
            return Refused(why or NOT_YOURS)
        unseen = books.imports.unseen(batch.import_id, batch.reading, AT_ONCE + 1)
        for person_id in unseen[:AT_ONCE]:
            gone += self.clearing.clear(books, batch.import_id, person_id, now)
        if len(unseen) > AT_ONCE:
            return Done(subject=batch.import_id, number=1)
        items = books.imports.items(batch.import_id)
        if not items:
            books.imports.put(
                replace(batch, state=BatchState.TAKEN_OVER, words=request.words, changed=now, asked=None)
            )
            _tell(books, request.by, "import.nothing", batch, now)
            return Done(subject="")
        digest = digest_of_batch(items)
        asked = _asked_for(books, batch)
        stays = bool(asked) and digest == batch.digest
        stays = stays and not any(one.standing(now) is Standing.LAPSED for one in asked)
        waiting = replace(
            batch,
            state=BatchState.WAITING,
            words=replace(request.words, counts=counts_of(items, request.words.counts)),
            changed=now,
            asked=batch.asked if stays else now,
            digest=digest,
        )
        books.imports.put(waiting)
        if not stays:
            self._ask(books, waiting, profile, now)
        _tell(books, request.by, "import.propose", waiting, now, digest=digest, people=len(items))
        return Done(subject=batch.import_id)

    def _ask(self, books: Books, batch: BatchRecord, profile: Profile, now: datetime) -> None:
        """The others are asked, for exactly what the digest is over."""
        careful = books.imports.is_careful(batch.import_id)
        others = needed_for(profile.listing, careful=careful, proven=batch.author.startswith(ACCOUNT))
        for place in range(others.people):
            books.accounts.ask_second(
                SecondRequest(
                    self.number("second-"),
                    IMPORT_ELEVATED if others.elevated and place == 0 else IMPORT,
                    batch.import_id,
                    batch.digest,
                    batch.author,
                    now,
                    now + APPROVAL_LIFE,
                )
            )

    def _answer(self, request: AnswerImport, books: Books, now: datetime) -> Reply:
        batch = books.imports.batch(request.import_id)
        mine = books.accounts.account(request.by.actor)
        if batch is None or mine is None or may_not_for(mine, May.APPROVE_LISTINGS, batch.schools):
            return Refused(NOT_YOURS)
        if batch.state is not BatchState.WAITING:
            return Refused(f"it is {batch.state}: there is nothing to answer")
        asked = _asked_for(books, batch)
        real = digest_of_batch(books.imports.items(batch.import_id))
        if (why := why_not(asked, mine, batch.author, real, request.digest, now)) is not None:
            _tell(books, request.by, "second.refused", batch, now)
            return Refused(why)
        one = open_for(asked, mine)
        if one is None:
            return Refused("a district administrator has to say yes to this one")
        bound = bond_of(books, asked, one, mine, batch.schools, now)
        if request.approve and bound.why is not None:
            _tell(books, request.by, "second.refused", batch, now)
            return Refused(bound.why)
        books.accounts.answer_second(one.request_id, mine.account_id, now, approved=request.approve)
        action = "second.approve" if request.approve else "second.decline"
        _tell(books, request.by, action, batch, now, **bound.detail)
        if not request.approve:
            books.imports.put(replace(batch, state=BatchState.DECLINED, changed=now))
            return Done(subject=batch.import_id, number=-1)
        left = len([other for other in asked if other.approved is None]) - 1
        if left == 0:
            books.imports.put(replace(batch, state=BatchState.APPROVED, changed=now))
            _tell(books, request.by, "import.approve", batch, now, digest=real)
        return Done(subject=batch.import_id, number=left)

    def _not_reading(self, by: By, books: Books, batch: BatchRecord | None) -> str | None:
        if batch is None or (why := self._not_theirs(by, books, batch.schools)) is not None:
            return NOT_YOURS
        if batch.state is not BatchState.READING:
            return f"import {batch.number} is {batch.state}; begin to read the file again"
        if batch.author != by.actor:
            return f"somebody else reads import {batch.number} just now"
        return why

    def _not_theirs(self, by: By, books: Books, schools: frozenset[str]) -> str | None:
        """Why somebody who signs in may not bring people; whoever types at the machine may, and counts for nobody."""
        if not by.actor.startswith(ACCOUNT):
            return None
        mine: Account | None = books.accounts.account(by.actor)
        return may_not_for(mine, May.WRITE_LISTINGS, schools) and NOT_YOURS


def _asked_for(books: Books, batch: BatchRecord) -> list[SecondRequest]:
    """What was asked for when the import was proposed last."""
    if batch.asked is None:
        return []
    return [one for one in books.accounts.seconds(batch.import_id) if one.asked_at == batch.asked]


def _tell(books: Books, by: By, action: str, batch: BatchRecord, now: datetime, **more: Plain) -> None:
    detail: dict[str, Plain] = {"import": batch.number, "schools": ", ".join(sorted(batch.schools))}
    books.audit.add(by.does(action, batch.import_id, detail=detail | more), now)
