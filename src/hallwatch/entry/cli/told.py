"""How watch tells what it sees: JSON lines for programs, a table for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table as RichTable
from rich.text import Text

from hallwatch.core.events import CameraCondition, CameraState, Sighting
from hallwatch.core.model import Frame
from hallwatch.entry.camera import Camera
from hallwatch.entry.cli.options import say
from hallwatch.flow.importing import Enrolled
from hallwatch.flow.watching import Watching

WIDTH_IN_FILES = 160
"""Columns of a table that is not shown on a terminal."""


class Told(Protocol):
    """Hears everything that watch has to tell, in order."""

    def sighting(self, sighting: Sighting) -> None: ...

    def state(self, state: CameraState) -> None: ...

    def progress(self, camera: Camera, frame: Frame, watching: Watching) -> None: ...

    def summary(
        self, cameras: Sequence[Camera], watchings: Mapping[str, Watching], enrolled: Enrolled
    ) -> None: ...


class Count:
    """Counts alerts and the seconds of video watched."""

    def __init__(self) -> None:
        self.alerts: set[str] = set()
        self.seconds: dict[str, float] = {}

    def totals(
        self, cameras: Sequence[Camera], watchings: Mapping[str, Watching], enrolled: Enrolled
    ) -> dict[str, int | float]:
        """The figures of the summary; ``seconds`` are seconds of video, so that two runs agree."""
        return {
            "frames": sum(camera.frames for camera in cameras),
            "analysed": sum(watching.looking.analysed for watching in watchings.values()),
            "seconds": round(sum(self.seconds.values()), 3),
            "tracks": sum(watching.looking.tracks for watching in watchings.values()),
            "alerts": len(self.alerts),
            "people": len(enrolled.people),
            "rows_refused": len(enrolled.refused),
        }


def as_json(sighting: Sighting) -> dict[str, object]:
    """A sighting in the words of the contract."""
    return {
        "type": "update" if sighting.improves else "alert",
        "alert_id": sighting.alert_id,
        "camera": sighting.camera,
        "at": sighting.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "media_time_s": round(sighting.media_time_s, 3),
        "external_id": sighting.external_id,
        "name": sighting.name,
        "lists": list(sighting.lists),
        "score": round(sighting.score, 4),
        "threshold": round(sighting.threshold, 4),
        "face_px": sighting.face_px,
        "shots": sighting.shots,
        "pack": sighting.pack,
    }


class JsonLines:
    """JSON lines on standard output and nothing else there; camera states go to standard error."""

    def __init__(self) -> None:
        self._count, self._states = Count(), States()

    def sighting(self, sighting: Sighting) -> None:
        self._count.alerts.add(sighting.alert_id)
        _line(as_json(sighting))

    def state(self, state: CameraState) -> None:
        self._states.say(state)

    def progress(self, camera: Camera, frame: Frame, watching: Watching) -> None:
        self._count.seconds[camera.name] = frame.media_time_s

    def summary(
        self, cameras: Sequence[Camera], watchings: Mapping[str, Watching], enrolled: Enrolled
    ) -> None:
        _line({"type": "summary", **self._count.totals(cameras, watchings, enrolled)})


class Table:
    """A table of alerts that grows, with a line of progress a camera below it.

    Where nothing redraws (a file, a pipe) every alert and every change of a camera is a line at once as well.
    """

    def __init__(self) -> None:
        self._count, self._states = Count(), States()
        self._redraws = sys.stdout.isatty()
        self._rows: dict[str, Sighting] = {}
        self._status: dict[str, str] = {}
        # In a file or a pipe there is no width to keep to, and a wrapped name is found by nobody.
        self._console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDTH_IN_FILES)
        self._live = Live(console=self._console, refresh_per_second=4, get_renderable=self._drawn)

    def __enter__(self) -> Table:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def sighting(self, sighting: Sighting) -> None:
        self._count.alerts.add(sighting.alert_id)
        first = self._rows.get(sighting.alert_id)
        if first is None and not self._redraws:
            print(
                f"{_clock(sighting)} {sighting.camera}: possible match, {sighting.name} ({sighting.external_id}),"
                f" {', '.join(sighting.lists)}",
                flush=True,
            )
        if first is None or sighting.score > first.score:
            self._rows[sighting.alert_id] = sighting

    def state(self, state: CameraState) -> None:
        self._status[state.camera] = _state_words(state)
        if not self._redraws:
            self._states.say(state)

    def progress(self, camera: Camera, frame: Frame, watching: Watching) -> None:
        self._count.seconds[camera.name] = frame.media_time_s
        looking = watching.looking
        self._status[camera.name] = (
            f"watching, {frame.media_time_s:.1f} s, {camera.frames} frames, {looking.analysed} analysed,"
            f" {looking.tracks} tracks"
        )

    def summary(
        self, cameras: Sequence[Camera], watchings: Mapping[str, Watching], enrolled: Enrolled
    ) -> None:
        totals = self._count.totals(cameras, watchings, enrolled)
        self._live.stop()
        words = ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in totals.items())
        self._console.print(Text(words))
        if totals["alerts"]:
            self._console.print(
                "A possible match is not a person identified: compare the two pictures; never touch, search or"
                " hold anyone on a match alone."
            )

    def _drawn(self) -> RichTable:
        table = RichTable(title="Possible matches", title_justify="left", expand=False)
        for column in ("time", "camera", "person", "lists", "score / threshold", "face", "shots"):
            table.add_column(column)
        for sighting in list(self._rows.values()):
            table.add_row(
                _clock(sighting),
                Text(sighting.camera),
                Text(f"{sighting.name} ({sighting.external_id})"),
                ", ".join(sighting.lists),
                f"{sighting.score:.2f} / {sighting.threshold:.2f}",
                f"{sighting.face_px} px",
                str(sighting.shots),
            )
        table.caption = Text("\n".join(f"{name}: {status}" for name, status in list(self._status.items())))
        table.caption_justify = "left"
        return table


def _line(record: Mapping[str, object]) -> None:
    print(json.dumps(record, ensure_ascii=False), flush=True)


class States:
    """Says on standard error what happens to cameras: losses, ends, files that cannot be read, and the return."""

    def __init__(self) -> None:
        self._lost: set[str] = set()

    def say(self, state: CameraState) -> None:
        """One line, or none when nothing is worth one."""
        back = state.condition is CameraCondition.WATCHING and state.camera in self._lost
        if state.condition is CameraCondition.LOST:
            self._lost.add(state.camera)
        elif state.condition is not CameraCondition.STARTING:
            self._lost.discard(state.camera)
        if back and not state.detail:
            say(f"{state.camera}: watching again")
        elif state.detail and state.condition is not CameraCondition.STARTING:
            say(f"{state.camera}: {_state_words(state)}")


def _state_words(state: CameraState) -> str:
    again = f"; trying again in {state.retry_in_s:.0f} s" if state.retry_in_s else ""
    detail = f": {state.detail}" if state.detail else ""
    return f"{state.condition.value}{detail}{again}"


def _clock(sighting: Sighting) -> str:
    return sighting.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
