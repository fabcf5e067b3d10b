"""Imports as the console sees them: one at a time, each in a process of its own, and the last few to look back at."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from hallwatch.adapters.importers.columns import map_from, map_text, shipped_maps
from hallwatch.adapters.keys.chest import Chest
from hallwatch.adapters.store.place import Place
from hallwatch.core.by import By
from hallwatch.core.import_runs import OVER, Handed, ImportRun, PlanPage, Stage
from hallwatch.entry.child import Child, Failed
from hallwatch.entry.handed_files import MemoryFile
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
from hallwatch.entry.wiring import today
from hallwatch.errors import UserError
from hallwatch.settings.environment import Environment
from hallwatch.settings.site import Site
from hallwatch.web.import_questions import MapOffer

SAVED = "used:"
"""Before a kept map among those that can be chosen."""
REMEMBERED = 5
"""Imports whose refused rows can still be fetched; the audit trail has the counts of all."""
ROWS_PATIENCE_S = 20.0
STOP_PATIENCE_S = 2.0
BROKEN = "the process of this import ended unexpectedly; what was taken in stays, and the file can be handed over again"
BUSY = "another import is under way; go on with it, or put it away first"
SOMEBODY_ELSE = (
    "more than a tenth would vanish: somebody else than who handed the file over has to take it in"
)
PUT_AWAY = "it was put away; nothing of it was taken in"


def run_import(order: ImportOrder, link: Connection) -> None:
    """In the child; what reads files is loaded there and not in the console's process."""
    from hallwatch.entry import import_process

    import_process.run_import(order, link)


class _Run:
    """One import, its process, and the thread that listens to it."""

    def __init__(self, run: ImportRun, child: Child[ImportOrder]) -> None:
        self.run, self.child = run, child
        self.answers: dict[int, PlanPage] = {}
        self.listener: threading.Thread | None = None


