"""A real browser for tests: Chromium without a window, driven over its debugging pipe (no extra package)."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import cast

NAMES = ("chromium", "chromium-browser", "google-chrome")

ON_3_AND_4 = """
import fcntl, os, sys
high = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
for wanted, number in zip((3, 4), high):
    os.dup2(number, wanted)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Becomes the browser, with its pipe where the browser wants it: descriptors 3 and 4."""


def find() -> str | None:
    """The browser's program, if this machine has one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One page. Width and height are CSS pixels."""

    def __init__(self, program: str, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        flags = (
            "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
            "--disable-component-update --disable-dev-shm-usage --remote-debugging-pipe"
        )
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                ON_3_AND_4,
                str(to_browser),
                str(from_browser),
                program,
                *flags.split(),
                f"--user-data-dir={self._profile.name}",
                "about:blank",
            ],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        try:
            self._attach(width, height, dark)
        except BaseException:
            self.close()
            raise

    def _attach(self, width: int, height: int, dark: bool) -> None:
        """Take the browser's one page and give it its size and colours."""
        targets = cast("list[dict[str, str]]", self._ask("Target.getTargets")["targetInfos"])
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        self._session = cast(
            "str", self._ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        )
        self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the browser and all its processes."""
        os.close(self._write)
        os.close(self._read)
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(20)
        self._profile.cleanup()

    def open(self, url: str) -> None:
        """Go to the page and wait until it has loaded."""
        self._ask("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete' && location.href !== 'about:blank'")

    def cookie(self, name: str, value: str, url: str) -> None:
        """Give the browser a cookie of this address."""
        self._ask("Network.setCookie", name=name, value=value, url=url, httpOnly=True)

    def authenticator(self, *, willing: bool = True) -> None:
        """Give the browser a device that makes passkeys, and somebody who always presses it, or shakes their head."""
        self._ask("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": willing,
            "automaticPresenceSimulation": True,
        }
        self._ask("WebAuthn.addVirtualAuthenticator", options=options)

    def beforehand(self, script: str) -> None:
        """Run this on every page from now on, before any script of its own."""
        self._ask("Page.enable")
        self._ask("Page.addScriptToEvaluateOnNewDocument", source=script)

    def value(self, expression: str) -> object:
        """What a JavaScript expression is on the page."""
        answer = self._ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return cast("dict[str, object]", answer["result"]).get("value")

    def wait_for(self, expression: str, timeout_s: float = 30) -> None:
        """Wait until a JavaScript expression is true."""
        end = time.monotonic() + timeout_s
        while self.value(expression) is not True:
            assert time.monotonic() < end, f"never true: {expression}"
            time.sleep(0.05)

    def press(self, key: str) -> None:
        """Press and release a key, for example Tab."""
        for kind in ("keyDown", "keyUp"):
            self._ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=9)

    def choose(self, selector: str, file: Path) -> None:
        """Choose a file in the file field that this selector finds."""
        root = cast("dict[str, int]", self._ask("DOM.getDocument")["root"])["nodeId"]
        node = self._ask("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self._ask("DOM.setFileInputFiles", nodeId=node, files=[str(file)])

    def screenshot(self, path: Path) -> None:
        """Write a PNG of the window."""
        picture = cast("str", self._ask("Page.captureScreenshot", format="png")["data"])
        path.write_bytes(base64.b64decode(picture))

    def _ask(self, method: str, **parameters: object) -> dict[str, object]:
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = json.loads(self._next())
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return cast("dict[str, object]", answer["result"])

    def _next(self) -> bytes:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], 60)
            assert ready, "the browser does not answer"
            piece = os.read(self._read, 1 << 20)
            assert piece, "the browser has ended"
            self._buffer += piece
        message, _, self._buffer = self._buffer.partition(b"\0")
        return message
