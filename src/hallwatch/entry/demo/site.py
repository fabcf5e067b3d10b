"""The demo's temporary site: which pack, whose photo on the list, which cameras."""

from __future__ import annotations

import csv
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from hallwatch.adapters.models.catalogue import DEFAULT_PACK, LAST_RESORT, find_pack
from hallwatch.adapters.models.downloading import AddressUnreachable
from hallwatch.adapters.models.installation import Wish, install
from hallwatch.entry.demo.film import FilmOrder, make_films
from hallwatch.entry.demo.portraits import fetch_portraits
from hallwatch.entry.worker import PackOrder
from hallwatch.errors import PackError
from hallwatch.settings.environment import Environment
from hallwatch.settings.read import read_site
from hallwatch.settings.site import Site

LISTED_ID = "D1"
LISTED_NAME = ("Dana", "Sample")
CAMERAS = ("Corridor A", "Entrance")
SEEDS = (3, 4)


@dataclass(frozen=True, slots=True)
class DemoSite:
    """Settings of the temporary site, and how many frames each camera's film has."""

    site: Site
    frames: dict[str, int]


def choose_pack(environment: Environment) -> str:
    """The recommended pack, installed if need be; where it cannot be had the last resort, said loudly."""
    try:
        _install(DEFAULT_PACK, environment)
        return DEFAULT_PACK
    except AddressUnreachable as error:
        _say(f"The recommended pack {DEFAULT_PACK} cannot be had here: {error}")
        _say(f"TAKING {LAST_RESORT.upper()} IN ITS PLACE. What that costs:")
    try:
        _install(LAST_RESORT, environment)
    except AddressUnreachable as error:
        raise PackError(
            f"no model pack can be had ({error}); type: hallwatch models pull --from DIR"
        ) from error
    for warning in find_pack(LAST_RESORT, environment.home).warnings:
        _say(f"{LAST_RESORT}: {warning}")
    return LAST_RESORT


def build_site(folder: Path, environment: Environment, pack: str, port: int) -> DemoSite:
    """Write list, films and hallwatch.toml into ``folder`` and read them as any site's."""
    _say("getting two portraits in the public domain (Grace Hopper, Eileen Collins)")
    listed, other = fetch_portraits(environment.home)
    _write_list(folder / "watchlist", listed)
    _say("filming two people who walk down a corridor")
    order = PackOrder(pack, "auto", environment.home, environment.models)
    films = [folder / f"camera-{number}.mp4" for number in range(len(CAMERAS))]
    counts = make_films(
        [
            FilmOrder(listed, other, LISTED_ID, film, seed, order)
            for film, seed in zip(films, SEEDS, strict=True)
        ]
    )
    config = folder / "hallwatch.toml"
    config.write_text(_toml(pack, port, films), encoding="utf-8")
    return DemoSite(read_site(config), dict(zip(CAMERAS, counts, strict=True)))


def _install(name: str, environment: Environment) -> None:
    wish = Wish(models_from=environment.models, say=_say)
    install(find_pack(name, environment.home), environment.home, wish)


def _write_list(folder: Path, photo: Path) -> None:
    folder.mkdir()
    shutil.copyfile(photo, folder / f"listed{photo.suffix}")
    with (folder / "list.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("external_id", "first_name", "last_name", "list", "reason", "photo", "expires"))
        rows.writerow(
            (LISTED_ID, *LISTED_NAME, "other", "Demonstration", f"listed{photo.suffix}", "2099-12-31")
        )


def _toml(pack: str, port: int, films: list[Path]) -> str:
    cameras = "".join(
        f'\n[[cameras]]\nname = "{name}"\naddress = "{film.name}"\nbuilding = "Demo building"\nloop = true\n'
        for name, film in zip(CAMERAS, films, strict=True)
    )
    return (
        f'[site]\nname = "Demo School"\njurisdiction = "DEMO"\ndata_dir = "data"\n\n[watchlist]\ndir = "watchlist"\n\n'
        f'[recognition]\npack = "{pack}"\n\n[console]\nport = {port}\n{cameras}'
    )


def _say(line: str) -> None:
    print(f"hallwatch: {line}", file=sys.stderr, flush=True)
