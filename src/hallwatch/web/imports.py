"""Imports: handing a file over, its dry run, taking it in, and what came of it."""

from __future__ import annotations

import asyncio
import csv
import io
import os
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from hallwatch.core.import_runs import (
    PAGE,
    REFUSED,
    SHOWN_FIRST,
    Handed,
    ImportRun,
    Kind,
    PlanPage,
    PlanRow,
    Stage,
)
from hallwatch.core.imports import RowFault
from hallwatch.core.requests import Note
from hallwatch.errors import UserError
from hallwatch.web import import_words, words
from hallwatch.web.admission import Visitor
from hallwatch.web.console import Console
from hallwatch.web.guard import MOST_IMPORT
from hallwatch.web.listing_forms import Filled
from hallwatch.web.memory_forms import InMemory
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import visitor_of
from hallwatch.web.texts import gettext as _
from hallwatch.web.texts import said

PAST = 50
MOST_NAME = 100
MOST_MAP = 64 << 10
DONE = ("roster.import",)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
Text = Annotated[str, Form(max_length=300)]


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    @app.get("/imports")
    def imports_page(request: Request) -> HTMLResponse:
        return _imports_page(console, pages, visitor_of(request))

    async def hand_over(request: Request) -> Response:
        visitor = visitor_of(request)
        form = await request.form()
        return await asyncio.to_thread(lambda: _opened(console, pages, visitor, form))

    @app.get("/imports/{number}")
    def import_page(request: Request, number: str, show: str = "", page: int = 1) -> HTMLResponse:
        return _import_page(console, pages, visitor_of(request), _wanted(console, number), show, page)

    @app.get("/imports/{number}/state")
    def state(request: Request, number: str) -> JSONResponse:
        run = _wanted(console, number)
        told = {"stage": run.stage.value, "done": run.done, "of": run.of, "words": _through(run)}
        return JSONResponse(told)

    @app.get("/imports/{number}/refused.csv")
    def refused(request: Request, number: str) -> Response:
        run = _wanted(console, number)
        console.ask(Note(visitor_of(request).by, "import.refused", number, detail={"rows": len(run.faults)}))
        headers = {"Content-Disposition": f'attachment; filename="refused-{number}.csv"'}
        return Response(refused_csv(run.faults), media_type="text/csv; charset=utf-8", headers=headers)

    @app.post("/imports/{number}/take")
    def take(request: Request, number: str) -> Response:
        visitor, run = visitor_of(request), _wanted(console, number)
        try:
            console.imports.take(number, visitor.by)
        except UserError as error:
            return _import_page(console, pages, visitor, run, "", 1, fault=str(error))
        return RedirectResponse(f"/imports/{number}", status_code=303)

    @app.post("/imports/{number}/put-away")
    def put_away(request: Request, number: str) -> Response:
        visitor, run = visitor_of(request), _wanted(console, number)
        try:
            console.imports.put_away(number)
            console.ask(Note(visitor.by, "import.drop", number))
        except UserError as error:
            return _import_page(console, pages, visitor, run, "", 1, fault=str(error))
        return RedirectResponse("/imports", status_code=303)

    app.router.add_api_route("/imports", hand_over, methods=["POST"], route_class_override=InMemory)


