"""The first hour at the terminal: the first camera is looked through, records are made, what is next is told."""

from __future__ import annotations

import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from hallwatch.adapters.profiles import profile_codes, read_profile
from hallwatch.adapters.sources.address import is_live
from hallwatch.core.audit import Plain
from hallwatch.core.events import CameraCondition
from hallwatch.core.first_hour import MINUTE, PROBED, SEEN_DEMO, Progress, Step, progress_of, trail_of
from hallwatch.core.model import Frame
from hallwatch.core.requests import BindJurisdiction, Note
from hallwatch.entry.camera import Camera
from hallwatch.entry.demo.film import FilmOrder, make_films
from hallwatch.entry.demo.portraits import fetch_portraits
from hallwatch.entry.demo.site import LISTED_ID, SEEDS, choose_pack
from hallwatch.entry.installation import Installation, installed
from hallwatch.entry.keeper_client import at_terminal, keeper_of
from hallwatch.entry.wiring import chest_of, place_of
from hallwatch.entry.worker import PackOrder
from hallwatch.errors import Forbidden, SettingsError
from hallwatch.settings.environment import Environment
from hallwatch.settings.first import DEMO_FILM, WEBCAM, FirstAnswers, write_site
from hallwatch.settings.site import Site

PATIENCE_S = 20.0
WHAT: dict[Step, str] = {
    Step.DEMO: "see it work: hallwatch demo",
    Step.PLACE: "the law of the place is chosen",
    Step.CAMERA: "the first camera shows a picture",
    Step.SECOND: "a second person signs in (People and roles): nobody is listed by one person alone",
    Step.LISTED: "a volunteer who has consented is listed until today (Lists; the reason begins with Test)",
    Step.TOLD: "a phone rings (Your account, Messages on this device) or mail comes: hallwatch channels test NAME",
    Step.ALERT: "the volunteer walks past the camera, and an alert is raised",
    Step.WRONG: "somebody else's alert, or the volunteer's for practice, is answered: different person",
    Step.EXPECTED: "how many false alerts a day to expect is read (First hour)",
    Step.ERASED: "everybody of the trial is erased, with a receipt (First hour)",
}


def begin(config: Path, answers: FirstAnswers, environment: Environment) -> Site:
    """Look through the camera, then write settings and make records. Raises UserError in one line; then the
    settings are what they were."""
    _allowed(answers)
    folder = config.resolve().parent
    address, film = _address(answers, folder, environment)
    seen = probe(address if is_live(address) else str(folder / address))
    before = config.read_bytes() if config.exists() else None
    site = write_site(config, answers, address, loop=film)
    try:
        make(site, environment, answers, seen)
    except BaseException:  # another place's law, a key that is missing: the settings stay what they were
        if before is None:
            config.unlink()
        else:
            config.write_bytes(before)
        raise
    return site


def probe(address: str) -> tuple[int, int]:
    """Width and height of the camera's first picture, decoded where every camera's is. Raises SourceError for an
    address that is none, SettingsError when no picture comes."""
    deadline = time.monotonic() + PATIENCE_S
    why = "no picture came"
    with Camera.start("the camera", address) as camera:
        camera.request()
        while (left := deadline - time.monotonic()) > 0:
            got = camera.receive(left)
            if isinstance(got, Frame):
                height, width = got.luma.shape
                return width, height
            if got is not None and got.condition in (CameraCondition.LOST, CameraCondition.ENDED):
                why = got.detail or why
                break
    raise SettingsError(f"the camera: {why}; look at its address, or answer: {WEBCAM}, or: {DEMO_FILM}")


def make(site: Site, environment: Environment, answers: FirstAnswers, seen: tuple[int, int]) -> None:
    """Keys, database, and what was done so far on record."""
    os.umask(0o077)
    data, place, chest = Path(site.site.data_dir), place_of(site), chest_of(site, environment)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    chest.open(writable=True)
    with keeper_of(data, place, chest, site.site.time_zone, frozenset(site.schools)) as ask:
        ask(BindJurisdiction(at_terminal(), site.site.jurisdiction))
        camera = site.cameras[0]
        detail: dict[str, Plain] = {"camera": camera.name, "width": seen[0], "height": seen[1]}
        ask(Note(at_terminal(), PROBED, school=camera.school, detail=detail))
        if answers.seen_demo:
            ask(Note(at_terminal(), SEEN_DEMO))


def progress(site: Site, environment: Environment) -> Progress:
    """How far the first hour is. Raises KeysError, SettingsError where nothing was made yet."""
    with installed(site, environment) as here:
        return progress_here(here)


def progress_here(here: Installation) -> Progress:
    """The same, of an installation that is open."""
    return progress_of(trail_of(here.reader.first_deeds))


def told(found: Progress, now: datetime | None = None) -> list[str]:
    """What is done and what is next, a line each."""
    minutes = found.minutes(now or datetime.now(UTC))
    lines = []
    for step in Step:
        mark = "x" if step in found.done else (">" if step is found.next else " ")
        lines.append(f"[{mark}] by minute {MINUTE[step]:>2}  {WHAT[step]}")
    since = "not begun" if minutes is None else f"{minutes} minutes since the beginning"
    lines.append(f"{len(found.done)} of {len(Step)} done, {since}")
    return lines


def _allowed(answers: FirstAnswers) -> None:
    """Raises Forbidden where the law of the place does not let a camera be matched, SettingsError for no place."""
    if answers.jurisdiction not in profile_codes():
        raise SettingsError(
            f"there is no jurisdiction {answers.jurisdiction}; hallwatch jurisdictions lists: "
            + ", ".join(profile_codes())
        )
    camera = answers.camera.strip()
    live = camera == WEBCAM or (camera != DEMO_FILM and is_live(camera))
    why = read_profile(answers.jurisdiction).forbids(live=live)
    if why is not None:
        raise Forbidden(why)


def _address(answers: FirstAnswers, folder: Path, environment: Environment) -> tuple[str, bool]:
    """The camera's address as hallwatch.toml has it, and whether it is a film that begins again at its end."""
    said = answers.camera.strip()
    if said == WEBCAM:
        return "webcam:0", False
    if said != DEMO_FILM:
        return said, not is_live(said)
    listed, other = fetch_portraits(environment.home)
    film = folder / "first-hour.mp4"
    order = PackOrder(choose_pack(environment), "auto", environment.home, environment.models)
    make_films([FilmOrder(listed, other, LISTED_ID, film, SEEDS[0], order)])
    shutil.copyfile(listed, folder / f"first-hour-volunteer{listed.suffix}")
    return film.name, True
