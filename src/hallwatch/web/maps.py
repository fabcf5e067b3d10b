"""Maps: a building's floors with its cameras, the path of an alert across them, and where both are drawn."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from hallwatch.core.events import GONE
from hallwatch.core.floor_plan import Floor, Spot, building_id
from hallwatch.core.floor_requests import DropFloor, FloorRequest, KeepFloor, PlaceCameras
from hallwatch.core.kept import KeptAlert, Whereabouts
from hallwatch.core.policy.roles import May
from hallwatch.errors import UserError
from hallwatch.flow.listing_acts import MOST_PHOTO_MB
from hallwatch.web import alert_words
from hallwatch.web.admission import Visitor
from hallwatch.web.alerts import seen_by
from hallwatch.web.console import Console
from hallwatch.web.floors_shown import Building, buildings, plans, states_of
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import visitor_of
from hallwatch.web.texts import gettext as _
from hallwatch.web.words import clock, condition_words

Text = Annotated[str, Form(max_length=200)]
Texts = Annotated[list[str], Form(max_length=1000)]


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    @app.get("/map")
    def choose(request: Request) -> Response:
        visitor = visitor_of(request)
        here = buildings(console, visitor.account)
        if len(here) == 1:
            return RedirectResponse(f"/map/{here[0].number}", status_code=303)
        with console.floors() as floors:
            drawn = {building_id(floor.place) for floor in floors.floors()}
        states = states_of(console)
        lost = {one.number: sum(states[name].condition in GONE for name in one.cameras) for one in here}
        return HTMLResponse(pages.render("maps.html", visitor, buildings=here, drawn=drawn, unseen=lost))

    @app.get("/map/{building}")
    def map_page(request: Request, building: str, alert: str = "") -> HTMLResponse:
        visitor, here = _asked(console, request, building)
        shown = _alert(console, request, here, alert)
        page = pages.render(
            "map.html",
            visitor,
            building=here,
            maps=plans(console, here.place, shown),
            alert=shown,
            states=states_of(console),
            now=datetime.now(UTC),
            may_draw=visitor.account.may(May.DRAW_MAPS),
        )
        return HTMLResponse(page)

    @app.get("/map/{building}/state")
    def state(request: Request, building: str, alert: str = "") -> JSONResponse:
        _visitor, here = _asked(console, request, building)
        shown, states = _alert(console, request, here, alert), states_of(console)
        told = {name: [one.condition.value, condition_words(one)] for name, one in states.items()}
        return JSONResponse(
            {
                "cameras": {name: told[name] for name in here.cameras},
                "news": "" if shown is None else alert_words.news(shown),
                "as_of": clock(datetime.now(UTC), console.facts.zone),
            }
        )

    @app.get("/map/{building}/floors/{floor_id}/picture")
    def picture(request: Request, building: str, floor_id: str) -> Response:
        here = _asked(console, request, building)[1]
        with console.floors() as floors:
            floor = floors.floor(floor_id)
            jpeg = floors.picture(floor_id) if floor is not None and floor.place == here.place else None
        if jpeg is None:
            raise HTTPException(404, "There is no such picture.")
        return Response(jpeg, media_type="image/jpeg")

    _add_drawing(app, console, pages)


def _add_drawing(app: FastAPI, console: Console, pages: Pages) -> None:
    def draw(visitor: Visitor, here: Building, fault: str = "") -> HTMLResponse:
        maps = plans(console, here.place)
        spots = {marker.spot.camera: marker.spot for one in maps for marker in one.markers}
        shown = {"building": here, "maps": maps, "spots": spots, "states": states_of(console)}
        page = pages.render("map_draw.html", visitor, fault=fault, **shown)
        return HTMLResponse(page, status_code=422 if fault else 200)

    def done(visitor: Visitor, here: Building, asked: FloorRequest) -> Response:
        try:
            console.ask(asked)
        except UserError as error:
            return draw(visitor, here, str(error))
        return RedirectResponse(f"/map/{here.number}/draw", status_code=303)

    @app.get("/map/{building}/draw")
    def draw_page(request: Request, building: str) -> HTMLResponse:
        return draw(*_asked(console, request, building))

    @app.post("/map/{building}/floors")
    def keep(
        request: Request,
        building: str,
        photo: UploadFile,
        floor_id: Text = "",
        name: Text = "",
        level: Text = "0",
        north: Text = "",
    ) -> Response:
        visitor, here = _asked(console, request, building)
        try:
            jpeg, width, height = _taken(console, photo)
            numbers = _whole(level), _whole(north) if north.strip() else None
        except UserError as error:
            return draw(visitor, here, str(error))
        its = (here.place.school, here.place.building, name.strip())
        floor = Floor(floor_id, *its, numbers[0] or 0, width, height, numbers[1])
        return done(visitor, here, KeepFloor(visitor.by, floor, jpeg))

    @app.post("/map/{building}/floors/{floor_id}/drop")
    def drop(request: Request, building: str, floor_id: str) -> Response:
        visitor, here = _asked(console, request, building)
        return done(visitor, here, DropFloor(visitor.by, floor_id))

    @app.post("/map/{building}/cameras")
    def place(
        request: Request,
        building: str,
        camera: Texts = [],  # noqa: B006 - FastAPI makes a fresh one
        floor: Texts = [],  # noqa: B006
        x: Texts = [],  # noqa: B006
        y: Texts = [],  # noqa: B006
    ) -> Response:
        visitor, here = _asked(console, request, building)
        if not set(camera) <= set(here.cameras) or len({len(camera), len(floor), len(x), len(y)}) != 1:
            return draw(visitor, here, "these are not the cameras of this building; look at the page again")
        try:
            spots = tuple(_spot(*row) for row in zip(camera, floor, x, y, strict=True))
        except UserError as error:
            return draw(visitor, here, str(error))
        return done(visitor, here, PlaceCameras(visitor.by, here.place.school, spots))


def _asked(console: Console, request: Request, number: str) -> tuple[Visitor, Building]:
    """Who asks, and for which building; another school's does not exist."""
    visitor = visitor_of(request)
    here = next((one for one in buildings(console, visitor.account) if one.number == number), None)
    if here is None:
        raise HTTPException(404, "There is no such building.")
    return visitor, here


