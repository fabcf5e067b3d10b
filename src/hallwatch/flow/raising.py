"""What becomes of a sighting: a new alert, one more stop of a known one, or nothing below a raised threshold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from hallwatch.core.alert import takes
from hallwatch.core.audit import Plain
from hallwatch.core.decide.brake import DAY, why_braked
from hallwatch.core.escalation import Plan
from hallwatch.core.events import Sighting
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.listing import ListingRecord, State
from hallwatch.core.requests import By
from hallwatch.core.restraint import Restraint, What
from hallwatch.flow.books import Books, Transaction
from hallwatch.flow.delivering import raised
from hallwatch.flow.list_versions import base_tags
from hallwatch.flow.quiet_start import is_quiet

AGAIN = UUID("0a9a3f4e-6a3e-5d0b-9a55-52c8f3f5a3c7")
"""Namespace of the alert after one that nothing joins any more: a sighting that is sent twice finds it again."""
SYSTEM = By("system")


@dataclass(frozen=True, slots=True)
class Raising:
    """Keeps sightings, each in one transaction with its audit entry. ``today`` is the day at the site; ``plan`` says
    who is told of a new alert, in the same transaction."""

    transaction: Callable[[], Transaction]
    today: Callable[[], date]
    plan: Plan

    def keep(
        self, sighting: Sighting, *, place: Whereabouts, meaning: str, now: datetime
    ) -> KeptAlert | None:
        """The alert that it became or joined; None: it is below the person's raised threshold, and only counted.

        Implements flow.alerting.AlertBook. Raises KeyGone.
        """
        with self.transaction() as books:
            person_id = books.people.find(sighting.external_id)
            while (life := books.alerts.life(sighting.alert_id)) is not None and not takes(life, sighting.at):
                sighting = replace(sighting, alert_id=uuid5(AGAIN, sighting.alert_id).hex)
            known = books.alerts.one(sighting.alert_id)
            fresh = known is None
            # What no camera of ours has scored yet is as good as new to the raised threshold, and to our brake.
            unscored = known is None or not known.pack
            if unscored and person_id and self._is_kept_out(books, person_id, sighting, now):
                return None
            first = fresh or (unscored and sighting.pack != "")
            why = self._brake(books, person_id, now, sighting) if first and person_id else None
            held = known is not None and known.reviewers_only
            kept = books.alerts.keep(
                sighting,
                place=place,
                meaning=meaning,
                now=now,
                braked=why is not None,
                security_only=person_id is not None
                and self._is_emergency(books, person_id, sighting.external_id, place.school, now),
                reviewers_only=not sighting.source
                and is_quiet(books.settings)
                and not (person_id and self._was_urgent(books, person_id, place.school, now)),
            )
            if fresh:
                detail: dict[str, Plain] = {"camera": kept.camera, "score": round(kept.score, 4)}
                if kept.source:
                    detail = {"camera": kept.camera, "outside": True}
                if why is not None:
                    detail["braked"] = why
                books.audit.add(SYSTEM.does("alert.raise", kept.alert_id, detail=detail), now)
                raised(books, kept, self.plan, now)
            elif known is not None and known.braked and kept.sounds:
                # Another system's alert that was quiet, and now a camera of ours has seen the person.
                loud: dict[str, Plain] = {"camera": sighting.camera, "score": round(kept.score, 4)}
                books.audit.add(SYSTEM.does("alert.raise", kept.alert_id, detail=loud), now)
                raised(books, kept, self.plan, now)
            elif sighting.source:
                seen: dict[str, Plain] = {"camera": sighting.camera, "outside": True}
                books.audit.add(SYSTEM.does("alert.join", kept.alert_id, detail=seen), now)
            if held and not kept.reviewers_only:
                # The person is here still, and it is everybody's now: unanswered, it is as new.
                books.audit.add(SYSTEM.does("alert.release", kept.alert_id, school=kept.school), now)
                if kept.answer is None:
                    raised(books, kept, self.plan, now)
            return kept

    def _is_kept_out(self, books: Books, person_id: str, sighting: Sighting, now: datetime) -> bool:
        raised = books.restraints.threshold(person_id, sighting.pack)
        if raised is None or sighting.score >= raised:
            return False
        if not sighting.improves and books.restraints.count_kept_out(person_id, sighting.pack) == 1:
            books.audit.add(SYSTEM.does("alert.kept_out", person_id), now)
        return True

    def _brake(self, books: Books, person_id: str, now: datetime, sighting: Sighting) -> str | None:
        """Why the person's next alert is quiet; the first time it goes on record, and open alerts go quiet, too.

        Another system's alerts never quieten those of our cameras: they are counted among themselves.
        """
        held = next((one for one in books.restraints.of([person_id]) if one.what is What.BRAKE), None)
        if held is not None:
            return held.why
        if sighting.source:
            theirs = books.alerts.incidents(person_id, now - DAY, outside=True)
            return why_braked(theirs, now, since=books.restraints.reviewed(person_id))
        return look_for_brake(books, person_id, now)

    def _is_emergency(
        self, books: Books, person_id: str, external_id: str, school: str, now: datetime
    ) -> bool:
        """Whether only one person's word has this person looked for in this school."""
        here = self._here(books, person_id, school, now)
        if not here or any(one.emergency_until is None for one in here):
            return False
        return books.people.tag_of(external_id).hex() not in base_tags(books)

    def _was_urgent(self, books: Books, person_id: str, school: str, now: datetime) -> bool:
        """Whether a listing that holds in this school was made in an emergency, approved since or not."""
        return any(one.emergency for one in self._here(books, person_id, school, now))

    def _here(self, books: Books, person_id: str, school: str, now: datetime) -> list[ListingRecord]:
        """The person's listings that hold in this school."""
        return [
            one
            for one in books.listings.listings((State.ACTIVE,), person_id)
            if one.holds(now, self.today()) and (not one.terms.schools or school in one.terms.schools)
        ]


def look_for_brake(books: Books, person_id: str, now: datetime) -> str | None:
    """Put the brake on if it is due; why it is."""
    why = why_braked(
        books.alerts.incidents(person_id, now - DAY), now, since=books.restraints.reviewed(person_id)
    )
    if why is not None:
        books.restraints.put(Restraint(person_id, What.BRAKE, now, why=why))
        books.alerts.brake(person_id)
        books.audit.add(SYSTEM.does("brake.set", person_id, detail={"why": why}), now)
    return why
