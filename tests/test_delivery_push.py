"""Web push: the bytes of RFC 8291, a signature that another library believes, and a service that carries them."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.jwk import ECKey

from hallwatch.adapters.channels.push import ORDER, Signer, decoded, encoded, encrypted, point
from hallwatch.core.delivery import State
from hallwatch.core.delivery_requests import KeepSubscription
from hallwatch.core.policy.roles import Role
from hallwatch.core.requests import AddAccount, By
from hallwatch.entry.keeper_client import ask
from tests.delivering import post
from tests.serving import until
from tests.sinks import HookSink


def test_the_example_of_rfc_8291() -> None:
    """Appendix A."""
    private = decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    own = ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1())
    body = encrypted(
        b"When I grow up, I want to be a watermelon",
        decoded("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        decoded("BTBZMqHH6r4Tts7J_aSIgg"),
        own=own,
        salt=decoded("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert encoded(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_signature_is_believed_by_another_library() -> None:
    signer = Signer(b"s" * 32, "https://x.invalid")
    header = signer.authorization("https://push.example/abc?d=e", 1_000_000)
    token, key = header.removeprefix("vapid t=").split(", k=")
    numbers = decoded(key)
    jwk = ECKey.import_key(
        {"kty": "EC", "crv": "P-256", "x": encoded(numbers[1:33]), "y": encoded(numbers[33:])}
    )
    claims = jwt.decode(token, jwk, algorithms=["ES256"]).claims
    assert claims == {"aud": "https://push.example", "exp": 1_043_200, "sub": "https://x.invalid"}
    assert 0 < int.from_bytes(b"\xff" * 32, "big") % (ORDER - 1) + 1 < ORDER


def opened(body: bytes, browser: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """What a browser makes of it, by the RFC's other half."""
    salt, theirs, rest = body[:16], body[21:86], body[86:]
    shared = browser.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    info = b"WebPush: info\0" + point(browser.public_key()) + theirs
    key = HKDF(SHA256(), 32, auth, info).derive(shared)
    content = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(key)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(key)
    plain = AESGCM(content).decrypt(nonce, rest, None)
    assert plain[-1:] == b"\x02"
    return plain[:-1]


def test_staff_who_asked_get_it_on_their_phones(tmp_path: Path) -> None:
    browser, auth = ec.generate_private_key(ec.SECP256R1()), b"a" * 16
    with HookSink() as service, post(tmp_path / "site", []) as it:
        staff = AddAccount(By("machine:t"), "sam", "Sam", Role.SECURITY, frozenset({"North"}))
        account = ask(it.socket, staff).subject
        public = encoded(point(browser.public_key()))
        kept = ask(it.socket, KeepSubscription(By(account), service.url, public, encoded(auth)))
        it.raise_alert()
        until(lambda: it.is_sent("a1", "push"))
        ((headers, body),) = service.posts
        said = json.loads(opened(body, browser, auth))
        assert said["title"] == "Possible match: Main"
        assert said["link"] == "https://console.example/#alert-a1"
        assert "Dana" not in json.dumps(said)
        assert headers["urgency"] == "high"
        assert headers["topic"] == it.deliveries()["push"].delivery_id
        assert headers["authorization"].startswith("vapid t=")
        assert service.url.encode() not in (it.folder / "hallwatch.db").read_bytes()
        service.answer = 410  # the browser has taken its permission back
        it.raise_alert("a2")
        until(lambda: it.deliveries("a2")["push"].state is State.GAVE_UP)
        it.raise_alert("a3")
        assert "push" not in it.deliveries("a3")
        with it.reader.deliveries() as found:
            assert found.subscription(kept.subject) is None
