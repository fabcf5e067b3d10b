"""What all routes of the API have in common: their path, how they are described, repeats, and how they say no."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, HTTPException, Request
from fastapi.security import HTTPBearer

from hallwatch.errors import StoreUnwritable, TryAgain, UserError
from hallwatch.web.callers import caller_of
from hallwatch.web.problems import Problem
from hallwatch.web.repeats import Again, Repeats

PREFIX = "/api/v1"
Mark = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]
SAME: dict[str, Any] = {
    "dependencies": [Depends(HTTPBearer(auto_error=False, description="A key for programs: hw_..."))],
    "responses": {"4XX": {"model": Problem, "description": "Nothing happened, and why."}},
}
"""What is the same of all routes, for their description; who comes in is settled before (web/admission.py)."""
T = TypeVar("T")


def once(repeats: Repeats, request: Request, mark: str | None, said: str, make: Callable[[], str]) -> str:
    """The number of what is made, or of what was made when this very request came first."""
    digest = sha256(f"{request.method} {request.url.path} {said}".encode()).hexdigest()
    number = done(lambda: repeats.once(caller_of(request).key.key_id, mark, digest, make))
    if number is Again.OTHER:
        raise HTTPException(422, "This Idempotency-Key came with another request before; take a new one.")
    if number is Again.RUNNING:
        raise HTTPException(409, "The first request with this Idempotency-Key is not finished; ask again.")
    assert isinstance(number, str)
    return number


def done(what: Callable[[], T]) -> T:
    """What it answers. Raises HTTPException with the one line of whoever says no."""
    try:
        return what()
    except (TryAgain, StoreUnwritable) as error:
        raise HTTPException(503, str(error), {"Retry-After": "2"}) from None
    except UserError as error:
        raise HTTPException(422, str(error)) from None