class ImportDesk:
    """Implements web.import_questions.ImportQuestions; safe from any thread."""

    def __init__(
        self,
        place: Place,
        chest: Chest,
        socket: Path,
        site: Site,
        environment: Environment,
        saved: Callable[[], Mapping[str, str]],
    ) -> None:
        """``socket`` is the keeper's, ``saved`` the column maps that were used."""
        self._saved = saved
        self._place, self._chest, self._socket = place, chest, socket
        self._site, self._environment = site, environment
        self._today = today(site.site.time_zone)
        self._changed = threading.Condition()
        self._runs: dict[str, _Run] = {}
        self._questions = 0

    def open(self, handed: Handed, file: int, photos: int | None, by: By) -> str:
        """Have the files (descriptors, taken over) read; the number. Raises UserError while there is another."""
        files = [MemoryFile(one) for one in (file, photos) if one is not None]
        try:
            with self._changed:
                if any(one.run.stage not in OVER for one in self._runs.values()):
                    raise UserError(BUSY)
                number = secrets.token_hex(6)
                order = ImportOrder(
                    number,
                    handed,
                    files[0],
                    files[1] if photos is not None else None,
                    by,
                    self._today(),
                    self._place,
                    self._chest,
                    self._socket,
                    self._site,
                    self._environment,
                )
                run = ImportRun(number, handed, by.actor, datetime.now(UTC), Stage.READING)
                ours = self._runs[number] = _Run(run, Child("hw-import", run_import, order))
                ours.listener = threading.Thread(target=self._listen, args=(ours,), name="import")
                ours.listener.start()
                for old in list(self._runs)[:-REMEMBERED]:
                    del self._runs[old]
        finally:
            for one in files:
                one.close()
        return number

    def run(self, number: str) -> ImportRun | None:
        """The import of this number, as it stands."""
        with self._changed:
            ours = self._runs.get(number)
            return None if ours is None else ours.run

    def runs(self) -> list[ImportRun]:
        """Those that are remembered, newest first."""
        with self._changed:
            return [one.run for one in reversed(self._runs.values())]

    def rows(self, number: str, change: str, page: int) -> PlanPage | None:
        """A page of the dry run; None where there is no process any more that has it. Raises UserError."""
        with self._changed:
            ours = self._runs.get(number)
            if ours is None or ours.run.stage not in (Stage.PLANNED, Stage.TAKING):
                return None
            self._questions += 1
            question = self._questions
            if not self._send(ours, ShowRows(question, change, page)):
                return None
            there = self._changed.wait_for(
                lambda: question in ours.answers or ours.run.stage in OVER, ROWS_PATIENCE_S
            )
            if question not in ours.answers and not there:
                raise UserError("the rows cannot be shown just now; try again")
            return ours.answers.pop(question, None)

    def take(self, number: str, by: By) -> None:
        """Take it in. Raises UserError where nothing waits for that."""
        with self._changed:
            ours = self._runs.get(number)
            if ours is None or ours.run.stage is not Stage.PLANNED:
                raise UserError("this import does not wait for anything")
            if ours.run.plan is not None and ours.run.plan.guard:
                raise UserError(ours.run.plan.guard)
            if ours.run.plan is not None and ours.run.plan.second and by.actor == ours.run.actor:
                raise UserError(SOMEBODY_ELSE)
            if self._send(ours, TakeItIn(by)):
                ours.run = replace(ours.run, stage=Stage.TAKING)

    def put_away(self, number: str) -> None:
        """Forget the file; raises UserError when people are being taken in, or it is over."""
        with self._changed:
            ours = self._runs.get(number)
            if ours is None or ours.run.stage not in (Stage.READING, Stage.PLANNED):
                raise UserError("this import does not wait for anything")
            self._end(ours, PUT_AWAY)
            ours.child.terminate()

    def maps(self) -> list[MapOffer]:
        """Column maps that can be chosen, those first that were used."""
        used = [
            MapOffer(SAVED + key, map_from(key, text).source, True) for key, text in self._saved().items()
        ]
        return [*used, *(MapOffer(name, name, False) for name in shipped_maps())]

    def map_text(self, value: str) -> str:
        """The text of one of them. Raises UserError."""
        if value.startswith(SAVED):
            text = self._saved().get(value.removeprefix(SAVED))
            if text is None:
                raise UserError("that column map is not kept any more; choose another")
            return text
        return map_text(value)

    def close(self) -> None:
        """End every process; what was taken in stays."""
        with self._changed:
            listeners = [one.listener for one in self._runs.values() if one.listener is not None]
            for one in self._runs.values():
                if one.run.stage not in OVER:
                    self._end(one, BROKEN)
                    one.child.terminate()
        for listener in listeners:
            listener.join()

    def _send(self, ours: _Run, message: ToImport) -> bool:
        try:
            ours.child.link.send(message)
        except OSError:
            return False  # the listener notices, and says so
        return True

    def _listen(self, ours: _Run) -> None:
        """One import's thread: what its process says, until it says nothing any more."""
        over = False
        while not over:
            message: FromImport | Failed
            try:
                message = ours.child.link.recv()
            except (EOFError, OSError):
                message = Failed(BROKEN)
            with self._changed:
                if ours.run.stage not in OVER:
                    self._heard(ours, message)
                over = ours.run.stage in OVER
        ours.child.end(STOP_PATIENCE_S)

    def _heard(self, ours: _Run, message: FromImport | Failed) -> None:
        match message:
            case Planned(plan, faults):
                ours.run = replace(ours.run, stage=Stage.PLANNED, plan=plan, faults=faults)
            case Progress(done, of):
                ours.run = replace(ours.run, done=done, of=of)
            case Rows(question, page):
                ours.answers[question] = page
            case Over(outcome, line, faults):
                stage = Stage.ENDED if outcome is None else Stage.DONE
                ours.run = replace(ours.run, stage=stage, outcome=outcome, line=line, faults=faults)
            case Failed(reason):
                self._end(ours, reason)
        self._changed.notify_all()

    def _end(self, ours: _Run, line: str) -> None:
        ours.run = replace(ours.run, stage=Stage.ENDED, line=line)
        self._changed.notify_all()
