"""Photos that somebody gives: decoded by a process that can open nothing, looked at by one that has the models.

The second is started when it is needed first, and ends when nobody has needed it for some minutes.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection

from hallwatch.adapters.images import at_most, encode_jpeg, luma_of
from hallwatch.adapters.models.catalogue import find_pack
from hallwatch.adapters.models.gates import gate_of
from hallwatch.core.model import Pixels
from hallwatch.core.recognise.gate import Level
from hallwatch.core.shield import surroundings
from hallwatch.entry.child import Child, Failed
from hallwatch.entry.photo_process import PhotoProcess
from hallwatch.entry.worker import PackOrder
from hallwatch.errors import EnrolmentError, UserError
from hallwatch.flow.gating import gate_photo
from hallwatch.flow.importing import enrol_photo

LONGEST = 1200
"""Pixels: a photo is kept no larger, which is more than any face needs. Floor plans stay as the decoder gives them."""
IDLE_S = 300.0
PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Looked:
    """What is in a photo: the template of the pack with this fingerprint, and what the gate says of it."""

    fingerprint: str
    numbers: bytes
    verdict: str


@dataclass(frozen=True, slots=True)
class Shield:
    """Cut this picture (BGR) to its largest face, and make everybody else in it unrecognisable."""

    picture: Pixels


@dataclass(frozen=True, slots=True)
class Shielded:
    """The picture as asked for."""

    picture: Pixels


@dataclass(frozen=True, slots=True)
class NoFace:
    """Why a photo cannot be used, in one line."""

    why: str


def look_at_photos(order: PackOrder, link: Connection) -> None:
    """In the child: open the pack, answer each picture (BGR) with Looked or NoFace, each Shield with
    Shielded or NoFace, until the pipe is closed."""
    pack = order.open()
    table = gate_of(find_pack(order.name, order.home))
    while True:
        asked: Pixels | Shield = link.recv()
        if isinstance(asked, Shield):
            faces = pack.detect_photo(asked.picture)
            if faces:
                largest = max(faces, key=lambda face: face.box.height)
                link.send(Shielded(surroundings(asked.picture, largest, faces)))
            else:
                link.send(NoFace("there is no face in it"))
            continue
        picture = asked
        verdict = gate_photo(picture, pack, luma_of, table)
        if verdict.level is Level.REFUSED:
            link.send(NoFace(verdict.text))
            continue
        try:
            template, _warning = enrol_photo(picture, pack)
        except EnrolmentError as error:
            link.send(NoFace(str(error)))
        else:
            said = f"{verdict.text}; {verdict.expected}"
            link.send(Looked(pack.fingerprint, template.tobytes(), said))


class PhotoDesk:
    """Implements flow.listing_acts.Photos and flow.floors.Plans; safe from any thread, one photo at a time."""

    def __init__(self, order: PackOrder | None) -> None:
        """``order`` None: faces are not matched here, and no template is made."""
        self._order = order
        self._decoder = PhotoProcess()
        self._child: Child[PackOrder] | None = None
        self._idle: threading.Timer | None = None
        self._lock = threading.Lock()

    def taken(self, data: bytes, name: str) -> bytes:
        """The upload as a clean JPEG: upright, without metadata, no larger than needed. Raises ImageError."""
        with self._lock:
            self._used()
            return encode_jpeg(at_most(self._decoder.decode(data, name), LONGEST))

    def plan(self, data: bytes, name: str) -> tuple[bytes, int, int]:
        """A floor's picture as a clean JPEG without metadata, with its width and height. Raises ImageError."""
        with self._lock:
            self._used()
            picture = self._decoder.decode(data, name)
        height, width = picture.shape[:2]
        return encode_jpeg(picture), width, height

    def shielded(self, data: bytes, name: str) -> bytes:
        """The upload cut to its largest face, everybody else in it unrecognisable, as a JPEG. Raises ImageError,
        UserError."""
        if self._order is None:
            raise UserError("pictures are not taken here: no face may be matched")
        with self._lock:
            self._used()
            answer = self._asked(self._order, Shield(at_most(self._decoder.decode(data, name), LONGEST)))
        if not isinstance(answer, Shielded):
            raise UserError(f"{name}: {answer.why if isinstance(answer, NoFace) else 'it cannot be used'}")
        return encode_jpeg(answer.picture)

    def looked_at(self, jpeg: bytes) -> tuple[str, bytes, str]:
        """Fingerprint, template and verdict of a photo that was taken in. Raises EnrolmentError for one that the gate
        refuses, UserError."""
        if self._order is None:
            return "", b"", ""
        with self._lock:
            self._used()
            picture = self._decoder.decode(jpeg, "photo")
            answer = self._asked(self._order, picture)
        if isinstance(answer, NoFace):
            raise EnrolmentError(answer.why)
        assert isinstance(answer, Looked)
        return answer.fingerprint, answer.numbers, answer.verdict

    def close(self) -> None:
        """End both processes."""
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            self._end()

    def _used(self) -> None:
        """Both end when nobody has needed them for a while."""
        if self._idle is not None:
            self._idle.cancel()
        self._idle = threading.Timer(IDLE_S, self.close)
        self._idle.daemon = True
        self._idle.start()

    def _asked(self, order: PackOrder, asked: Pixels | Shield) -> Looked | Shielded | NoFace:
        if self._child is None:
            self._child = Child("hw-enroller", look_at_photos, order)
        try:
            self._child.link.send(asked)
            if not self._child.link.poll(PATIENCE_S):
                raise EOFError
            answer: Looked | Shielded | NoFace | Failed = self._child.link.recv()
        except (EOFError, OSError):
            self._end()
            raise UserError("the photo could not be looked at just now; try again") from None
        if isinstance(answer, Failed):
            self._end()
            raise UserError(answer.reason)
        return answer

    def _end(self) -> None:
        self._decoder.end()
        if self._child is not None:
            self._child.end(2)
            self._child = None
