"""The strict reader of hallwatch.toml: what is wrong is refused in one line that says what to write."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from hallwatch.errors import SettingsError
from hallwatch.settings.acme import AcmeSection
from hallwatch.settings.channels import FILES, ChannelSection
from hallwatch.settings.site import MADE, ConsoleSection, DatabaseSection, Site

EXAMPLE = """\
[site]
name = "Main Street School"
jurisdiction = "US-MO"       # whose law applies: `hallwatch jurisdictions` lists them
data_dir = "data"            # alerts are kept here

[[cameras]]
name = "Entrance"
address = "rtsp://user:password@192.0.2.10/stream1"
building = "Main building"
"""
"""The smallest useful hallwatch.toml."""


def read_site(path: Path) -> Site:
    """Read hallwatch.toml; relative paths in it start at its own folder.

    Raises SettingsError, in one line that names the field and what to write, when it is missing or wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SettingsError(
            f"there is no {path}; write one (or name another with --config), for example:\n\n{EXAMPLE}"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as UTF-8 text: {type(error).__name__}") from error
    try:
        site = Site.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    except ValidationError as error:
        raise SettingsError(f"{path}: {first_line(error)}") from error
    return _anchored(site, path.resolve().parent)


def first_line(error: ValidationError) -> str:
    """The first fault of many as one line: where, what; addresses (with passwords) are never repeated."""
    fault = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in fault["loc"])
    what = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        what = "is no setting that Hallwatch knows; see docs/operating.md"
    elif fault["type"] == "missing":
        what = "is missing"
    more = error.error_count() - 1
    return f"{where or 'the file'}: {what}" + (f" (and {more} more)" if more else "")


def _anchored(site: Site, folder: Path) -> Site:
    """The same settings with every path absolute."""
    cameras = tuple(
        camera.model_copy(update={"address": str(folder / camera.address)})
        if not _is_device(camera.address)
        else camera
        for camera in site.cameras
    )
    return site.model_copy(
        update={
            "site": site.site.model_copy(update={"data_dir": str(folder / site.site.data_dir)}),
            "watchlist": site.watchlist.model_copy(
                update={"dir": str(folder / site.watchlist.dir)} if site.watchlist.dir else {}
            ),
            "cameras": cameras,
            "console": _anchored_console(site.console, folder),
            "channel": tuple(_anchored_channel(channel, folder) for channel in site.channel),
            "acme": None if site.acme is None else _anchored_acme(site.acme, folder),
            "keys": site.keys.model_copy(
                update={
                    name: str(folder / value)
                    for name, value in site.keys.model_dump().items()
                    if value is not None
                }
            ),
            "database": None if site.database is None else _anchored_database(site.database, folder),
        }
    )


def _anchored_channel(channel: ChannelSection, folder: Path) -> ChannelSection:
    paths = {name: getattr(channel, name, None) for name in FILES}
    return channel.model_copy(update={name: str(folder / path) for name, path in paths.items() if path})


def _anchored_console(console: ConsoleSection, folder: Path) -> ConsoleSection:
    paths = {"certificate": console.certificate, "private_key": console.private_key}
    files = {name: str(folder / path) for name, path in paths.items() if path and path not in MADE}
    return console.model_copy(update=files)


def _anchored_acme(acme: AcmeSection, folder: Path) -> AcmeSection:
    return acme.model_copy(update={"authority": str(folder / acme.authority)} if acme.authority else {})


def _anchored_database(database: DatabaseSection, folder: Path) -> DatabaseSection:
    paths = {"password_file": database.password_file, "authority": database.authority}
    return database.model_copy(update={name: str(folder / path) for name, path in paths.items() if path})


def _is_device(address: str) -> bool:
    """True for rtsp://…, webcam:0 and 0: what is no path."""
    return "://" in address or address.startswith("webcam:") or address.isdigit()
