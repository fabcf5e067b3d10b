"""Taking in what was looked at: person after person to the keeper, then the others are asked for their yes.

For commands and pages alike, and outside the keeper. It may be broken off at any moment and repeated: what is in the
import already is not looked at again, and nobody is listed by it before others say yes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hallwatch.core.import_batch import BatchWords, Counts, Known, Stands
from hallwatch.core.import_requests import CloseImport, ImportEnd, ImportEntry, ImportSame, OpenImport
from hallwatch.core.import_terms import PARTICULARS, external_id_of, key_of, terms_of
from hallwatch.core.imports import Change, RowFault, Step, merged
from hallwatch.core.listing import Terms
from hallwatch.core.photo_kept import PhotoKept
from hallwatch.core.requests import By, Done, Request
from hallwatch.entry.import_taking import DryRun, ImportPlace, Photos, photos_of
from hallwatch.entry.keeper_client import RequestRefused
from hallwatch.entry.roster import person_of
from hallwatch.errors import EnrolmentError, FileRefused, ImageError, UserError

Ask = Callable[[Request], Done]
Look = Callable[[bytes, str], tuple[PhotoKept, str]]
"""A photo's bytes and name; back comes what is kept, and the gate's verdict. Raises ImageError, EnrolmentError."""
SEEN_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it: the import that waits now ("" where nothing was to be approved), who came into it or went out of
    it this time, and everything that was refused."""

    import_id: str
    number: int
    counts: Counts
    faults: tuple[RowFault, ...]


def take(
    dry: DryRun,
    place: ImportPlace,
    ask: Ask,
    look: Look,
    by: By,
    *,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Taken:
    """Take in what was looked at: each person is committed or refused, and the next goes on; then the others are asked.

    Raises UserError where the whole is refused or the keeper is away: what is in the import by then stays in it, and
    the same again goes on from there.
    """
    if dry.refusal is not None:
        raise UserError(dry.refusal)
    words = BatchWords(dry.source, dry.source_date, dry.order.file.name, dry.expected, dry.counts)
    opened = ask(OpenImport(by, key_of(dry.source), words, dry.order.wish.schools))
    taking = _Taking(dry, place, ask, look, by, opened.subject)
    with photos_of(dry.order) as archive:
        for done, step in enumerate(dry.steps, start=1):
            taking.step(step, archive)
            progress(done, len(dry.steps))
    taking.staying()
    counts = taking.counts()
    closing = CloseImport(by, opened.subject, replace(words, counts=counts))
    while (closed := ask(closing)).number:
        pass
    return Taken(closed.subject, opened.number, counts, tuple(taking.faults))


class _Taking:
    """One file on its way in."""

    def __init__(self, dry: DryRun, place: ImportPlace, ask: Ask, look: Look, by: By, import_id: str) -> None:
        self._dry, self._place, self._ask, self._look, self._by = dry, place, ask, look, by
        self._import_id = import_id
        self._entries = {entry.external_id: entry for entry in dry.found.entries}
        self._seen: list[str] = []
        self._many = dict.fromkeys(Change, 0)
        self.faults = list(dry.faults)

    def step(self, step: Step, archive: Photos | None) -> None:
        """One person; a refusal is a fault of their row."""
        known = self._dry.known.get(step.external_id)
        ours = external_id_of(self._dry.source, step.external_id)
        try:
            if step.change is Change.END:
                self._ask(ImportEnd(self._by, self._import_id, ours))
            elif step.change is Change.SAME:
                if known is not None and known.stands is Stands.WAITING:
                    self._saw(ours)
                    return
            else:
                entry = self._entry(step, known, ours, archive)
                number = self._ask(entry).subject
                self._place.comparing.came(number, entry.photos or ())
            self._many[step.change] += 1
        except (RequestRefused, ImageError, EnrolmentError, FileRefused) as error:
            self.faults.append(RowFault("", step.row, str(error), step.external_id))
            if known is not None and known.stands is Stands.WAITING:
                self._saw(ours)  # they stay as they are

    def staying(self) -> None:
        """Whoever stands in a row that was refused stays as they are."""
        for external_id in {fault.external_id for fault in self._dry.faults}:
            known = self._dry.known.get(external_id)
            if known is not None and known.stands is Stands.WAITING:
                self._saw(external_id_of(self._dry.source, external_id))
        self._tell_seen()

    def counts(self) -> Counts:
        """What came of it."""
        many = self._many
        return Counts(
            many[Change.ADD], many[Change.CHANGE], many[Change.END], many[Change.SAME], len(self.faults)
        )

    def _saw(self, external_id: str) -> None:
        self._seen.append(external_id)
        if len(self._seen) >= SEEN_AT_ONCE:
            self._tell_seen()

    def _tell_seen(self) -> None:
        if self._seen:
            self._ask(ImportSame(self._by, self._import_id, tuple(self._seen)))
            self._seen.clear()

    def _entry(
        self,
        step: Step,
        known: Known | None,
        ours: str,
        archive: Photos | None,
    ) -> ImportEntry:
        said = self._entries[step.external_id]
        before = known.entry if known is not None else None
        entry = merged(before, said)
        listed = known is not None and known.stands is Stands.LISTED
        same_words = listed and set(step.fields) <= PARTICULARS | {"photos"}
        photos: tuple[PhotoKept, ...] | None = None
        verdicts: tuple[str, ...] = ()
        if "prints" not in said.unsaid and (
            known is None or known.stands is Stands.OVER or "photos" in step.fields
        ):
            photos, verdicts = self._photos_of(step, archive)
        terms: tuple[Terms, ...] | None = None
        if not same_words:
            terms = terms_of(
                entry, self._dry.found, self._dry.order.wish, self._place.profile, self._place.today
            )
        person = replace(
            person_of(entry),
            external_id=ours,
            role="",
            schools=tuple(sorted(self._dry.order.wish.schools)),
            verdicts=verdicts,
            taken=entry,
        )
        likeness = None
        if photos:
            likeness = self._place.comparing.likeness(ours, photos, self._dry.photos)
        return ImportEntry(self._by, self._import_id, person, terms, photos, likeness)

    def _photos_of(self, step: Step, archive: Photos | None) -> tuple[tuple[PhotoKept, ...], tuple[str, ...]]:
        """The person's photos, each looked at. Raises EnrolmentError when none of them can be used."""
        matched = self._dry.matched
        assert archive is not None
        assert matched is not None
        kept, verdicts, wrong = [], [], []
        for name in matched.photos.get(step.external_id, ()):
            try:
                photo, verdict = self._look(archive.read(name), name)
            except (ImageError, EnrolmentError, FileRefused) as error:
                wrong.append(RowFault(name, 0, str(error).removeprefix(f"{name}: "), step.external_id))
            else:
                kept.append(photo)
                verdicts.append(verdict)
        if not kept:
            why = wrong[0].reason if wrong else "no photo"
            raise EnrolmentError(f"not listed, the photo cannot be used: {why}")
        self.faults += wrong
        return tuple(kept), tuple(verdicts)
