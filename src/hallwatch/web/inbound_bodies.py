"""What other systems send: strict, and under the names that the API gives it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError
from starlette.datastructures import UploadFile

from hallwatch.core.inbound import MOST_SAID, MOST_TEXT, IncidentKind
from hallwatch.core.inbound_requests import Reported
from hallwatch.web.listing_bodies import Body, Name, Photo, Words

MOST_SHOT_MB = 4
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})")
SAID = re.compile(r"[0-9.,% ]*")
"""A score names nobody: it is kept in the clear."""


def _moment(given: Any) -> Any:
    if given is None:
        return None
    if not isinstance(given, str) or MOMENT.fullmatch(given) is None:
        raise ValueError("write a moment with its zone, like 2027-03-01T14:05:00-06:00")
    try:
        return datetime.fromisoformat(given).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("there is no such moment") from None


def _said(given: str) -> str:
    if SAID.fullmatch(given) is None:
        raise ValueError("write a number, like 87 % or 0.87")
    return given


Moment = Annotated[datetime, BeforeValidator(_moment, json_schema_input_type=str)]


class ReportBody(Body):
    """Where and when: ``camera`` is one of ours by its name, or the other system's with ``school`` (and ``building``).
    Without ``time`` it is now."""

    source: Annotated[Name, StringConstraints(min_length=1)]
    camera: Name = ""
    school: Name = ""
    building: Name = ""
    time: Moment | None = None

    def reported(self) -> Reported:
        """As the keeper is told."""
        at = self.time or datetime.now(UTC)
        return Reported(self.source, at, self.camera, self.school, self.building)


class IncidentBody(ReportBody):
    """Something has happened; ``text`` is shown as it stands: no names of children."""

    kind: Annotated[IncidentKind, Field(strict=False)]
    text: Annotated[Words, StringConstraints(max_length=MOST_TEXT)] = ""


class OutsideAlertBody(ReportBody):
    """Another face system has found one of our listed people. ``score`` is a number, shown as that system says it;
    ``shot`` is a JPEG of 4 MB at most, in base64 (or a file of multipart/form-data)."""

    external_id: Annotated[Name, StringConstraints(min_length=1)]
    score: Annotated[Name, StringConstraints(max_length=MOST_SAID), AfterValidator(_said)] = ""
    shot: Annotated[Photo | None, Field(repr=False)] = None


async def alert_sent(request: Request) -> OutsideAlertBody:
    """The body, as JSON or as multipart/form-data; held in memory alone. Raises what FastAPI answers with 422."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data":
        given: Any = {}
        async with request.form(max_files=1, max_fields=20) as form:
            for name, value in form.multi_items():
                given[name] = await value.read() if isinstance(value, UploadFile) else value
    else:
        try:
            given = json.loads(await request.body())
        except (ValueError, RecursionError):
            raise HTTPException(422, "the body is no JSON") from None
    try:
        body = OutsideAlertBody.model_validate(given)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
    if body.shot is not None and len(body.shot) > MOST_SHOT_MB << 20:
        raise HTTPException(422, f"the shot is larger than {MOST_SHOT_MB} MB; send a smaller copy")
    return body
