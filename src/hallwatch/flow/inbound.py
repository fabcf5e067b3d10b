"""What the keeper does with the reports of other systems: incidents, and alerts of their own face recognition.

Of somebody whom no list of ours names nothing is kept: no name, no picture, no row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hallwatch.core.audit import Plain
from hallwatch.core.escalation import Plan
from hallwatch.core.events import Sighting
from hallwatch.core.inbound import why_not_now
from hallwatch.core.inbound_requests import InboundRequest, RaiseAlert, RaiseIncident, Reported
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.listing import State
from hallwatch.core.policy.roles import Account, May
from hallwatch.core.requests import Done, Refused, Reply
from hallwatch.errors import KeyGone
from hallwatch.flow import delivering
from hallwatch.flow.acting import acting
from hallwatch.flow.books import Books, Transaction
from hallwatch.flow.list_versions import base_tags


@dataclass(frozen=True, slots=True)
class InboundKeeping:
    """Answers requests of other systems. ``keep`` commits a sighting as Alerting does; ``places`` says where our
    cameras hang, ``schools`` which schools there are (empty: any); ``today`` is the day at the site."""

    transaction: Callable[[], Transaction]
    keep: Callable[[Sighting, Whereabouts], KeptAlert | None]
    today: Callable[[], date]
    new_number: Callable[[str], str]
    plan: Plan
    places: Mapping[str, Whereabouts]
    schools: frozenset[str]

    def answer(self, request: InboundRequest, now: datetime, forbidden: str | None) -> Reply:
        """Done when it is committed, Refused when nothing happened. ``forbidden`` says why no face may be matched here,
        whoever matches it."""
        reported = request.reported
        place = self._place(reported)
        with self.transaction() as books:
            why = self._why_not(books, request, place, now)
            if why is not None:
                return Refused(why)
            if isinstance(request, RaiseIncident):
                return self._incident(books, request, place, now)
            if forbidden is not None:
                return Refused(forbidden)
            named = self._listed(books, request.external_id, place.school, now)
        if named is None:
            return Refused(
                "nobody with this external_id is on a list that holds in this school today; nothing was kept"
            )
        return self._alert(request, named, place, now)

    def _place(self, said: Reported) -> Whereabouts:
        """Where it is: at a camera of ours, unless they say another place; then theirs has that name, too."""
        ours = self.places.get(said.camera)
        if ours and said.school in ("", ours.school) and said.building in ("", ours.building):
            return ours
        return Whereabouts(said.building or said.school, said.school)

    def _why_not(
        self, books: Books, request: InboundRequest, place: Whereabouts, now: datetime
    ) -> str | None:
        mine = acting(books, request.by)
        if not isinstance(mine, Account) or not mine.may(May.SEE_ALERTS):
            return "your role does not include seeing alerts"
        if not place.school:
            return "say where: a camera of ours by its name, or the school"
        if self.schools and place.school not in self.schools:
            return "no camera belongs to this school; write the school as a camera's settings do"
        if not mine.sees(place.school):
            return "this key is not for that school"
        return why_not_now(request.reported.at, now)

    def _incident(self, books: Books, request: RaiseIncident, place: Whereabouts, now: datetime) -> Reply:
        said = request.reported
        where = Reported(said.source, said.at, said.camera, place.school, place.building)
        known = books.incidents.pressed(where, request.incident, request.text)
        detail: dict[str, Plain] = {"incident": request.incident.value}
        if known is not None:
            kept = books.incidents.again(known, where, now)
            books.audit.add(request.by.does("incident.again", known, school=place.school, detail=detail), now)
            return Done(subject=kept.alert_id, number=0)
        kept = books.incidents.keep(self.new_number("incident-"), where, request.incident, request.text, now)
        deed = request.by.does("incident.raise", kept.alert_id, school=place.school, detail=detail)
        books.audit.add(deed, now)
        delivering.raised(books, kept, self.plan, now)
        return Done(subject=kept.alert_id, number=1)

    def _listed(
        self, books: Books, external_id: str, school: str, now: datetime
    ) -> tuple[str, tuple[str, ...]] | None:
        """Name and lists of somebody who is looked for in this school now."""
        person_id = books.people.find(external_id)
        if person_id is None:
            return None
        try:
            person = books.people.person(person_id)
        except KeyGone:  # erased: told apart from nobody by no answer
            return None
        today = self.today()
        lists = {
            one.terms.kind
            for one in books.listings.listings((State.ACTIVE,), person_id)
            if one.holds(now, today) and (not one.terms.schools or school in one.terms.schools)
        }
        if books.people.tag_of(external_id).hex() in base_tags(books):
            lists |= set(person.lists_at(now, today, school))
        return (person.name, tuple(sorted(lists))) if lists else None

    def _alert(
        self, request: RaiseAlert, named: tuple[str, tuple[str, ...]], place: Whereabouts, now: datetime
    ) -> Reply:
        """As a sighting without any score of ours: the person's incidents, brake and deliveries are the usual ones."""
        name, lists = named
        said = request.reported
        fresh = self.new_number("alert-")
        sighting = Sighting(
            alert_id=fresh,
            camera=said.camera or said.building or place.school,
            at=said.at,
            media_time_s=0.0,
            external_id=request.external_id,
            name=name,
            lists=lists,
            score=0.0,
            threshold=0.0,
            face_px=0,
            shots=0 if request.shot_jpeg is None else 1,
            pack="",
            shot_jpeg=request.shot_jpeg,
            source=said.source,
            said=request.score,
        )
        kept = self.keep(sighting, place)
        if kept is None:
            return Refused("the alert could not be raised")
        with self.transaction() as books:
            deed = request.by.does(
                "alert.report", kept.alert_id, school=kept.school, detail={"camera": sighting.camera}
            )
            books.audit.add(deed, now)
        return Done(subject=kept.alert_id, number=int(kept.alert_id == fresh))
