"""How the API says no: RFC 9457, one clear line. What was sent is never repeated in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

API = "/api/"
"""Below this path nobody looks at pages."""
MOST_FIELD = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request was not answered; ``detail`` is one line that says what to do."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"


def problem(status: int, line: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer of that status."""
    said = Problem(HTTPStatus(status).phrase, status, line)
    return JSONResponse(
        asdict(said), status_code=status, headers=dict(headers or {}), media_type="application/problem+json"
    )


def fault_of(errors: Iterable[Mapping[str, Any]]) -> str:
    """The first thing that is wrong with what was sent, by the field's name: "listing.ends: Field required"."""
    first = next(iter(errors))
    names = [str(one) for one in first.get("loc", ()) if one not in ("body", "query", "path", "header")]
    field = ".".join("".join(c for c in name if c.isprintable())[:MOST_FIELD] for name in names[:5])
    said = str(first.get("msg", "")).removeprefix("Value error, ")
    if first.get("type") == "extra_forbidden":
        said = "there is no such field"
    elif first.get("type") == "json_invalid":
        field, said = "", "the body is no JSON"
    return f"{field}: {said}" if field else said
