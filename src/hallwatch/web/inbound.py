"""The API's way in for other systems: incidents, alerts of their own face recognition; and how alerts stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response

from hallwatch.core.alert import Answer, Outcome, State
from hallwatch.core.inbound_requests import RaiseAlert, RaiseIncident
from hallwatch.core.kept import KeptAlert
from hallwatch.core.policy.roles import Sight
from hallwatch.errors import UserError
from hallwatch.web.api_answers import PREFIX, SAME, Mark, once
from hallwatch.web.callers import caller_of
from hallwatch.web.console import Console
from hallwatch.web.inbound_bodies import IncidentBody, OutsideAlertBody, alert_sent
from hallwatch.web.repeats import Repeats

MOST_PAGE, PAGE = 200, 50
EITHER: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": OutsideAlertBody.model_json_schema()},
            "multipart/form-data": {"schema": OutsideAlertBody.model_json_schema()},
        },
    }
}


@dataclass(frozen=True, slots=True)
class Raised:
    """What the report has become: a new alert, or the open one that it joined."""

    alert_id: str


@dataclass(frozen=True, slots=True)
class StopFacts:
    """The person at one place for a while; ``score`` is what ``source`` says, "" for cameras of ours."""

    camera: str
    first: datetime
    last: datetime
    source: str
    score: str


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """How an alert stands. ``incident`` is null for a possible match; an incident names nobody."""

    alert_id: str
    change: int
    incident: str | None
    source: str
    external_id: str
    lists: tuple[str, ...]
    school: str
    building: str
    camera: str
    at: datetime
    last: datetime
    state: State
    answer: Answer | None
    disputed: bool
    outcome: Outcome | None
    path: tuple[StopFacts, ...]


@dataclass(frozen=True, slots=True)
class AlertsPage:
    """Alerts in the order of their last change; ``after`` asks for what changed since."""

    alerts: tuple[AlertFacts, ...]
    after: int


def add_routes(app: FastAPI, console: Console, repeats: Repeats) -> None:
    """The doors of this file."""

    @app.get(f"{PREFIX}/alerts", **SAME)
    def alerts(
        request: Request,
        after: Annotated[int, Query(ge=0, lt=1 << 53)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_PAGE)] = PAGE,
    ) -> AlertsPage:
        """Alerts of one's own schools that changed after ``after``, oldest change first; no pictures."""
        found = console.alerts.since(after, limit, _sight(request))
        return AlertsPage(tuple(_facts(one) for one in found), found[-1].sequence if found else after)

    @app.get(f"{PREFIX}/alerts/{{alert_id}}", **SAME)
    def alert(request: Request, alert_id: str) -> AlertFacts:
        """How one alert stands; no pictures."""
        found = console.alerts.one(alert_id)
        if found is None or not _sight(request).holds(
            found.school, security_only=found.security_only, reviewers_only=found.reviewers_only
        ):
            raise HTTPException(404, "There is no such alert.")
        return _facts(found)

    @app.post(f"{PREFIX}/incidents", status_code=201, **SAME)
    def report(request: Request, response: Response, body: IncidentBody, mark: Mark = None) -> Raised:
        """Something has happened: on every live page of that school at once, and told through the channels."""
        by = caller_of(request).by

        def make() -> str:
            return console.ask(RaiseIncident(by, body.kind, body.reported(), body.text)).subject

        return _raised(response, once(repeats, request, mark, body.model_dump_json(), make))

    @app.post(f"{PREFIX}/alerts", status_code=201, openapi_extra=EITHER, **SAME)
    def found(
        request: Request,
        response: Response,
        body: Annotated[OutsideAlertBody, Depends(alert_sent)],
        mark: Mark = None,
    ) -> Raised:
        """Another face system has found one of our listed people. Of anybody else nothing is kept."""
        by = caller_of(request).by

        def make() -> str:
            shot = None if body.shot is None else _clean(console, body.shot)
            asked = RaiseAlert(by, body.external_id, body.reported(), body.score, shot)
            return console.ask(asked).subject

        said = body.model_dump_json(exclude={"shot"}) + sha256(body.shot or b"").hexdigest()
        return _raised(response, once(repeats, request, mark, said, make))


def _clean(console: Console, shot: bytes) -> bytes:
    """Decoded where nothing can be opened, and nobody else to be known in it. Raises UserError."""
    try:
        return console.photos.shielded(shot, "the shot")
    except UserError as error:
        raise UserError(
            f"{error}; nothing was kept: send the alert without the shot, or another one"
        ) from None


def _raised(response: Response, alert_id: str) -> Raised:
    response.headers["Location"] = f"{PREFIX}/alerts/{alert_id}"
    return Raised(alert_id)


def _sight(request: Request) -> Sight:
    """What a program sees: the alerts of its account's schools; those of a quiet start are for people to look at."""
    return replace(caller_of(request).account.sight, reviews=False)


def _facts(alert: KeptAlert) -> AlertFacts:
    return AlertFacts(
        alert_id=alert.alert_id,
        change=alert.sequence,
        incident=alert.incident,
        source=alert.source,
        external_id=alert.external_id,
        lists=alert.lists,
        school=alert.school,
        building=alert.building,
        camera=alert.last_camera,
        at=alert.at,
        last=alert.last_at,
        state=alert.state,
        answer=alert.answer,
        disputed=alert.disputed,
        outcome=alert.outcome,
        path=tuple(StopFacts(one.camera, one.first, one.last, one.source, one.said) for one in alert.path),
    )