def _alert(console: Console, request: Request, here: Building, alert_id: str) -> KeptAlert | None:
    """The alert whose path is asked for: only for whoever may see that very alert, and only in its own building."""
    if not alert_id:
        return None
    if not visitor_of(request).account.may(May.SEE_ALERTS):
        raise HTTPException(403, "Your role does not include this.")
    alert = seen_by(console, request, alert_id)[0]
    if alert.incident is not None or Whereabouts(alert.building, alert.school) != here.place:
        raise HTTPException(404, "There is no such alert.")
    return alert


def _taken(console: Console, photo: UploadFile) -> tuple[bytes, int, int]:
    """The picture, decoded where it can do no harm; nothing where none was chosen. Raises UserError."""
    data = photo.file.read((MOST_PHOTO_MB << 20) + 1)
    if not data:
        return b"", 0, 0
    if len(data) > MOST_PHOTO_MB << 20:
        raise UserError(f"the picture is larger than {MOST_PHOTO_MB} MB; save a smaller copy")
    return console.photos.plan(data, _("the picture"))


def _whole(words: str) -> int:
    try:
        return int(words.strip() or "0")
    except ValueError:
        raise UserError(f"{words[:20]} is no whole number") from None


def _spot(camera: str, floor_id: str, x: str, y: str) -> Spot:
    if not floor_id:
        return Spot(camera, "", 0.0, 0.0)
    try:
        return Spot(camera, floor_id, round(float(x), 1), round(float(y), 1))
    except ValueError:
        raise UserError(f"{camera}: write numbers for where it hangs") from None
