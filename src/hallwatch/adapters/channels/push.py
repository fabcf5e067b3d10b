"""Web push: browsers and phones that have the console installed (RFC 8030, 8188, 8291, 8292).

The push service of the browser's maker carries the message and cannot read it.
"""

from __future__ import annotations

import base64
import json
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hallwatch.core.delivery import Message, What
from hallwatch.errors import NotDelivered, Undeliverable

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve's group (SEC 2, secp256r1)."""
RECORD = 4096
KEPT_S = 3600
"""How long a push service holds the message for a phone that is off."""
SIGNED_FOR_S = 12 * 3600
PATIENCE = httpx2.Timeout(10.0)


@dataclass(frozen=True, slots=True)
class Signer:
    """This installation to push services: a key of its own, made of 32 secret bytes, and an address of its own."""

    secret: bytes = field(repr=False)
    contact: str

    @property
    def private(self) -> ec.EllipticCurvePrivateKey:
        """The key that signs."""
        return ec.derive_private_key(int.from_bytes(self.secret, "big") % (ORDER - 1) + 1, CURVE)

    @property
    def public(self) -> str:
        """What browsers are told, so that nobody else can send to them."""
        return encoded(point(self.private.public_key()))

    def authorization(self, endpoint: str, now: float) -> str:
        """The header of one request (VAPID)."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(now) + SIGNED_FOR_S,
            "sub": self.contact,
        }
        head = {"typ": "JWT", "alg": "ES256"}
        signed = ".".join(
            encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims)
        )
        r, s = utils.decode_dss_signature(self.private.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"vapid t={signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}, k={self.public}"


class Push:
    """Implements ports.Channel. A message's target is the subscription as JSON: endpoint, public_key, auth."""

    def __init__(self, signer: Signer, transport: httpx2.BaseTransport, now: Callable[[], float]) -> None:
        """``transport`` judges addresses; ``now`` is the time in seconds (Unix)."""
        self._signer, self._now = signer, now
        self._client = httpx2.Client(transport=transport, timeout=PATIENCE, follow_redirects=False)

    def send(self, message: Message) -> str:
        """One message to one browser; a repetition that meets the first at the push service takes its place."""
        if not message.target:
            raise Undeliverable("that browser wants no messages any more")
        try:
            its = json.loads(message.target)
            endpoint = str(its["endpoint"])
            body = encrypted(payload(message), decoded(its["public_key"]), decoded(its["auth"]))
        except (ValueError, KeyError, TypeError):
            raise Undeliverable("what that browser gave cannot be used") from None
        headers = {
            "authorization": self._signer.authorization(endpoint, self._now()),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(KEPT_S),
            "urgency": "high",
            "topic": message.key[:32],
        }
        try:
            with self._client.stream("POST", endpoint, content=body, headers=headers) as answer:
                status = answer.status_code
        except httpx2.TimeoutException:
            raise NotDelivered("the push service does not answer in time") from None
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise NotDelivered(f"the push service cannot be reached ({type(error).__name__})") from None
        if status in (404, 410):
            raise Undeliverable("that browser wants no messages any more")
        if not 200 <= status < 300:
            raise NotDelivered(f"the push service answers {status}")
        return str(status)

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()


def payload(message: Message) -> bytes:
    """What the browser shows: nobody's name."""
    fields = {
        "title": message.title,
        "body": message.text.rpartition("\n")[0],
        "link": message.link,
        "tag": message.alert_id,
        "test": message.what is What.TEST,
    }
    return json.dumps(fields).encode()


def encrypted(
    plain: bytes,
    browser: bytes,
    auth: bytes,
    *,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """``plain`` for the browser with this public key (65 bytes) and secret (16 bytes), as RFC 8291 section 4 says.

    ``own`` and ``salt`` are fresh for every message; a test gives those of the RFC. Raises ValueError for a key that is
    none.
    """
    own, salt = own or ec.generate_private_key(CURVE), salt or os.urandom(16)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, browser))
    mine = point(own.public_key())
    key = _derived(shared, auth, b"WebPush: info\0" + browser + mine, 32)
    content = AESGCM(_derived(key, salt, b"Content-Encoding: aes128gcm\0", 16))
    nonce = _derived(key, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + struct.pack("!IB", RECORD, len(mine)) + mine
    return header + content.encrypt(nonce, plain + b"\x02", None)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encoded(data: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The same back. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
