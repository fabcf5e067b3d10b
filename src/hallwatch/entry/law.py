"""Before a camera is matched: which law applies, and whether it allows that."""

from __future__ import annotations

from pathlib import Path

from hallwatch.adapters.profiles import profile_codes, read_profile
from hallwatch.adapters.sources.address import is_live
from hallwatch.core.by import By
from hallwatch.core.site_requests import StartQuietly
from hallwatch.errors import Forbidden, SettingsError
from hallwatch.settings.site import Site

BOUND = "jurisdiction"
"""In the folder of Hallwatch's own files: the first place that a live camera or a site here was under."""
DEMO = "DEMO"


def law_of(site: Site, home: Path) -> str | None:
    """Why no face may be matched at this site, or None. Raises Forbidden when cameras are named all the same, or when
    this machine is bound to another place."""
    code = site.site.jurisdiction
    _same_place(code, home)
    why = read_profile(code).forbids(live=any(is_live(camera.address) for camera in site.cameras))
    if why is not None and site.cameras:
        raise Forbidden(f"{why} Take the [[cameras]] out of hallwatch.toml; the rest works without them.")
    return why


def folder_on_trial(site: Site) -> bool:
    """Whether the people of a folder's list.csv are looked for without a second person's yes.

    Raises SettingsError where the place asks for that yes and nobody has said that it is a trial.
    """
    folder = site.watchlist.dir
    if folder is None or read_profile(site.site.jurisdiction).listing.approvals < 2:
        return False
    if not site.watchlist.unapproved:
        raise SettingsError(
            f"nobody has said yes to the people of {folder}: take them in with `hallwatch import list {folder}` and"
            " take dir out of [watchlist]; for a trial without a second person write unapproved = true there"
        )
    return True


def quietly(site: Site) -> StartQuietly:
    """The site's claim, and whether it is to begin quietly: a trial and a demonstration are there to be seen."""
    trial = site.watchlist.unapproved or site.site.jurisdiction == DEMO
    its = site.site
    return StartQuietly(
        By("system", "hallwatch.toml"),
        site.recognition.pack,
        its.false_alerts_per_day,
        its.passes_per_day,
        site.alerting.quiet_start and not trial,
    )


def allow_live(code: str | None, home: Path) -> None:
    """Let a command watch a live camera under the law of ``code``. Raises SettingsError, Forbidden."""
    if not code:
        raise SettingsError(
            "a live camera is matched only under the law of its place: add --jurisdiction CODE, or set"
            f" HALLWATCH_JURISDICTION, to one of {', '.join(one for one in profile_codes() if one != DEMO)}"
        )
    _same_place(code, home)
    why = read_profile(code).forbids(live=True)
    if why is not None:
        raise Forbidden(why)


def _same_place(code: str, home: Path) -> None:
    """A machine does not move to another law because a command or a file says so."""
    read_profile(code)
    if code == DEMO:
        return
    path = home / BOUND
    try:
        bound = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{code}\n", encoding="utf-8")
        return
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {type(error).__name__}") from error
    if bound != code:
        raise Forbidden(
            f"this machine is bound to {bound} and not to {code}; another place is another machine, or another"
            " HALLWATCH_HOME"
        )
