"""`hallwatch serve`: the web process, which also supervises the keeper and the workers."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from hallwatch.adapters.passkeys import Passkeys
from hallwatch.adapters.passwords import Passwords
from hallwatch.adapters.store.delivery_reader import DeliveryReader
from hallwatch.adapters.store.reader import Reader
from hallwatch.adapters.store.staff_reader import StaffReader
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import AddAccount, BindJurisdiction, By, Done, Note, Request, TouchSession
from hallwatch.core.training_requests import DemonstrateCourse
from hallwatch.entry.board import LiveBoard
from hallwatch.entry.certificates import Certificates, acme_of, tls_of
from hallwatch.entry.channels import check, plan_of, push_key
from hallwatch.entry.comparing import Comparing
from hallwatch.entry.cores import forbid_core_dumps
from hallwatch.entry.enrolment import Prepared, prepare
from hallwatch.entry.http import HttpServer, listening_socket
from hallwatch.entry.import_desk import ImportDesk
from hallwatch.entry.keeper import KeeperOrder
from hallwatch.entry.keeper_client import SOCKET, alone_in, ask, at_terminal
from hallwatch.entry.law import folder_on_trial, law_of, quietly
from hallwatch.entry.links import link_for, new_link
from hallwatch.entry.live_list import LiveList
from hallwatch.entry.own_papers import papers_under
from hallwatch.entry.own_sign_in import OwnSignIn
from hallwatch.entry.photo_desk import PhotoDesk
from hallwatch.entry.relook import relook, without_template
from hallwatch.entry.settings_desk import SettingsDesk
from hallwatch.entry.signalled import until_signalled
from hallwatch.entry.supervisor import Supervisor
from hallwatch.entry.tls import Served
from hallwatch.entry.wiring import (
    VAPID,
    chest_of,
    data_dir,
    deliverer_order,
    list_order,
    live_list,
    pack_order,
    place_of,
    places_of,
    with_live,
    worker_orders,
)
from hallwatch.errors import Forbidden, SettingsError
from hallwatch.flow.column_maps import PREFIX as MAPS
from hallwatch.flow.passes import PASSES
from hallwatch.flow.setting import PREFIX
from hallwatch.settings.changing import joined
from hallwatch.settings.environment import Environment
from hallwatch.settings.site import Site
from hallwatch.web.app import create_app
from hallwatch.web.built import static_folder
from hallwatch.web.console import Console, SiteFacts, Status

LOG = logging.getLogger(__name__)

ON_TRIAL = "On trial: the people of list.csv are looked for without a second person's yes."
UNSEEN = "{count} listed people are not looked for: their photos cannot be used; see Lists."


class Server:
    """One site at work: the constructor enrols the list, opens the database and takes the port; then ``run``.

    Everything that a user can get wrong raises UserError from the constructor.
    """

    def __init__(self, site: Site, environment: Environment, *, notice: str = "", demo: bool = False) -> None:
        forbid_core_dumps()
        os.umask(0o077)
        static_folder()  # before anything is started
        self._site = site
        self._data = data_dir(site)
        self._lock = _lock(self._data)
        chest = chest_of(site, environment)
        acme = acme_of(site, chest.folder)
        tls = tls_of(site, chest.folder, acme)
        served = None if tls is None else Served(tls)
        listening = listening_socket(site.console.host, site.console.port, served)
        try:
            self._board = LiveBoard([camera.name for camera in site.cameras])
            place = place_of(site)
            chest.open(writable=True)
            store = chest.open()
            socket = self._data / SOCKET
            check(site.channel)
            keeper = KeeperOrder(
                place, chest, socket, places_of(site), time_zone=site.site.time_zone, plan=plan_of(site)
            )
            self._supervisor = Supervisor(keeper, self._board)
            self._supervisor.open_keeper()
            self._alerts = Reader(place, store)
            try:
                file, site = site, joined(site, self._stored_settings())
                forbidden = _under_law(site, environment, socket)
                if folder_on_trial(site):
                    ask(socket, Note(By("system", "hallwatch.toml"), "list.unapproved"))
                    self._board.trouble("on trial", ON_TRIAL)
                if site.cameras:
                    ask(socket, quietly(site))
                self.prepared = prepare(list_order(site, environment, store, socket, forbidden))
                self._photos = PhotoDesk(None if forbidden else pack_order(site, environment, store))
                live = live_list(site, self.prepared, partial(self._alerts.settings, PASSES))
                if live is not None:
                    self._load(live, socket)
                orders = worker_orders(site, environment, store, self.prepared)
                self._supervisor.employ(orders, self.prepared.meaning, live)
            except BaseException:
                self._supervisor.close()
                raise
        except BaseException:
            listening.close()
            os.close(self._lock)
            raise
        settings = SettingsDesk(file, site, self._stored_settings, self._alerts.setting)
        self._ask = partial(ask, socket)
        self._imports = ImportDesk(
            place, chest, socket, site, environment, lambda: self._alerts.settings(MAPS)
        )
        app = create_app(
            Console(
                facts=_facts(site, self.prepared, notice or forbidden or ""),
                alerts=self._alerts,
                deliveries=DeliveryReader(self._alerts),
                who=self._alerts,
                staff=StaffReader(self._alerts),
                proofs=Passwords(),
                passkeys=Passkeys(),
                ask=self._asked,
                board=self._board,
                settings=settings,
                provider=OwnSignIn(settings.now),
                lists=self._alerts,
                photos=self._photos,
                gate=Comparing(live, self._alerts),
                papers=papers_under(site.site.jurisdiction),
                waiting=self._alerts.waiting,
                quiet=self._alerts.quiet_start,
                imports=self._imports,
                waiting_imports=self._alerts.waiting_imports,
                floors=self._alerts.floors,
                expected=lambda photos: "" if live is None else live.expected(photos),
                looked_for=lambda: len((live or self.prepared).people),
                device_key=store.secret("devices"),
                pin_after_min=lambda: settings.now().sign_in.pin_after_min,
                push_key=push_key(store.secret(VAPID)),
                secure=served is not None,
                demo=demo,
            )
        )
        name = None if site.acme is None else site.acme.domain
        self._http = HttpServer(app, listening, served=served, name=name, ending=self._board.end)
        self._supervisor.deliver_by(deliverer_order(site, store, socket, self.url))
        self._certificates = None if served is None else Certificates(served, acme, self._board.trouble)
        self._failure: BaseException | None = None

    @property
    def url(self) -> str:
        """The page's address."""
        return self._http.url

    def first_link(self) -> str | None:
        """The one-time link of the first district administrator; None when somebody can sign in already."""
        if any(not one.disabled and not one.is_unnamed for one in self._alerts.everybody()):
            return None
        return self.url + new_link(self._ask, self._alerts.everybody(), Role.DISTRICT_ADMINISTRATOR)

    def demo_link(self) -> str:
        """A one-time link through which whoever looks at the demonstration is security."""
        login = f"guest-{secrets.token_hex(3)}"
        schools = frozenset(self._site.schools)
        guest = self._ask(AddAccount(at_terminal(), login, "A guest", Role.SECURITY, schools)).subject
        self._ask(DemonstrateCourse(at_terminal(), guest))
        return self.url + link_for(self._ask, guest)

    def run(self) -> None:
        """Serve until ``stop``, Ctrl-C or SIGTERM; nothing that was started is left afterwards."""
        LOG.info(
            "watching %d cameras for %d people, %d rows refused",
            len(self._site.cameras),
            len(self.prepared.people),
            len(self.prepared.refused),
        )
        minding = threading.Thread(target=self._mind, name="supervisor")
        minding.start()
        if self._certificates is not None:
            self._certificates.start()
        try:
            with until_signalled(self.stop):
                self._http.run_until_told()
        finally:
            if self._certificates is not None:
                self._certificates.stop()
            self._supervisor.stop()
            minding.join()
            self._imports.close()
            self._photos.close()
            self._alerts.close()
            os.close(self._lock)
        if self._failure is not None:
            raise self._failure

    def status(self) -> Status:
        """The cameras and what is wrong just now."""
        return self._board.status()

    def stop(self) -> None:
        """End soon; safe from any thread and from a signal handler."""
        self._http.stop()

    def _load(self, live: LiveList, socket: Path) -> None:
        """Everybody with an active listing, with templates of the pack in use."""
        with self._alerts.listings() as listings:
            listed = listings.listed()
        if stale := without_template(listed, live.gallery.fingerprint):
            without = relook(stale, self._alerts, self._photos, partial(ask, socket))
            if without:
                self._board.trouble("listings", UNSEEN.format(count=without))
            with self._alerts.listings() as listings:
                listed = listings.listed()
        live.load(listed)
        live.recount(date.today())
        self.prepared = with_live(self.prepared, live)

    def _asked(self, request: Request) -> Done:
        """The keeper's answer; what pages show may be another now."""
        done = self._ask(request)
        if not isinstance(request, Note | TouchSession):
            self._board.committed()
        return done

    def _stored_settings(self) -> dict[str, str]:
        """What was changed in the console, and is kept in the database."""
        return self._alerts.settings(PREFIX)

    def _mind(self) -> None:
        """The supervisor's thread; its failure ends the server, for without it nothing is screened."""
        try:
            self._supervisor.run()
        except BaseException as failure:
            self._failure = failure
        finally:
            self._http.stop()


