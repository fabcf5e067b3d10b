"""The process of one import: has the file read, says what would change, and takes it in when somebody says so.

It has the keys and asks the keeper; the file itself is read by a process that has neither (``import_reading``). It ends
when it is done, when the console hangs up, or when nobody has gone on for half an hour.
"""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, closing
from multiprocessing.connection import Connection

from hallwatch.adapters.keys.keystore import KeyStore
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.audit import Plain
from hallwatch.core.by import By
from hallwatch.core.import_runs import Kind, page_of
from hallwatch.core.map_requests import KeepMap
from hallwatch.core.requests import Done, Note, Request
from hallwatch.entry.import_messages import (
    FromImport,
    ImportOrder,
    Over,
    Planned,
    Progress,
    Rows,
    ShowRows,
    TakeItIn,
    ToImport,
)
from hallwatch.entry.import_place import own_kinds, place_for_imports
from hallwatch.entry.import_reader import ReadOrder
from hallwatch.entry.import_reading import ReadingProcess
from hallwatch.entry.import_works import ListedWork, RosterWork, Work
from hallwatch.entry.installation import Installation
from hallwatch.entry.keeper_client import KeeperAway, ask
from hallwatch.errors import HallwatchError

IDLE_S = 30 * 60.0
"""How long a dry run waits for somebody to go on."""
KEEPER_PATIENCE_S = 60.0
"""A keeper that died is back within seconds; everything that is asked here may be asked twice."""
TOLD_EVERY_S = 0.4
LAPSED = "nobody went on within half an hour, and the file was forgotten; hand it over again"
STUCK = "the keeper stopped answering; what was taken in stays, hand the same file over again for the rest"


class KeeperGone(HallwatchError):
    """The keeper has not answered for a minute: going on would refuse everybody else by name."""


def run_import(order: ImportOrder, link: Connection) -> None:
    """In the child, from the first byte to the last word."""
    with ExitStack() as stack:
        reading = stack.enter_context(ReadingProcess())
        stack.callback(order.file.close)
        if order.photos is not None:
            stack.callback(order.photos.close)
        store = order.chest.open()
        records = stack.enter_context(closing(Reader(order.place, store)))
        ours = _Import(order, link, reading, records, store, stack)
        try:
            last = ours.work()
        except (HallwatchError, MemoryError) as error:
            last = Over(None, str(error) or "there is not enough memory for this file; hand it over in parts")
    link.send(last)


class _Import:
    """One import's work; the main thread listens, and another takes people in."""

    def __init__(
        self,
        order: ImportOrder,
        link: Connection,
        reading: ReadingProcess,
        records: Reader,
        store: KeyStore,
        stack: ExitStack,
    ) -> None:
        self._order, self._link, self._reading, self._records = order, link, reading, records
        self._store, self._stack = store, stack
        self._talking = threading.Lock()
        self._told = 0.0

    def work(self) -> Over:
        """Until there is a last word. Raises HallwatchError, EOFError when the console has hung up."""
        ours = self._prepare()
        self._note("import.plan", ours)
        self._say(Planned(ours.dry_run(), ours.faults))
        until = time.monotonic() + IDLE_S
        while (left := until - time.monotonic()) > 0:
            if self._link.poll(left):
                message: ToImport = self._link.recv()
                if isinstance(message, TakeItIn):
                    return self._taken(ours, message.by)
                self._show(ours, message)
        return Over(None, LAPSED)

    def _prepare(self) -> Work:
        order, handed = self._order, self._order.handed
        read = self._reading.people(
            ReadOrder(
                kind=handed.kind,
                name=handed.file,
                file=order.file.fileno(),
                photos_name=handed.photos,
                photos=None if order.photos is None else order.photos.fileno(),
                today=order.today,
                of=handed.of,
                map_name=handed.map_name,
                columns=handed.columns,
                source=handed.source,
                own_kinds=own_kinds(self._records),
            )
        )
        if handed.kind is Kind.ROSTER:
            return RosterWork(handed, read, self._reading, self._records)
        here = Installation(
            name=order.site.site.name,
            data=order.socket.parent,
            place=order.place,
            chest=order.chest,
            store=self._store,
            reader=self._records,
            zone=None,
            schools=frozenset(),
            time_zone=order.site.site.time_zone,
        )
        place, look = self._stack.enter_context(
            place_for_imports(here, order.site, order.environment, order.today)
        )
        return ListedWork(handed, read, self._reading, place, look)

    def _taken(self, ours: Work, by: By) -> Over:
        """Everybody, while pages can still be asked for."""
        if ours.dry_run().guard:
            return Over(None, ours.dry_run().guard, ours.faults)
        last: list[Over | BaseException] = []

        def work() -> None:
            try:
                last.append(self._take(ours, by))
            except BaseException as error:
                last.append(error)

        thread = threading.Thread(target=work, name="taking-in", daemon=True)
        thread.start()
        while thread.is_alive():
            if self._link.poll(0.1):
                message: ToImport = self._link.recv()
                if isinstance(message, ShowRows):
                    self._show(ours, message)
        if isinstance(last[0], BaseException):
            raise last[0]
        return last[0]

    def _take(self, ours: Work, by: By) -> Over:
        last = ours.take(self._ask, by, self._progress)
        if self._order.handed.columns and last.outcome is not None:
            self._ask(KeepMap(by, self._order.handed.columns))
        return last

    def _ask(self, request: Request) -> Done:
        """The keeper, patiently: one that is being started again refuses nobody."""
        until = time.monotonic() + KEEPER_PATIENCE_S
        while True:
            try:
                return ask(self._order.socket, request)
            except KeeperAway:
                if time.monotonic() > until:
                    raise KeeperGone(STUCK) from None
                time.sleep(1)

    def _note(self, action: str, ours: Work) -> None:
        detail: dict[str, Plain] = dict(ours.dry_run().counts)
        self._ask(Note(self._order.by, action, self._order.number, detail=detail))

    def _progress(self, done: int, of: int) -> None:
        now = time.monotonic()
        if now - self._told >= TOLD_EVERY_S or done == of:
            self._told = now
            self._say(Progress(done, of))

    def _show(self, ours: Work, question: ShowRows) -> None:
        self._say(Rows(question.question, page_of(ours.rows, question.change, question.page)))

    def _say(self, message: FromImport) -> None:
        with self._talking:
            self._link.send(message)
