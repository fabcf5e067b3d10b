"""A real RTSP camera for tests: GStreamer's RTSP server, run by the system's Python, which has its bindings.

Debian: python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

SYSTEM_PYTHON = "/usr/bin/python3"
_PROBE = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
_PATTERN = (
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width={width},height={height},framerate=15/1 "
    "! openh264enc gop-size=15 complexity=low ! rtph264pay name=pay0 pt=96 config-interval=1 )"
)
_FILE = '( filesrc location="{file}" ! qtdemux ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )'


def need_rtsp() -> None:
    """Skip the test where the server cannot run; under CI=true that is a failure."""
    import pytest  # the system's Python, which runs this file too, has none

    probe = subprocess.run([SYSTEM_PYTHON, "-c", _PROBE], capture_output=True, check=False)
    if probe.returncode:
        reason = "needs python3-gi and gir1.2-gst-rtsp-server-1.0 of the system"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


class RtspCamera:
    """A camera on this computer: a moving ball, or an MP4 file (H.264) from its start for every visitor.

    ``port`` 0 takes a free one; start again with the same ``port`` to come back after ``kill``.
    """

    def __init__(
        self, *, file: Path | None = None, port: int = 0, login: str = "", size: tuple[int, int] = (640, 480)
    ) -> None:
        command = [SYSTEM_PYTHON, __file__, "--port", str(port), "--login", login]
        command += ["--width", str(size[0]), "--height", str(size[1])]
        command += ["--file", str(file)] if file else []
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.strip().isdigit(), "the RTSP server did not start"
        self.port = int(line)

    @property
    def address(self) -> str:
        """Where it is, without a login."""
        return f"rtsp://127.0.0.1:{self.port}/camera"

    def freeze(self) -> None:
        """Connections stand and new ones are accepted by the kernel, but nothing is sent."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after ``freeze``."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """As if the power had failed."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> RtspCamera:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def _serve(arguments: argparse.Namespace) -> None:
    import gi  # type: ignore[import-not-found]

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found]

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(arguments.port))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch((_FILE if arguments.file else _PATTERN).format(**vars(arguments)))
    if arguments.login:
        user, _, password = arguments.login.partition(":")
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
        server.set_auth(auth)
        permissions = GstRtspServer.RTSPPermissions()
        for permission in ("media.factory.access", "media.factory.construct"):
            permissions.add_permission_for_role("viewer", permission, True)
        factory.set_permissions(permissions)
    server.get_mount_points().add_factory("/camera", factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


def main() -> None:
    """Serve until killed; prints the port."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--file", default="")
    parser.add_argument("--login", default="")
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--height", type=int, default=480)
    _serve(parser.parse_args(sys.argv[1:]))


if __name__ == "__main__":
    main()