def _under_law(site: Site, environment: Environment, socket: Path) -> str | None:
    """Why no face may be matched here, or None; an attempt against the law is on record before it is refused."""
    by, code = By("system", "hallwatch.toml"), site.site.jurisdiction
    ask(socket, BindJurisdiction(by, code))
    try:
        return law_of(site, environment.home)
    except Forbidden as refusal:
        ask(socket, Note(replace(by, reason=str(refusal)), "matching.refused", code))
        raise


def _lock(folder: Path) -> int:
    """A lock on the data folder: two keepers on one database must never be."""
    lock = alone_in(folder)
    if lock is None:
        raise SettingsError(f"another hallwatch serve is running with the data_dir {folder}; stop it first")
    return lock


def _facts(site: Site, prepared: Prepared, notice: str) -> SiteFacts:
    return SiteFacts(
        run=secrets.token_hex(8),
        name=site.site.name,
        zone=ZoneInfo(site.site.time_zone) if site.site.time_zone else None,
        expired=prepared.expired,
        not_begun=prepared.not_begun,
        refused=prepared.refused,
        noted=prepared.noted,
        meaning=prepared.meaning,
        pack=site.recognition.pack,
        pack_warnings=prepared.pack_warnings,
        notice=notice,
        jurisdiction=site.site.jurisdiction,
        places=places_of(site),
        plan=plan_of(site),
    )
