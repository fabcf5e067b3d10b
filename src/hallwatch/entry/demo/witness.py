"""Looks at the demo's page as a browser does, and says whether the right alert was really shown."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx2

from hallwatch.entry.server import Server

POLL_S = 0.5
JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``passed``: both people have walked past every camera; ``shown``: the names in the page's alerts."""

    passed: bool
    shown: tuple[str, ...]
    pictures: bool

    def right(self, name: str) -> bool:
        """An alert for the listed person, with both pictures, and for nobody else."""
        return self.passed and self.pictures and set(self.shown) == {name}


def witness(
    server: Server, frames: dict[str, int], seconds: float, name: str, done: Callable[[], bool]
) -> Verdict:
    """Watch the page for at most ``seconds``; less when all have passed and the alert is there."""
    end = time.monotonic() + seconds
    with httpx2.Client(base_url=server.url, timeout=10) as browser:
        browser.get(server.demo_link())
        while True:
            verdict = _look(browser, server, frames)
            wrong = bool(set(verdict.shown) - {name})
            if verdict.right(name) or wrong or done() or time.monotonic() >= end:
                return verdict
            time.sleep(POLL_S)


def _look(browser: httpx2.Client, server: Server, frames: dict[str, int]) -> Verdict:
    passed = all(
        camera.analysed and camera.frames >= frames[camera.camera] for camera in server.status().cameras
    )
    try:
        page = browser.get("/").raise_for_status().text
        shown = tuple(html.unescape(name) for name in re.findall(r'<h3 id="name-[^"]*">(.*?)</h3>', page))
        pictures = re.findall(r'<img src="([^"]*)"', page)
        good = bool(pictures) and all(browser.get(path).content.startswith(JPEG) for path in pictures)
    except httpx2.HTTPError:
        return Verdict(passed, (), False)
    return Verdict(passed, shown, good)
