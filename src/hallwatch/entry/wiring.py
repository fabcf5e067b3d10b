"""From settings to the things that do the work: where records and keys are, who watches which camera."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hallwatch.adapters.keys.chest import Chest
from hallwatch.adapters.keys.keystore import KeyStore
from hallwatch.adapters.store.place import Place, PostgresServer, SqliteFile
from hallwatch.adapters.store.sealed import FOR_PUSH
from hallwatch.core.decide.passes import counted
from hallwatch.core.kept import Whereabouts
from hallwatch.entry.deliverer import DelivererOrder
from hallwatch.entry.enrolment import NOBODY, ListOrder, Prepared
from hallwatch.entry.live_list import LiveList
from hallwatch.entry.worker import PackOrder, WorkerOrder
from hallwatch.errors import SettingsError
from hallwatch.flow.passes import days_of
from hallwatch.settings.environment import Environment
from hallwatch.settings.site import CameraSection, Site

DATABASE = "hallwatch.db"
VAPID = "vapid"
"""The secret that the key of push messages is made of: the same as long as the key store is."""


def list_order(
    site: Site, environment: Environment, store: KeyStore, keeper: Path, forbidden: str | None
) -> ListOrder:
    """Which list to enrol; ``keeper`` is the socket of whoever keeps the people on it."""
    return ListOrder(
        watchlist=Path(site.watchlist.dir) if site.watchlist.dir else None,
        pack=pack_order(site, environment, store),
        false_alerts_per_day=site.site.false_alerts_per_day,
        passes_per_day=site.site.passes_per_day,
        today=today(site.site.time_zone)(),
        keeper=keeper,
        forbidden=forbidden,
    )


def live_list(site: Site, prepared: Prepared, counts: Callable[[], Mapping[str, str]]) -> LiveList | None:
    """The list that changes while the server runs; None where faces are not matched. ``counts`` are the passes that
    were counted, as they are kept."""
    if prepared.gallery is None or prepared.calibration is None:
        return None
    return LiveList(
        prepared.gallery,
        prepared.people,
        prepared.calibration,
        site.site.false_alerts_per_day,
        site.site.passes_per_day,
        lambda: counted(days_of(counts()), today(site.site.time_zone)().isoformat()),
    )


def with_live(prepared: Prepared, live: LiveList) -> Prepared:
    """What was made ready, with the threshold and the words for the whole list."""
    threshold = live.threshold
    return replace(prepared, threshold=threshold, meaning=threshold.meaning() if live.people else NOBODY)


def worker_orders(
    site: Site, environment: Environment, store: KeyStore, prepared: Prepared
) -> list[WorkerOrder]:
    """What each worker does: about one worker a core, cameras dealt round robin; none where nothing is matched."""
    if prepared.gallery is None or prepared.threshold is None:
        return []
    count = site.recognition.workers or os.cpu_count() or 1
    hands: list[list[CameraSection]] = [[] for _ in range(min(count, len(site.cameras)))]
    for number, camera in enumerate(site.cameras):
        hands[number % len(hands)].append(camera)
    return [
        WorkerOrder(
            cameras=tuple(hand),
            rate=site.recognition.rate,
            pack=pack_order(site, environment, store),
            gallery=prepared.gallery,
            people=prepared.people,
            threshold=prepared.threshold,
            time_zone=site.site.time_zone,
            networks=site.network.cameras,
        )
        for hand in hands
    ]


def deliverer_order(site: Site, store: KeyStore, keeper: Path, url: str) -> DelivererOrder:
    """How people outside the console are told; ``url`` is where the server listens."""
    return DelivererOrder(
        place=place_of(site),
        socket=keeper,
        channels=site.channel,
        networks=site.network.services,
        here=f"hallwatch-{store.secret('installation').hex()[:12]}",
        site=site.site.name,
        console=site.alerting.console_address or url.rstrip("/"),
        language=site.alerting.language,
        time_zone=site.site.time_zone,
        key=store.secret(FOR_PUSH),
        vapid=store.secret(VAPID),
    )


def pack_order(site: Site, environment: Environment, store: KeyStore) -> PackOrder:
    """The pack as the site's settings and the environment name it, its templates turned as only this site's are."""
    return PackOrder(
        name=site.recognition.pack,
        precision=site.recognition.precision,
        home=environment.home,
        models_from=environment.models,
        engine=environment.engine,
        device=environment.device,
        turn=store.secret(f"templates of {site.recognition.pack}"),
    )


def chest_of(site: Site, environment: Environment) -> Chest:
    """Where the site's keys are."""
    data, keys = Path(site.site.data_dir), site.keys
    folder = Path(keys.dir) if keys.dir else data / "keys"
    given = environment.master_key_file or (Path(keys.master_key_file) if keys.master_key_file else None)
    return Chest(
        folder=folder,
        backups_folder=Path(keys.backups) if keys.backups else data / "key-backups",
        master_file=given or folder / "master.key",
        own_master=environment.master_key_file is None,
        master_text=environment.master_key,
    )


def places_of(site: Site) -> dict[str, Whereabouts]:
    """Camera name to where it hangs."""
    return {camera.name: Whereabouts(camera.building, camera.school) for camera in site.cameras}


def place_of(site: Site) -> Place:
    """Where the site's records are. Raises SettingsError when the password's file cannot be read."""
    database = site.database
    if database is None:
        return SqliteFile(Path(site.site.data_dir) / DATABASE)
    password = None
    if database.password_file is not None:
        try:
            password = Path(database.password_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"the database's password_file {database.password_file} cannot be read: {type(error).__name__}"
            ) from error
    return PostgresServer(
        host=database.host,
        port=database.port,
        database=database.name,
        user=database.user,
        password=password,
        authority=database.authority,
    )


def data_dir(site: Site) -> Path:
    """The folder of the site's records, made where it is not there yet. Raises SettingsError."""
    folder = Path(site.site.data_dir)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"the data_dir {folder} cannot be made: {error.strerror}") from error
    return folder


def today(time_zone: str | None) -> Callable[[], date]:
    """The day at the site; without a zone, by the machine's own clock."""
    zone = ZoneInfo(time_zone) if time_zone else None
    return lambda: datetime.now(zone).date()
