"""The course for whoever answers alerts: pages to read, practice alerts, a quiz; and what pages say of it."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hallwatch.core.alert import OF_MATCHES, REASONS, Answer
from hallwatch.core.training import COURSE, PAGES, PRACTICE, QUIZ
from hallwatch.core.training_requests import PassCourse
from hallwatch.errors import UserError
from hallwatch.web.admission import Visitor
from hallwatch.web.console import Console
from hallwatch.web.pages import Pages
from hallwatch.web.signing_in import visitor_of
from hallwatch.web.training_faces import pictures

Given = Annotated[list[str], Query(max_length=len(PRACTICE))]
GivenForm = Annotated[list[str], Form(max_length=len(PRACTICE))]
SHUFFLING = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is asked this time; ``wrong``: it was answered wrong just now."""

    name: str
    choices: tuple[str, ...]
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Practised:
    """Practice alerts answered right, as a page carries them along: sealed for one account and day, so that nobody goes
    to the questions by somebody else's address."""

    key: bytes
    account_id: str

    def read(self, given: list[str]) -> dict[str, str]:
        """Which were answered right, of what a page carried."""
        return {
            case: right.value for case, right in PRACTICE.items() if self._sealed(case, right.value) in given
        }

    def carried(self, right: Mapping[str, str]) -> list[str]:
        """What the next page carries."""
        return [self._sealed(case, answer) for case, answer in right.items()]

    def path(self, path: str, right: Mapping[str, str]) -> str:
        """The address of a page that carries them."""
        carried = "&".join(f"given={one}" for one in self.carried(right))
        return f"{path}?{carried}" if carried else path

    def _sealed(self, case: str, answer: str) -> str:
        today = datetime.now(UTC).date().isoformat()
        text = f"practice|{self.account_id}|{today}|{case}|{answer}"
        return f"{case}:{hmac.new(self.key, text.encode(), sha256).hexdigest()[:32]}"


def add_routes(app: FastAPI, console: Console, pages: Pages) -> None:
    """The doors of this file."""

    def practised_by(request: Request) -> Practised:
        return Practised(console.device_key, visitor_of(request).account.account_id)

    @app.get("/training")
    def read(request: Request, page: int = 0) -> HTMLResponse:
        visitor = visitor_of(request)
        if not 0 <= page <= PAGES:
            raise HTTPException(404, "There is no such page.")
        mine = console.staff.training().get(visitor.account.account_id)
        facts = {"number": page, "count": PAGES, "mine": mine, "now": datetime.now(UTC)}
        return HTMLResponse(pages.render("training.html", visitor, **facts))

    @app.get("/training/practice")
    def practise(request: Request, given: Given = []) -> Response:  # noqa: B006 - FastAPI makes a fresh one
        practised = practised_by(request)
        right = practised.read(given)
        case = next((one for one in PRACTICE if one not in right), None)
        if case is None:
            return RedirectResponse(practised.path("/training/quiz", right), status_code=303)
        return HTMLResponse(_practice(pages, visitor_of(request), case, practised.carried(right)))

    @app.post("/training/practice")
    def answer(
        request: Request,
        case: Annotated[str, Form(max_length=40)],
        answer: Annotated[Answer, Form()],
        given: GivenForm = [],  # noqa: B006
    ) -> HTMLResponse:
        if case not in PRACTICE or answer not in OF_MATCHES:
            raise HTTPException(404, "There is no such page.")
        practised = practised_by(request)
        right = practised.read(given)
        if PRACTICE[case] is answer:
            right[case] = answer.value
        return HTMLResponse(_practice(pages, visitor_of(request), case, practised.carried(right), answer))

    @app.get("/training/quiz")
    def quiz(request: Request, given: Given = []) -> Response:  # noqa: B006
        practised = practised_by(request)
        right = practised.read(given)
        if len(right) < len(PRACTICE):
            return RedirectResponse(practised.path("/training/practice", right), status_code=303)
        return HTMLResponse(_quiz(pages, visitor_of(request), practised.carried(right), {}))

    @app.post("/training/quiz")
    async def answer_quiz(request: Request) -> Response:
        form = await request.form()
        given = [one for one in form.getlist("given") if isinstance(one, str)][: len(PRACTICE)]
        practised = practised_by(request)
        answers = {name: str(form[name]) for name in QUIZ if name in form}
        return await asyncio.to_thread(
            _judge, console, pages, visitor_of(request), practised.read(given), given, answers
        )


def _judge(
    console: Console,
    pages: Pages,
    visitor: Visitor,
    practised: dict[str, str],
    given: list[str],
    answers: dict[str, str],
) -> Response:
    """The keeper says whether it is passed; here, what has to be answered again."""
    if any(answers.get(name) != choices[0] for name, choices in QUIZ.items()):
        return HTMLResponse(_quiz(pages, visitor, given, answers), status_code=422)
    try:
        console.ask(PassCourse(visitor.by, COURSE, practised, answers))
    except UserError as error:
        return HTMLResponse(_quiz(pages, visitor, given, {}, str(error)), status_code=422)
    return RedirectResponse("/training", status_code=303)


def _practice(
    pages: Pages, visitor: Visitor, case: str, given: list[str], answer: Answer | None = None
) -> str:
    listed, shot = pictures(case)
    facts = {"case": case, "listed": listed, "shot": shot, "given": given, "answer": answer}
    number, known = list(PRACTICE).index(case) + 1, answer is not None and PRACTICE[case] is answer
    more = {"number": number, "count": len(PRACTICE), "known": known, "answers": OF_MATCHES}
    return pages.render("training_practice.html", visitor, reasons=REASONS, **facts, **more)


def _quiz(
    pages: Pages, visitor: Visitor, given: list[str], answers: Mapping[str, str], fault: str = ""
) -> str:
    """What was answered right is not asked again; what was wrong is, with the reason why."""
    right = {name: choice for name, choice in answers.items() if choice == QUIZ[name][0]}
    asked = [
        Question(name, tuple(SHUFFLING.sample(choices, len(choices))), wrong=name in answers)
        for name, choices in SHUFFLING.sample(list(QUIZ.items()), len(QUIZ))
        if name not in right
    ]
    facts = {"questions": asked, "right": right, "given": given, "count": len(QUIZ)}
    return pages.render("training_quiz.html", visitor, fault=fault, again=bool(answers), **facts)
