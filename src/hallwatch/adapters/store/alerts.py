"""Alerts in the database: the keeper's book of them, and the questions that pages ask."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.alert_lives import Lives
from hallwatch.adapters.store.alert_path import Paths
from hallwatch.adapters.store.alert_rows import improve, incident_of, kept_of, new_row
from hallwatch.adapters.store.alert_tables import PathRow
from hallwatch.adapters.store.people import PeopleBook
from hallwatch.adapters.store.sealed import Named, Seals
from hallwatch.adapters.store.tables import AlertRow
from hallwatch.adapters.store.tallying import tallied
from hallwatch.core.alert import Answer, Life, Step
from hallwatch.core.decide.brake import Incident
from hallwatch.core.events import Sighting
from hallwatch.core.figures import Row
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.policy.roles import Sight
from hallwatch.core.retain import Due


class AlertBook:
    """Alerts within one transaction of the keeper."""

    def __init__(self, session: Session, seals: Seals, people: PeopleBook) -> None:
        self._session, self._seals, self._people = session, seals, people
        self._paths, self._lives = Paths(session, seals), Lives(session, seals)

    def keep(
        self,
        sighting: Sighting,
        *,
        place: Whereabouts,
        meaning: str,
        now: datetime,
        braked: bool = False,
        security_only: bool = False,
        reviewers_only: bool = False,
    ) -> KeptAlert:
        """A new alert, or a known one improved; repeating one changes only its sequence.

        ``braked`` counts for a new one, and for another system's that a camera of ours sees for the first time: it is
        no quieter than ours are. What was once shown to everybody stays so. Raises KeyGone when the person was erased.
        """
        row = self._session.get(AlertRow, sighting.alert_id)
        if row is None:
            person_id = self._people.number_of(sighting.external_id, sighting.name, now)
            named = Named(sighting.external_id, sighting.name, sighting.lists)
            row = new_row(sighting, person_id, place=place, meaning=meaning, now=now)
            row.sealed = self._seals.named(person_id, sighting.alert_id, named)
            row.braked, row.security_only, row.reviewers_only = braked, security_only, reviewers_only
            row.sequence = self.next_sequence()
            self._session.add(row)
            self._session.flush()
        else:
            improve(row, sighting, meaning=meaning, now=now, braked=braked)
            row.security_only = row.security_only and security_only
            row.reviewers_only = row.reviewers_only and reviewers_only
            row.sequence = self.next_sequence()
        self._paths.walk(row.person_id, sighting)
        return self._kept(row)

    def one(self, alert_id: str) -> KeptAlert | None:
        """The alert of this id."""
        row = self._session.get(AlertRow, alert_id)
        return None if row is None else self._kept(row)

    def life(self, alert_id: str) -> Life | None:
        """What was done with it; None for one that is not known."""
        return self._lives.of(alert_id)

    def take(self, alert_id: str, life: Life, step: Step) -> Life:
        """One step more in its life; open pages hear of it."""
        life = self._lives.take(alert_id, life, step)
        self._session.get_one(AlertRow, alert_id).sequence = self.next_sequence()
        self._session.flush()
        return life

    def incidents(self, person_id: str, since: datetime, *, outside: bool = False) -> list[Incident]:
        """The person's alerts of since then that our cameras have seen (``outside``: that other systems raised), as the
        brake sees them."""
        theirs = AlertRow.source != "" if outside else or_(AlertRow.source == "", AlertRow.pack != "")
        wanted = select(AlertRow).where(AlertRow.person_id == person_id, AlertRow.created >= since, theirs)
        return [incident_of(row) for row in self._session.scalars(wanted.order_by(AlertRow.created))]

    def brake(self, person_id: str) -> None:
        """The person's unanswered alerts go quiet; open pages hear of it."""
        mine = (AlertRow.person_id == person_id) & (AlertRow.answer == "") & AlertRow.braked.is_(False)
        for row in self._session.scalars(select(AlertRow).where(mine).order_by(AlertRow.sequence)).all():
            row.braked, row.sequence = True, self.next_sequence()
            self._session.flush()

    def open_up(self, person_id: str, schools: Collection[str]) -> None:
        """An emergency was approved: the person's alerts in these schools are for everybody there."""
        mine = (AlertRow.person_id == person_id) & AlertRow.school.in_(list(schools))
        hidden = select(AlertRow).where(mine & AlertRow.security_only.is_(True))
        for row in self._session.scalars(hidden.order_by(AlertRow.sequence)).all():
            row.security_only, row.sequence = False, self.next_sequence()
            self._session.flush()

    def release(self, alert_id: str) -> None:
        """It was for reviewers and is for everybody; open pages hear of it by the step that it comes with."""
        self._session.get_one(AlertRow, alert_id).reviewers_only = False
        self._session.flush()

    def tally(self, since: datetime) -> Row:
        """How the alerts that were raised since then ended."""
        return tallied(self._session, since)

    def erase(self, person_id: str, now: datetime) -> None:
        """Nothing stays of whom these alerts named; that somebody was there stays."""
        # Those that are empty already stay where they are: a keeper's start must not bring them to the top.
        named = (AlertRow.person_id == person_id) & (AlertRow.sealed != b"")
        question = select(AlertRow).where(named).order_by(AlertRow.sequence)
        rows = self._session.scalars(question).all()
        for row in rows:
            row.sealed, row.sequence, row.updated = b"", self.next_sequence(), now
            self._lives.erase(row.alert_id)
            self._session.flush()
        self._paths.erase(person_id, [row.alert_id for row in rows])
        self._session.flush()

    def faces(self) -> int:
        """How many alerts still have their face."""
        return self._paths.pictured()

    def faces_due(self, due: Due) -> list[str]:
        """Alerts whose time is over by their answer, and that still have their face."""
        agreed = AlertRow.disputed.is_(False)
        different = agreed & (AlertRow.answer == Answer.DIFFERENT.value)
        same = agreed & (AlertRow.answer == Answer.SAME.value)
        over = or_(
            different & (AlertRow.answered < due.different),
            same & (AlertRow.answered < due.same),
            ~different & ~same & (AlertRow.updated < due.undetermined),
        )
        pictured = AlertRow.alert_id.in_(select(PathRow.alert_id).where(PathRow.sealed.is_not(None)))
        question = select(AlertRow.alert_id).where(pictured & over)
        return list(self._session.scalars(question.order_by(AlertRow.alert_id)))

    def drop_faces(self, alert_ids: Sequence[str], now: datetime) -> None:
        """The faces go, the alerts stay; open pages hear of it."""
        for alert_id in alert_ids:
            row = self._session.get_one(AlertRow, alert_id)
            row.sequence, row.updated = self.next_sequence(), now
            row.lapsed = not row.answer
            self._session.flush()
        self._paths.drop(alert_ids)

    def next_sequence(self) -> int:
        """The number of the next change of any alert."""
        return (self._session.scalar(select(func.max(AlertRow.sequence))) or 0) + 1

    def _kept(self, row: AlertRow) -> KeptAlert:
        return kept_of(row, self._seals, self._paths.of([row.alert_id])[row.alert_id])


