"""A camera as its worker sees it: ask for a frame, receive frames and states, never block on the decoder."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from types import TracebackType
from typing import Literal

from hallwatch.adapters.sources import address as addresses
from hallwatch.adapters.sources.address import Address
from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.core.model import Frame, Luma, Pixels
from hallwatch.core.policy.networks import HOME
from hallwatch.entry.colour import bgr
from hallwatch.entry.decoder_messages import Order, Ready, Report, Word
from hallwatch.entry.decoder_process import DecoderProcess
from hallwatch.entry.reconnection import Waits
from hallwatch.errors import SourceError

_OVERDUE_S = 30.0
"""A live decoder that neither answers nor ends for so long is ended by force; it ends itself much earlier."""


class Camera:
    """One camera or video and its decoder process. For one thread; ``close`` it, or use it with ``with``.

    At most one request is open. A frame's pictures are valid until the next frame is received. After
    SourceError or ENDED nothing more comes.
    """

    def __init__(self, name: str, address: Address, order: Order) -> None:
        self.name = name
        self._address = address
        self._order = order
        self._decoder: DecoderProcess | None = DecoderProcess(order)
        # A descriptor that never becomes ready, so that a camera at its end may stay in a wait.
        self._silence = socket.socketpair()
        self._frames_before = self._frames_now = 0
        self._asked = False
        self._heard = time.monotonic()
        self._waits = Waits()
        self._first_frame_at: float | None = None
        self._media_base: float | None = None
        self._shown: Luma | None = None

    @classmethod
    def start(
        cls,
        name: str,
        address: str,
        *,
        speed: Literal["real", "max"] = "real",
        rate: float = 5.0,
        loop: bool = False,
        networks: tuple[str, ...] = HOME,
    ) -> Camera:
        """Start decoding ``address`` for up to ``rate`` frames a second.

        With ``speed="max"`` a stored source waits for its reader and gives the same frames every time;
        cameras take no notice of it. ``loop`` starts a stored source again at its end; ``networks`` are those that a
        network camera has to be in. Raises SourceError
        for an address that is none, or a file, folder or webcam that is not there.
        """
        if not 0 < rate <= 240:
            raise SourceError(f"{name}: a rate of {rate} frames a second is not possible, give 0.1 to 240")
        parsed = addresses.parse(address)
        return cls(name, parsed, Order(parsed, speed == "max", rate, loop, 0.0, networks))

    @property
    def live(self) -> bool:
        """True for a camera, False for what is stored."""
        return self._address.live

    @property
    def frames(self) -> int:
        """Frames decoded so far, as far as the decoder has told."""
        return self._frames_before + self._frames_now

    @property
    def pid(self) -> int | None:
        """The process id of its decoder; None after the end."""
        return None if self._decoder is None else self._decoder.pid

    def fileno(self) -> int:
        """Readable when ``receive`` has something; it changes with every new decoder: ask anew."""
        return self._silence[0].fileno() if self._decoder is None else self._decoder.fileno()

    def request(self) -> None:
        """Ask for the next due frame; does nothing while a request is open."""
        if self._decoder is not None and not self._asked:
            self._asked = True
            self._heard = max(self._heard, time.monotonic())
            self._decoder.request()

    def receive(self, timeout_s: float) -> Frame | CameraState | None:
        """What comes next within ``timeout_s``, else None. Raises SourceError when the source is no use."""
        deadline = time.monotonic() + timeout_s
        while self._decoder is not None:
            if not self._decoder.readable(max(0.0, deadline - time.monotonic())):
                return self._overdue(self._decoder)
            self._heard = time.monotonic()
            try:
                message = self._decoder.read()
            except ValueError:
                return self._gone("its decoder sent something unreadable and was ended")
            if isinstance(message, Ready):
                return self._frame(self._decoder, message)
            return self._gone(self._decoder.epitaph()) if message is None else self._state(message)
        time.sleep(max(0.0, deadline - time.monotonic()))
        return None

    def close(self) -> None:
        """End the decoder; its memory goes with it. May be called twice."""
        if self._decoder is not None:
            self._decoder.end()
            self._decoder = None
        for end in self._silence:
            end.close()

    def __enter__(self) -> Camera:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _frame(self, decoder: DecoderProcess, ready: Ready) -> Frame:
        self._asked = False
        self._frames_now = ready.frames
        now = time.monotonic()
        if self._first_frame_at is None:
            self._first_frame_at = now - ready.media_time_s
        if self._media_base is None:
            # After a reconnection media time goes on where it would be had nothing happened.
            self._media_base = max(0.0, now - self._first_frame_at - ready.media_time_s)
        picture = self._shown = decoder.picture(ready)

        def pixels() -> Pixels:
            if self._shown is not picture:
                raise RuntimeError("pixels of a frame were asked for after the next frame had come")
            return bgr(picture, ready.full_range)

        return Frame(
            camera=self.name,
            index=self._frames_before + ready.index,
            at=ready.at,
            media_time_s=self._media_base + ready.media_time_s,
            luma=picture[: ready.height],
            pixels=pixels,
        )

    def _state(self, report: Report) -> CameraState:
        self._frames_now = report.frames
        match report.word:
            case Word.REFUSED if self._address.live:
                # A camera that starts up may answer without a picture: asked again, at the longest wait.
                return self._gone(report.detail, denied=True)
            case Word.REFUSED:
                self._finish()
                raise SourceError(report.detail)
            case Word.LOST | Word.DENIED:
                return self._gone(report.detail, denied=report.word is Word.DENIED)
            case Word.ENDED:
                return self._ended(report.detail)
            case Word.WATCHING:
                self._waits.watching()
                return CameraState(self.name, CameraCondition.WATCHING, report.detail, frames=self.frames)
            case Word.STARTING:
                return CameraState(self.name, CameraCondition.STARTING, report.detail, frames=self.frames)

    def _overdue(self, decoder: DecoderProcess) -> CameraState | None:
        if not self._address.live or not self._asked or time.monotonic() - self._heard < _OVERDUE_S:
            return None
        return self._gone(f"its decoder has not answered for {_OVERDUE_S:.0f} s")

    def _gone(self, detail: str, *, denied: bool = False) -> CameraState:
        """The decoder is no more, or shall be no more: a camera gets a new one, a file is at its end."""
        if not self._address.live:
            if not self.frames:
                self._finish()
                raise SourceError(f"{self._address.shown}: {detail}, it cannot be used")
            return self._ended(f"cut short: {detail}")
        self._finish()
        wait = self._waits.lost(denied=denied)
        self._media_base = None
        self._frames_before, self._frames_now = self.frames, 0
        self._decoder = DecoderProcess(replace(self._order, wait_s=wait))
        self._heard = time.monotonic() + wait
        if self._asked:
            self._decoder.request()
        return CameraState(self.name, CameraCondition.LOST, detail, round(wait, 1), self.frames)

    def _ended(self, detail: str) -> CameraState:
        self._finish()
        return CameraState(self.name, CameraCondition.ENDED, detail, frames=self.frames)

    def _finish(self) -> None:
        self._shown = None
        if self._decoder is not None:
            self._decoder.end()
            self._decoder = None
