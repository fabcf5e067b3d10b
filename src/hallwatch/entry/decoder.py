"""The decoder program: one process, one camera, no database, no network but the camera.

It decodes every frame and answers each request with the newest one that is due. It ends when anything goes
wrong; trying again is its worker's business (see ``camera``), so that nothing that hung or leaked lives on.
Run as ``python -m hallwatch.entry.decoder FD`` by ``decoder_process``; FD is its end of a socket pair.
"""

from __future__ import annotations

import math
import os
import select
import socket
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hallwatch.core.policy.networks import networks_of
from hallwatch.entry import decoder_guard as guard
from hallwatch.entry.decoder_messages import DATAGRAM, REQUEST, Order, Ready, Report, Word, encode
from hallwatch.errors import SourceError, SourceLost

if TYPE_CHECKING:
    from hallwatch.adapters.sources.opening import Source
    from hallwatch.adapters.sources.picture import Picture


class Grid:
    """Points in media time, ``1 / rate`` seconds apart; at each one frame is due."""

    def __init__(self, rate: float, tolerance: float) -> None:
        self._period = 1.0 / rate
        self._tolerance = tolerance * self._period
        self._next = 0

    def due(self, media_time_s: float) -> bool:
        """True when the next point has come."""
        return media_time_s >= self._next * self._period - self._tolerance

    def take(self, media_time_s: float) -> None:
        """A frame was given; the next point lies after it."""
        self._next = math.floor((media_time_s + self._tolerance) / self._period) + 1


class Link:
    """The decoder's end of the socket, and the pictures that go with it."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.frames = 0
        self._asked = False
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN)

    def order(self) -> Order:
        """The first message."""
        return Order.decode(self.end.recv(DATAGRAM))

    def asked(self, timeout_s: float | None = 0.0) -> bool:
        """True while a request is unanswered; waits up to ``timeout_s`` for one (None: without end)."""
        if not self._asked and self._poll.poll(None if timeout_s is None else timeout_s * 1000):
            data = self.end.recv(DATAGRAM)
            if not data:
                raise SystemExit(0)
            self._asked = data == REQUEST
        return self._asked

    def report(self, word: Word, detail: str = "") -> None:
        """Tell the worker how things are."""
        self.end.send(encode(Report(word, detail, self.frames)))

    def show(self, ready: Ready, memory: int | None) -> None:
        """Answer the request; ``memory`` is the descriptor of memory that the worker does not know yet."""
        self._asked = False
        socket.send_fds(self.end, [encode(ready)], [] if memory is None else [memory])


class Decoder:
    """Runs one source and hands out its pictures."""

    def __init__(self, link: Link, order: Order) -> None:
        from hallwatch.entry.decoder_slots import Slots

        self._link = link
        self._order = order
        self._slots = Slots()

    def run(self) -> None:
        """Decode to the end. Raises SourceError or SourceLost."""
        from hallwatch.adapters.sources.opening import open_source

        order = self._order
        source = open_source(
            order.address,
            rate=order.rate,
            alive=guard.alive,
            note=self._note,
            networks=networks_of(order.networks),
        )
        patient = order.at_full_speed and not source.live
        grid = Grid(order.rate, tolerance=1e-6 if patient else 0.1)
        pictures = self._all(source)
        for picture in pictures if source.live or patient else _at_its_pace(pictures):
            media = picture.media_time_s
            if picture.stale or not grid.due(media) or not (patient or self._link.asked()):
                continue
            if patient:
                guard.rest()
                self._link.asked(None)
            guard.alive()
            self._show(picture, recorded=source.live or patient)
            grid.take(media)
        guard.rest()
        self._link.report(Word.ENDED, source.ending)

    def _all(self, source: Source) -> Iterator[Picture]:
        """Every picture, counted; a stored source starts again at its end when that is ordered."""
        guard.alive()
        base = 0.0
        while True:
            media = base
            for picture in source.frames():
                self._link.frames += 1
                if self._link.frames == 1:
                    self._link.report(Word.WATCHING)
                before, media = media, base + picture.media_time_s
                picture.media_time_s = media
                yield picture
            if not self._order.loop or source.live:
                return
            base = media + max(media - before, 1.0 / 60)

    def _show(self, picture: Picture, recorded: bool) -> None:
        slot, memory = self._slots.write(picture)
        ready = Ready(
            slot=slot,
            index=self._link.frames - 1,
            media_time_s=picture.media_time_s,
            at=picture.at if recorded and picture.at else datetime.now(UTC),
            width=picture.width,
            height=picture.height,
            full_range=picture.full_range,
            frames=self._link.frames,
        )
        self._link.show(ready, memory)

    def _note(self, detail: str) -> None:
        self._link.report(Word.WATCHING if self._link.frames else Word.STARTING, detail)


def _at_its_pace(pictures: Iterator[Picture]) -> Iterator[Picture]:
    """Each picture when its time has come, as if the file were a camera."""
    start: float | None = None
    for picture in pictures:
        now = time.monotonic()
        if start is None:
            start = now - picture.media_time_s
        wait = start + picture.media_time_s - now
        if wait > 0:
            guard.rest()
            time.sleep(wait)
        guard.alive()
        yield picture


def _refuse_redirect(link: Link) -> None:
    link.report(
        Word.LOST, "sends us on to another address, which is refused: enter the camera's final address"
    )
    os._exit(0)


def _decode(link: Link) -> None:
    order = link.order()
    guard.die_with(link.end)
    # The heavy libraries are loaded after the wait: a camera that is away costs a bare interpreter.
    time.sleep(order.wait_s)
    link.report(Word.STARTING)
    from hallwatch.adapters.sources import ffmpeg

    ffmpeg.on_redirect(lambda: _refuse_redirect(link))
    try:
        Decoder(link, order).run()
    except SourceError as error:
        link.report(Word.REFUSED, str(error))
    except SourceLost as error:
        link.report(Word.DENIED if ffmpeg.denied(error) else Word.LOST, str(error))


def main() -> None:
    """Decode until the source or the worker ends."""
    guard.harden()
    try:
        _decode(Link(socket.socket(fileno=int(sys.argv[1]))))
    except Exception as error:
        # The lines where it happened, without the message: FFmpeg's may quote the address and its password.
        traceback.print_tb(error.__traceback__)
        print(f"decoder: {type(error).__name__}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
