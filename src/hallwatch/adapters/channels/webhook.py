"""Signed webhooks (Standard Webhooks 1.0.0)."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

import httpx2

from hallwatch.core.delivery import Message, What
from hallwatch.errors import NotDelivered, SettingsError, Undeliverable

PREFIX = "whsec_"
LEAST_SECRET = 24
"""Bytes, as the specification asks for."""
PATIENCE = httpx2.Timeout(10.0)
TYPES = {
    What.RAISED: "alert.raised",
    What.CONFIRMED: "alert.confirmed",
    What.RECALLED: "alert.recalled",
    What.TEST: "test",
}


@dataclass(frozen=True, slots=True)
class Hook:
    """Where to, and the secrets of whoever listens there: more than one while they are being changed."""

    url: str
    secrets: tuple[str, ...] = field(repr=False)


class Webhook:
    """Implements ports.Channel."""

    def __init__(self, hook: Hook, transport: httpx2.BaseTransport, now: Callable[[], float]) -> None:
        """``transport`` judges addresses; ``now`` is the time in seconds (Unix). Raises SettingsError for a secret
        that is none."""
        self._hook, self._now = hook, now
        self._keys = [key_of(secret) for secret in hook.secrets]
        self._client = httpx2.Client(transport=transport, timeout=PATIENCE, follow_redirects=False)

    def send(self, message: Message) -> str:
        """One POST; a repetition has the same ``webhook-id``. Only 2xx is an arrival, and redirects are refused."""
        body = json.dumps(payload(message), separators=(",", ":")).encode()
        moment = str(int(self._now()))
        headers = {
            "content-type": "application/json",
            "user-agent": "Hallwatch",
            "webhook-id": message.key,
            "webhook-timestamp": moment,
            "webhook-signature": " ".join(signature(key, message.key, moment, body) for key in self._keys),
        }
        try:
            # What it says besides is not read: a slow body holds nobody up.
            with self._client.stream("POST", self._hook.url, content=body, headers=headers) as answer:
                status = answer.status_code
        except httpx2.TimeoutException:
            raise NotDelivered("the receiver does not answer in time") from None
        except httpx2.TransportError as error:
            raise NotDelivered(f"the receiver cannot be reached ({error})") from None
        if status == 410:
            raise Undeliverable("the receiver wants nothing more (410)")
        if 300 <= status < 400:
            raise NotDelivered(f"the receiver sends us elsewhere ({status}), which is never followed")
        if not 200 <= status < 300:
            raise NotDelivered(f"the receiver answers {status}")
        return str(status)

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()


def payload(message: Message) -> dict[str, object]:
    """What is posted: ids, place and time, nobody's name."""
    return {
        "type": TYPES[message.what],
        "timestamp": message.at.isoformat(),
        "data": {
            "alert_id": message.alert_id,
            "test": message.what is What.TEST,
            "site": message.site,
            "school": message.school,
            "building": message.building,
            "camera": message.camera,
            "at": message.at.isoformat(),
            "step": message.step,
            "incident": message.incident,
            "text": message.text,
            "link": message.link,
        },
    }


def key_of(secret: str) -> bytes:
    """The key in a secret of the form ``whsec_`` and base64. Raises SettingsError."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or len(key) < LEAST_SECRET:
        raise SettingsError(
            f"a webhook's secret is {PREFIX} and at least {LEAST_SECRET} random bytes in base64; make one with:"
            " printf whsec_; head -c 32 /dev/urandom | base64"
        )
    return key


def signature(key: bytes, message_id: str, moment: str, body: bytes) -> str:
    """The specification's symmetric signature, version 1."""
    signed = b".".join((message_id.encode(), moment.encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
