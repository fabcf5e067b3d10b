"""A real browser for tests: Debian's Chromium without a window, driven by Playwright.

One Chromium serves all tests of a process; every ``Browser`` is a profile of its own in it. Playwright has a thread of
its own, so that its event loop stays out of the tests'.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TypeVar, cast

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import CDPSession, Error, Playwright, sync_playwright

T = TypeVar("T")

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
)
_THREAD = ThreadPoolExecutor(1, "playwright")
_STARTED: dict[str, tuple[Playwright, Chromium]] = {}
GOING_AWAY = ("context was destroyed", "navigat", "Cannot find context")
"""What Playwright says of an expression that was asked of a page in the moment it was left."""


def find() -> str | None:
    """The browser's program, if this machine has one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One page. Width and height are CSS pixels."""

    def __init__(self, program: str, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        def begin() -> None:
            self._context = _chromium(program).new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if dark else "light",
                service_workers="allow",
            )
            self._page = self._context.new_page()
            self._tools: CDPSession | None = None

        _there(begin)

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the page, and forget everything it kept."""
        _there(self._context.close)

    def open(self, url: str) -> None:
        """Go to the page and wait until it has loaded."""
        _there(lambda: self._page.goto(url))

    def cookie(self, name: str, value: str, url: str) -> None:
        """Give the browser a cookie of this address."""
        _there(
            lambda: self._context.add_cookies([{"name": name, "value": value, "url": url, "httpOnly": True}])
        )

    def authenticator(self, *, willing: bool = True) -> None:
        """Give the browser a device that makes passkeys, and somebody who always presses it, or shakes their head."""
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": willing,
            "automaticPresenceSimulation": True,
        }

        def give() -> None:
            self._tools = self._tools or self._context.new_cdp_session(self._page)
            self._tools.send("WebAuthn.enable")
            self._tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})

        _there(give)

    def beforehand(self, script: str) -> None:
        """Run this on every page from now on, before any script of its own."""
        _there(lambda: self._page.add_init_script(script))

    def value(self, expression: str) -> object:
        """What a JavaScript expression is on the page."""
        return cast("object", _there(lambda: self._page.evaluate(expression)))

    def wait_for(self, expression: str, timeout_s: float = 30) -> None:
        """Wait until a JavaScript expression is true."""
        end = time.monotonic() + timeout_s
        while self._now(expression) is not True:
            assert time.monotonic() < end, f"never true: {expression}"
            time.sleep(0.05)

    def sleep(self, asleep: bool) -> None:
        """The page as in a tab that nobody looks at for long: its scripts stand still until it is woken."""
        state = {"state": "frozen" if asleep else "active"}

        def turn() -> None:
            self._tools = self._tools or self._context.new_cdp_session(self._page)
            self._tools.send("Page.setWebLifecycleState", state)

        _there(turn)

    def press(self, key: str) -> None:
        """Press and release a key, for example Tab."""
        _there(lambda: self._page.keyboard.press(key))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press the mouse at one place of the window, move it to another, and let go."""

        def move() -> None:
            mouse = self._page.mouse
            mouse.move(*start)
            mouse.down()
            mouse.move(*end, steps=4)
            mouse.up()

        _there(move)

    def choose(self, selector: str, file: Path) -> None:
        """Choose a file in the file field that this selector finds."""
        _there(lambda: self._page.set_input_files(selector, file))

    def screenshot(self, path: Path) -> None:
        """Write a PNG of the window."""
        _there(lambda: self._page.screenshot(path=path))

    def _now(self, expression: str) -> object:
        """What it is just now; None on a page that is being left."""
        try:
            return self.value(expression)
        except Error as error:
            if not any(words in str(error) for words in GOING_AWAY):
                raise
            return None


def _there(work: Callable[[], T]) -> T:
    """Done in Playwright's thread."""
    return _THREAD.submit(work).result()


def _chromium(program: str) -> Chromium:
    """The process's Chromium, started when it is first needed, and again where it has crashed."""
    playwright, browser = _STARTED.get(program, (None, None))
    if playwright is None:
        playwright = sync_playwright().start()
    if browser is None or not browser.is_connected():
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
    _STARTED[program] = (playwright, browser)
    return browser


def end_all() -> None:
    """End every Chromium of this process."""

    def end() -> None:
        for playwright, browser in _STARTED.values():
            browser.close()
            playwright.stop()
        _STARTED.clear()

    _there(end)
