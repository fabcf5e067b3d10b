"""An analysis worker: frames of its cameras in, sightings of listed people out, nothing else kept."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from hallwatch.adapters.images import encode_jpeg
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.adapters.models.library import open_pack
from hallwatch.core.decide import Incidents, Threshold
from hallwatch.core.events import GONE, CameraCondition, CameraState, Enrol, Enrolled
from hallwatch.core.kept import Whereabouts
from hallwatch.core.model import Frame, Person
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.entry.camera import Camera
from hallwatch.entry.live_list import enrol
from hallwatch.errors import SourceError, TemplateMismatch
from hallwatch.flow.watching import Looking, Watching
from hallwatch.settings.site import CameraSection

BEAT_S = 2.0
"""How often a worker tells its cameras' counts; silence for much longer means that it hangs."""


@dataclass(frozen=True, slots=True)
class PackOrder:
    """Which pack to open, and where its files are."""

    name: str
    precision: str
    home: Path
    models_from: Path | None
    engine: str = "openvino"
    device: str = "CPU"
    turn: bytes | None = field(default=None, repr=False)

    def open(self) -> FacePack:
        """The pack at work. Raises PackError."""
        return open_pack(
            self.name,
            home=self.home,
            models_from=self.models_from,
            precision=self.precision,
            engine=self.engine,
            device=self.device,
            turn=self.turn,
        )


@dataclass(frozen=True, slots=True, eq=False)
class WorkerOrder:
    """Which cameras to watch, for whom, with what."""

    cameras: tuple[CameraSection, ...]
    rate: float
    pack: PackOrder
    gallery: Gallery
    people: dict[str, Person]
    threshold: Threshold
    time_zone: str | None
    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """The models are loaded; the cameras are being started."""


@dataclass(slots=True, eq=False)
class Post:
    """One camera at work in this worker."""

    camera: Camera
    watching: Watching
    state: CameraState

    @property
    def told(self) -> CameraState:
        """The camera's state with its counts as they are now. A film's people pass as often as it is run: they are no
        passes of the site, by which false alerts a day and the quiet start are reckoned."""
        looking = self.watching.looking
        passes = looking.passed if self.camera.live else 0
        return replace(self.state, frames=self.camera.frames, analysed=looking.analysed, passes=passes)


def work(order: WorkerOrder, link: Connection) -> None:
    """Watch until the pipe is closed, and hear of people to forget meanwhile.

    Sends WorkerReady, CameraState and Sighting through ``link``.
    """
    model = order.pack.open()
    if model.fingerprint != order.gallery.fingerprint:
        raise TemplateMismatch("the list was enrolled with another pack or precision than the worker's")
    link.send(WorkerReady())
    with ExitStack() as cameras:
        posts = _posts(order, model, link, cameras)
        for post in posts:
            post.camera.request()
        beat = time.monotonic()
        while True:
            by_number = {post.camera.fileno(): post for post in posts}
            ready = wait([link, *by_number], timeout=BEAT_S)
            if link in ready and not _told(order, posts, link):
                return
            for number in ready:
                if number is link:
                    continue
                post = by_number[cast("int", number)]
                if not _serve(post, link):
                    posts.remove(post)
            if time.monotonic() - beat >= BEAT_S:
                beat = time.monotonic()
                _beat(posts, link)


def _told(order: WorkerOrder, posts: Sequence[Post], link: Connection) -> bool:
    """Hear what the first process says, and say when it is done; False when it has hung up."""
    try:
        message: Enrol = link.recv()
    except (EOFError, OSError):
        return False
    enrol(message.changes, order.gallery, order.people)
    for post in posts:
        post.watching.aim(message.threshold)
    link.send(Enrolled(message.version))
    return True


def _posts(order: WorkerOrder, model: FacePack, link: Connection, cameras: ExitStack) -> list[Post]:
    """Start every camera; one that is no use is said, and the others go on."""
    incidents = Incidents()
    zone = ZoneInfo(order.time_zone) if order.time_zone else None
    posts = []
    for one in order.cameras:
        try:
            camera = Camera.start(
                one.name,
                one.address,
                speed=one.speed,
                rate=order.rate,
                loop=one.loop,
                networks=order.networks,
            )
        except SourceError as error:
            link.send(_useless(one.name, error))
            continue
        cameras.callback(camera.close)
        watching = Watching(
            camera=one.name,
            building=Whereabouts(one.building, one.school).area,
            looking=Looking(model),
            pack=order.pack.name,
            gallery=order.gallery,
            people=order.people,
            threshold=order.threshold,
            incidents=incidents,
            encode=encode_jpeg,
            today=lambda: datetime.now(zone).date(),
            school=one.school,
            now=lambda: datetime.now(UTC),
        )
        posts.append(Post(camera, watching, CameraState(one.name, CameraCondition.STARTING)))
    return posts


def _serve(post: Post, link: Connection) -> bool:
    """Take what the camera has; False when nothing more will come from it."""
    try:
        came = post.camera.receive(0)
    except SourceError as error:
        link.send(_useless(post.camera.name, error))
        return False
    if isinstance(came, Frame):
        post.camera.request()  # the decoder works on the next frame while this one is looked at
        for sighting in post.watching.step(came):
            link.send(sighting)
    elif came is not None:
        if came.condition in GONE:
            post.watching.stopped()
        post.state = came
        link.send(post.told)
        return came.condition is not CameraCondition.ENDED
    return True


def _beat(posts: list[Post], link: Connection) -> None:
    """Say the counts, and give every silent camera the chance to notice that it is overdue."""
    for post in list(posts):
        if not _serve(post, link):
            posts.remove(post)
        else:
            link.send(post.told)
    if not posts:
        link.send(WorkerReady())


def _useless(camera: str, error: SourceError) -> CameraState:
    detail = f"{error}; mend it and start Hallwatch again"
    return CameraState(camera, CameraCondition.LOST, detail)
