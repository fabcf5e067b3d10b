"""The first hour at the terminal: the first camera is looked through, records are made, what is next is told."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hallwatch.adapters.outgoing import own_network, resolve
from hallwatch.adapters.profiles import profile_codes, read_profile
from hallwatch.adapters.sources.address import is_live
from hallwatch.core.audit import Plain
from hallwatch.core.events import CameraCondition
from hallwatch.core.first_hour import MINUTE, PROBED, SEEN_DEMO, Progress, Step, progress_of, trail_of
from hallwatch.core.model import Frame
from hallwatch.core.policy.networks import networks_of, refusal
from hallwatch.core.requests import BindJurisdiction, Note
from hallwatch.entry.camera import Camera
from hallwatch.entry.demo.film import FilmOrder, make_films
from hallwatch.entry.demo.portraits import fetch_portraits
from hallwatch.entry.demo.site import LISTED_ID, SEEDS, choose_pack
from hallwatch.entry.installation import Installation, installed
from hallwatch.entry.keeper_client import at_terminal, keeper_of
from hallwatch.entry.page_address import console_address
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
    Step.SECOND: "a second district administrator signs in (People and roles): nobody is listed by one person alone",
    Step.LISTED: "a volunteer who has consented is listed until today (Lists; the reason begins with Test)",
    Step.TOLD: "a phone rings (Your account, Messages on this device) or mail comes: hallwatch channels test NAME",
    Step.COURSE: "the course is taken (Training): nobody answers an alert without it",
    Step.ALERT: "the volunteer walks past the camera, and an alert is raised",
    Step.WRONG: "somebody else's alert, or the volunteer's for practice, is answered: different person",
    Step.EXPECTED: "how many false alerts a day to expect is read (First hour)",
    Step.ERASED: "everybody of the trial is erased, with a receipt (First hour)",
}


@dataclass(frozen=True, slots=True)
class Looked:
    """A camera that has shown a picture: its address as hallwatch.toml has it, whether that is a film that begins again
    at its end, and the picture's width and height."""

    address: str
    film: bool
    size: tuple[int, int]


def begin(
    config: Path, answers: FirstAnswers, environment: Environment, looked: Looked | None = None
) -> Site:
    """Look through the camera, unless that was ``looked`` through already, then write settings and make records.
    Raises UserError in one line; then the settings are what they were."""
    folder, code = config.resolve().parent, place_code(answers.jurisdiction)
    services = own_services(*answers.mail_host) if answers.mail_to else ()
    looked = looked or look(answers.camera, code, folder, environment)
    before = config.read_bytes() if config.exists() else None
    site = write_site(
        config,
        answers.model_copy(update={"jurisdiction": code}),
        looked.address,
        loop=looked.film,
        services=services,
    )
    try:
        make(site, environment, answers, looked.size)
    except BaseException:  # another place's law, a key that is missing: the settings stay what they were
        if before is None:
            config.unlink()
        else:
            config.write_bytes(before)
        raise
    return site


def place_code(said: str) -> str:
    """The code of the place that somebody means by its code or its name, in whatever letters. Raises SettingsError for
    none, Forbidden where no camera is matched at all."""
    wanted = said.strip().casefold()
    for code in profile_codes():
        profile = read_profile(code)
        name = profile.name.casefold()
        if wanted in (code.casefold(), code.casefold().removeprefix("us-"), name, name.partition(",")[0]):
            if (why := profile.forbids(live=False)) is not None:
                raise Forbidden(why)
            return code
    raise SettingsError(
        f"there is no jurisdiction {said.strip()}; hallwatch jurisdictions lists: "
        + ", ".join(f"{code} ({read_profile(code).name})" for code in profile_codes())
    )


def usual_zone(code: str) -> str:
    """The place's time zone, or else the machine's; empty where that has no name."""
    if zones := read_profile(code).time_zones:
        return zones[0]
    _, found, name = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")
    return name if found else ""


def own_services(host: str, port: int) -> tuple[str, ...]:
    """What [network] services has to name so that this server may be connected to; nothing for one in the public
    internet, and for a name that nobody knows just now. Raises SettingsError for what is never connected to."""
    try:
        addresses = dict.fromkeys(resolve(host, port))
    except OSError:
        return ()
    why = ""
    found: list[str] = []
    for address in addresses:
        own = own_network(address)
        if own is None:
            return ()
        why = refusal(address, networks_of((own,)), public=True) or ""
        found += [] if why else [own]
    if not found:
        raise SettingsError(f"the server {host}: {why}")
    return tuple(found)


def look(camera: str, code: str, folder: Path, environment: Environment) -> Looked:
    """Look through what was answered about the camera. Raises UserError in one line."""
    said = camera.strip()
    live = said == WEBCAM or (said != DEMO_FILM and is_live(said))
    if (why := read_profile(code).forbids(live=live)) is not None:
        raise Forbidden(why)
    address, film = _address(said, folder, environment)
    return Looked(address, film, probe(address if is_live(address) else str(folder / address)))


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
        # Minutes count from here on, and the demonstration was seen before.
        by = " " * 12 if mark == "x" and step is Step.DEMO else f"by minute {MINUTE[step]:>2}"
        lines.append(f"[{mark}] {by}  {WHAT[step]}")
    since = "not begun" if minutes is None else f"{minutes} minutes since hallwatch init"
    lines.append(f"{len(found.done)} of {len(Step)} done, {since}")
    return lines


def upcoming(found: Progress, site: Site, config: Path) -> list[str]:
    """What to do now, and where, a line each."""
    serving = f"hallwatch serve --config {config}"
    free = site.console.port == 0 and site.alerting.console_address is None
    page = "the address that it prints, /start" if free else f"{console_address(site)}/start"
    if not found.entered:
        lines = [
            f"next: {serving}; it prints a link for the first administrator. Then open First hour: {page}"
        ]
    elif found.next is None:
        lines = [f"all is done. The console: {serving}, then {page.removesuffix('/start')}"]
    else:
        lines = [f"next: {WHAT[found.next]}", f"where: First hour, {page}; for it {serving} has to run"]
    return [*lines, f"again, from any folder: hallwatch init --config {config.resolve()}"]


def _address(said: str, folder: Path, environment: Environment) -> tuple[str, bool]:
    """The camera's address as hallwatch.toml has it, and whether it is a film that begins again at its end."""
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
