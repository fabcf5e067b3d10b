"""Every camera of the visitor's schools: where it hangs, whether it sees, and how much it has seen since the start."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from hallwatch.core.events import CameraState
from hallwatch.core.kept import Whereabouts
from hallwatch.web.console import Console
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import visitor_of

NOWHERE = Whereabouts("", "")


@dataclass(frozen=True, slots=True)
class Placed:
    """A camera, and where it hangs."""

    state: CameraState
    where: Whereabouts


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The door of this file."""

    @app.get("/cameras")
    def cameras_page(request: Request) -> HTMLResponse:
        visitor = visitor_of(request)
        status = pages.status_for(visitor.account, console.board.status())
        places = console.facts.places
        placed = [Placed(one, places.get(one.camera, NOWHERE)) for one in status.cameras]
        placed.sort(key=lambda one: (one.where.school, one.where.building, one.state.camera))
        schools: dict[str, list[Placed]] = {}
        for one in placed:
            schools.setdefault(one.where.school, []).append(one)
        return HTMLResponse(pages.render("cameras_page.html", visitor, schools=schools, status=status))
