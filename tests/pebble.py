"""A real ACME server for tests: Debian's pebble, on this machine, with an authority of its own at each start."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


def need_pebble() -> str:
    """The program; skip the test where there is none; under CI=true that is a failure."""
    found = shutil.which("pebble")
    if found is None:
        reason = "needs pebble (Debian: pebble)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("", 0)) as listening:
        return int(listening.getsockname()[1])


@dataclass(frozen=True)
class Pebble:
    """A running ACME server."""

    process: subprocess.Popen[bytes]
    directory: str
    authority: Path
    """Signed the directory's own certificate."""
    management: str
    challenge_port: int

    def root(self, folder: Path) -> Path:
        """The certificate that ends every chain it signs."""
        with httpx2.Client(verify=ssl.create_default_context(cafile=self.authority)) as client:
            text = client.get(f"{self.management}/roots/0").raise_for_status().text
        path = folder / "root.pem"
        path.write_text(text, encoding="ascii")
        return path


@contextmanager
def pebble(
    folder: Path,
    *,
    looks_at: int | None = None,
    valid_s: int | None = None,
    reuses: bool = False,
    external: bool = False,
) -> Iterator[Pebble]:
    """Started in ``folder``; it looks for answers at port ``looks_at`` (a free one), and signs for ``valid_s``.

    ``reuses``: a name that was proved once needs no new proof. ``external``: it wants accounts made elsewhere.
    """
    program = need_pebble()
    folder.mkdir(exist_ok=True)
    authority, certificate, key = _own_certificate(folder)
    port, management, challenge = free_port(), free_port(), looks_at or free_port()
    settings = {
        "listenAddress": f"127.0.0.1:{port}",
        "managementListenAddress": f"127.0.0.1:{management}",
        "certificate": str(certificate),
        "privateKey": str(key),
        "httpPort": challenge,
        "tlsPort": free_port(),
        "externalAccountBindingRequired": external,
        "externalAccountMACKeys": {"one": "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"},
    }
    if valid_s is not None:
        settings["certificateValidityPeriod"] = valid_s
    (folder / "pebble.json").write_text(json.dumps({"pebble": settings}), encoding="ascii")
    environ = {
        "PATH": os.environ["PATH"],
        "PEBBLE_VA_NOSLEEP": "1",
        "PEBBLE_WFE_NONCEREJECT": "0",
        "PEBBLE_AUTHZREUSE": "100" if reuses else "0",
    }
    with (folder / "pebble.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-config", folder / "pebble.json"], env=environ, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        found = Pebble(
            process,
            f"https://localhost:{port}/dir",
            authority,
            f"https://localhost:{management}",
            challenge,
        )
        _wait_for(found, folder / "pebble.log")
        yield found
    finally:
        process.kill()
        process.wait()


def _wait_for(server: Pebble, log: Path) -> None:
    end = time.monotonic() + 60
    with httpx2.Client(verify=ssl.create_default_context(cafile=server.authority)) as client:
        while not _answers(client, server.directory):
            assert server.process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < end, "pebble did not start"
            time.sleep(0.1)


def _answers(client: httpx2.Client, url: str) -> bool:
    try:
        return client.get(url).is_success
    except httpx2.HTTPError:
        return False


def _own_certificate(folder: Path) -> tuple[Path, Path, Path]:
    """Of the directory itself: who signed it, the certificate, its key."""
    ours, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests, authority")])
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    root = (
        _builder(issuer, ours.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**usage, key_cert_sign=True, crl_sign=True), critical=True)
        .sign(ours, hashes.SHA256())
    )
    leaf = (
        _builder(x509.Name([]), key.public_key(), now, issuer)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ours.public_key()), critical=False)
        .sign(ours, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    contents = {
        "authority.pem": root.public_bytes(Encoding.PEM),
        "directory.pem": leaf.public_bytes(Encoding.PEM),
        "directory.key": pem,
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    authority, certificate, private = (folder / name for name in contents)
    return authority, certificate, private


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, issuer: x509.Name | None = None
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