class AlertQuestions:
    """What pages ask about alerts, in a session of a reader."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals, self._paths = session, seals, Paths(session, seals)

    def latest(self, limit: int, sight: Sight | None = None) -> list[KeptAlert]:
        """The newest alerts (that somebody sees; None: all), by their last change, newest first."""
        return self._rows(_within(sight).order_by(AlertRow.sequence.desc()).limit(limit))

    def since(self, sequence: int, limit: int, sight: Sight | None = None) -> list[KeptAlert]:
        """What changed after ``sequence``, oldest change first."""
        changed = _within(sight).where(AlertRow.sequence > sequence)
        return self._rows(changed.order_by(AlertRow.sequence).limit(limit))

    def one(self, alert_id: str) -> KeptAlert | None:
        """The alert of this id."""
        row = self._session.get(AlertRow, alert_id)
        return None if row is None else kept_of(row, self._seals, self._paths.of([alert_id])[alert_id])

    def life(self, alert_id: str) -> Life | None:
        """What was done with it; None for one that is not known."""
        return Lives(self._session, self._seals).of(alert_id)

    def shot(self, alert_id: str, number: int | None = None) -> bytes | None:
        """The picture of a stop, or the best, as a JPEG; None when there is none, or the person was erased."""
        alert = self._session.get(AlertRow, alert_id)
        return None if alert is None else self._paths.shot(alert.person_id, alert_id, number)

    def figures(self, person_id: str, sight: Sight | None = None) -> list[tuple[str, float, str, int]]:
        """How many alerts of a person each camera raised at each threshold with each answer ("": none)."""
        columns = (AlertRow.camera, AlertRow.threshold, AlertRow.answer)
        wanted = select(*columns, func.count()).where(
            AlertRow.source == "", AlertRow.person_id == person_id, *seen_by(sight)
        )
        rows = self._session.execute(wanted.group_by(*columns).order_by(*columns))
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def _rows(self, question: Select[AlertRow]) -> list[KeptAlert]:
        rows = self._session.scalars(question).all()
        paths = self._paths.of([row.alert_id for row in rows])
        return [kept_of(row, self._seals, paths[row.alert_id]) for row in rows]


def _within(sight: Sight | None) -> Select[AlertRow]:
    return select(AlertRow).where(*seen_by(sight))


def seen_by(sight: Sight | None) -> list[ColumnElement[bool]]:
    """What an alert must be for somebody to see it."""
    if sight is None:
        return []
    mine: list[ColumnElement[bool]] = []
    if sight.schools is not None:
        mine.append(AlertRow.school.in_(list(sight.schools)))
    if not sight.emergencies:
        mine.append(AlertRow.security_only.is_(False))
    if not sight.reviews:
        mine.append(AlertRow.reviewers_only.is_(False))
    return mine
