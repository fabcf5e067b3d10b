"""Real servers at the other end of deliveries: mail, webhooks, an MQTT broker; well-behaved and not."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
from asyncio import Server
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import SSLContext
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.serving import until


class MailSink:
    """A mail server on a free port. ``drops`` mails are cut off after DATA, before they are taken. ``starttls`` takes
    mail only after STARTTLS, ``tls`` is encrypted from the first byte."""

    def __init__(self, *, starttls: SSLContext | None = None, tls: SSLContext | None = None) -> None:
        self.mails: list[Mail] = []
        self.drops = 0
        self._controller = _Controller(
            self,
            hostname="127.0.0.1",
            port=0,
            ssl_context=tls,
            tls_context=starttls,
            require_starttls=starttls is not None,
        )

    def __enter__(self) -> MailSink:
        self._controller.start()
        return self

    def __exit__(self, *rest: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert isinstance(self._controller.server, Server)
        return int(self._controller.server.sockets[0].getsockname()[1])

    @property
    def ids(self) -> list[str]:
        """The Message-IDs that came, repetitions included."""
        return [str(mail["Message-ID"]) for mail in self.mails]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mail = message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]
        if self.drops:
            self.drops -= 1
            self.mails.append(mail)
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
            return "421 gone"
        self.mails.append(mail)
        return "250 taken"


class _Controller(Controller):
    """Knows its port only when it listens."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class HookSink:
    """A receiver of webhooks. ``answer`` says what it does with each: a status, or a function of the handler."""

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.answer: int | Callable[[BaseHTTPRequestHandler], None] = 204
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
                answer = sink.answer
                if callable(answer):
                    answer(self)
                    return
                self.send_response(answer)
                self.end_headers()

            def do_GET(self) -> None:
                sink.posts.append(({"got": self.path}, b""))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> HookSink:
        self._thread.start()
        return self

    def __exit__(self, *rest: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where to post."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    @property
    def ids(self) -> list[str]:
        """The ids that came, repetitions included."""
        return [headers["webhook-id"] for headers, _ in self.posts if "webhook-id" in headers]


MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def broker(
    folder: Path, port: int, *, more: str = "allow_anonymous true\n"
) -> Iterator[subprocess.Popen[bytes]]:
    """Debian's mosquitto on this port; what it retained is kept in ``folder``."""
    assert MOSQUITTO is not None
    folder.mkdir(exist_ok=True)
    config = folder / f"mosquitto-{port}.conf"
    config.write_text(f"listener {port} 127.0.0.1\n{more}", encoding="utf-8")
    process = subprocess.Popen([MOSQUITTO, "-c", config], stderr=subprocess.DEVNULL)
    try:
        until(lambda: _listens(port), 30)
        yield process
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


class MqttSink:
    """A subscriber to everything, as Home Assistant would be."""

    def __init__(self, port: int) -> None:
        import paho.mqtt.client as paho
        from paho.mqtt.enums import CallbackAPIVersion

        self.heard: list[tuple[str, bytes, bool]] = []
        self.client = paho.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = lambda client, data, message: self.heard.append(
            (message.topic, bytes(message.payload), message.retain)
        )
        self.client.on_connect = lambda client, *rest: client.subscribe("#", qos=1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def __enter__(self) -> MqttSink:
        return self

    def __exit__(self, *rest: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def of(self, topic: str) -> list[bytes]:
        """What was said on a topic."""
        return [payload for name, payload, _ in list(self.heard) if name == topic]

    def events(self) -> list[dict[str, Any]]:
        """The events that came, repetitions included."""
        return [json.loads(payload) for payload in self.of("hallwatch/events")]
