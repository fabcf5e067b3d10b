"""The questions of hallwatch init: each answer is judged at once, and only that one is asked again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import typer

from hallwatch.adapters.profiles import profile_codes, read_profile
from hallwatch.entry.cli.options import say
from hallwatch.entry.first_hour import Looked, look, own_services, place_code, usual_zone
from hallwatch.errors import UserError
from hallwatch.settings.environment import Environment
from hallwatch.settings.first import (
    DEMO_FILM,
    WEBCAM,
    FirstAnswers,
    fit,
    host_and_port,
    usual_encryption,
)

T = TypeVar("T")


def asked(folder: Path, environment: Environment) -> tuple[FirstAnswers, Looked]:
    """The answers of whoever sits at the terminal, and what the camera showed; its film is made in ``folder``."""
    given: dict[str, object] = {
        "seen_demo": typer.confirm("Have you seen it work (hallwatch demo)?", default=False, err=True)
    }
    for code in profile_codes():
        profile = read_profile(code)
        say(
            f"  {code}  {profile.name}"
            + (": no camera is matched here" if profile.forbids(live=False) else "")
        )
    given["jurisdiction"] = code = _ask("Whose law applies", place_code)
    given["time_zone"] = _ask("The time zone (IANA)", _fit("time_zone"), usual_zone(code))
    given["name"] = _ask("The site's name", _fit("name"))
    given["school"] = _ask("The school of the first camera", _fit("school"))

    def through(camera: str) -> tuple[str, Looked]:
        say("looking through the camera")
        return camera, look(camera, code, folder, environment)

    given["camera"], looked = _ask(f'The camera: rtsp://..., a film, "{WEBCAM}", or "{DEMO_FILM}"', through)
    given["reachable"] = typer.confirm(
        "Shall other desks and phones reach the console (HTTPS with a certificate of its own)?",
        default=False,
        err=True,
    )
    given["mail_to"] = _ask("Who is told by mail (empty: nobody)", _fit("mail_to"), "")
    if given["mail_to"]:
        server = given["mail_server"] = _ask("The mail server (host:port)", _mail_server)
        usual = usual_encryption(host_and_port(server)[1])
        given["mail_security"] = _ask(
            "How it is encrypted: starttls, tls or none", _fit("mail_security"), usual
        )
        given["mail_from"] = _ask("Whom mail comes from", _fit("mail_from"))
    return FirstAnswers.model_validate(given), looked


def _ask(question: str, judge: Callable[[str], T], default: str | None = None) -> T:
    """What ``judge`` makes of the answer; its UserError is shown, and the question asked again."""

    def judged(answer: str) -> T:
        try:
            return judge(answer)
        except UserError as error:
            raise typer.BadParameter(str(error)) from None

    answer: T = typer.prompt(
        question, default=default, show_default=bool(default), value_proc=judged, err=True
    )
    return answer


def _fit(field: str) -> Callable[[str], str]:
    return lambda answer: fit(field, answer.strip())


def _mail_server(answer: str) -> str:
    """The server; one in the school's own network is said to be, since it is let by a setting."""
    server = fit("mail_server", answer.strip())
    for network in own_services(*host_and_port(server)):
        say(f"it is in a network of your own: [network] services names {network}")
    return server