def refused_csv(faults: Iterable[RowFault]) -> bytes:
    """Rows that were refused, for a spreadsheet: nothing in a cell is a formula there."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow([_("file"), _("line"), _("id"), _("why")])
    for fault in faults:
        line = fault.row or ""
        table.writerow([_cell(fault.file), line, _cell(fault.external_id), _cell(said(fault.reason))])
    return out.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _opened(console: Console, pages: Pages, visitor: Visitor, form: FormData) -> Response:
    filled = Filled.of(form)
    try:
        file, photos = form.get("file"), form.get("photos")
        if not isinstance(file, UploadFile) or not file.size:
            raise UserError("no file was chosen")
        with_photos = photos if isinstance(photos, UploadFile) and photos.size else None
        handed = _handed(console, filled, form, _name(file), _name(with_photos))
        number = console.imports.open(
            handed,
            os.dup(file.file.fileno()),
            os.dup(with_photos.file.fileno()) if with_photos else None,
            visitor.by,
        )
        size = file.size + (with_photos.size or 0 if with_photos else 0)
        console.ask(
            Note(visitor.by, "import.upload", number, detail={"kind": handed.kind.value, "bytes": size})
        )
    except UserError as error:
        return _imports_page(console, pages, visitor, fault=str(error), filled=filled)
    return RedirectResponse(f"/imports/{number}", status_code=303)


def _handed(console: Console, filled: Filled, form: FormData, file: str, photos: str) -> Handed:
    """What was filled in, as far as the kind of file needs it. Raises UserError."""
    kind = _kind(filled)
    if kind is Kind.ROSTER:
        return Handed(kind, file, photos, many_vanish=bool(filled.text("many_vanish")))
    map_name, columns, source = "", "", ""
    if kind is Kind.REGISTRY:
        map_name, columns = _map(console, filled, form)
    else:
        source = filled.text("source", MOST_NAME)
        if not source:
            raise UserError(
                "say what the list is called; the next file of that name is compared with this one"
            )
    return Handed(
        kind,
        file,
        photos,
        of=filled.day("of"),
        map_name=map_name,
        columns=columns,
        source=source,
        schools=filled.schools,
        ends=filled.day("ends"),
        many_vanish=bool(filled.text("many_vanish")),
    )


def _map(console: Console, filled: Filled, form: FormData) -> tuple[str, str]:
    """A column map's name and text: the one that came along, or the one that was chosen."""
    own = form.get("own_map")
    if isinstance(own, UploadFile) and own.size:
        data = own.file.read(MOST_MAP + 1)
        if len(data) > MOST_MAP:
            raise UserError(f"the column map is larger than {MOST_MAP >> 10} KB, which none needs to be")
        try:
            return _name(own), data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UserError("the column map is not UTF-8 text; save it as UTF-8") from None
    chosen = filled.text("map", MOST_NAME)
    if not chosen:
        raise UserError("choose the column map that says what the columns of the registry mean")
    return chosen, console.imports.map_text(chosen)


def _kind(filled: Filled) -> Kind:
    try:
        return Kind(filled.text("kind"))
    except ValueError:
        raise UserError("say what kind of file it is") from None


def _name(upload: UploadFile | None) -> str:
    """The file's own name, fit for one line."""
    if upload is None:
        return ""
    base = PurePosixPath((upload.filename or "").replace("\\", "/")).name
    return "".join(one for one in base if one.isprintable())[-MOST_NAME:] or "file"


def _imports_page(
    console: Console, pages: Pages, visitor: Visitor, *, fault: str = "", filled: Filled | None = None
) -> HTMLResponse:
    with console.waiting_imports() as view:
        waiting = view.waiting()
    page = pages.render(
        "imports.html",
        visitor,
        runs=console.imports.runs(),
        maps=console.imports.maps(),
        schools=[one for one in console.facts.schools if visitor.account.sees(one)],
        waiting=waiting,
        past=console.who.deeds(DONE, PAST),
        names={one.account_id: one.name for one in console.who.everybody()},
        kinds=list(Kind),
        most=MOST_IMPORT,
        fault=fault,
        filled=filled.cells if filled else {},
        ticked=filled.schools if filled else frozenset(),
    )
    return HTMLResponse(page, status_code=422 if fault else 200)


def _import_page(
    console: Console,
    pages: Pages,
    visitor: Visitor,
    run: ImportRun,
    show: str,
    number: int,
    *,
    fault: str = "",
) -> HTMLResponse:
    shown = show if show in (REFUSED, *SHOWN_FIRST) else ""
    number = min(max(number, 1), 1_000_000)
    rows = _rows(console, run, shown, number)
    page = pages.render(
        "import.html",
        visitor,
        run=run,
        through=_through(run),
        names={one.account_id: one.name for one in console.who.everybody()},
        changes=[one.value for one in SHOWN_FIRST] + [REFUSED],
        shown=shown,
        rows=rows,
        number=number,
        pages=max(1, -(-rows.total // PAGE)),
        first=(number - 1) * PAGE,
        fault=fault,
    )
    return HTMLResponse(page, status_code=422 if fault else 200)


def _rows(console: Console, run: ImportRun, shown: str, number: int) -> PlanPage:
    """The dry run's rows; of an import that is over, those that were refused."""
    found = console.imports.rows(run.number, shown, number)
    if found is not None:
        return found
    faults = run.faults[(number - 1) * PAGE : number * PAGE]
    rows = tuple(
        PlanRow(REFUSED, one.external_id, file=one.file, row=one.row, reason=one.reason) for one in faults
    )
    return PlanPage(rows, len(run.faults))


def _through(run: ImportRun) -> str:
    """How far it is, in words."""
    if run.stage is Stage.TAKING and run.of:
        line = _("{done} of {of} people are through")
        return line.format(done=words.number(run.done), of=words.number(run.of))
    return import_words.stage_words(run.stage.value)


def _wanted(console: Console, number: str) -> ImportRun:
    run = console.imports.run(number)
    if run is None:
        raise HTTPException(404, "There is no such import; the audit trail has those that were taken in.")
    return run
