"""One name's certificate by ACME, kept with its key in one file, so that the two always belong together."""

from __future__ import annotations

import hashlib
import os
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from acme import crypto_util
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from josepy.jwk import JWK, JWKEC

from hallwatch.adapters.acme.ordering import Authority, order
from hallwatch.errors import CertificateError


@dataclass(frozen=True, slots=True)
class Life:
    """From when until when a certificate holds."""

    begins: datetime
    ends: datetime

    def left(self, now: datetime) -> float:
        """How much of it is to come: 1 at its beginning, 0 at its end, then less."""
        return (self.ends - now) / (self.ends - self.begins)


class AcmeCertificate:
    """Its files are the owner's alone (mode 0600); each directory has files and an account of its own."""

    def __init__(self, folder: Path, domain: str, authority: Authority) -> None:
        self._folder, self._domain, self._authority = folder, domain, authority
        mark = hashlib.sha256(authority.directory.encode()).hexdigest()[:8]
        self.path = folder / f"acme-{mark}.pem"
        self._account = folder / f"acme-{mark}.account.pem"

    def life(self) -> Life | None:
        """The life of the one that is kept; None when there is none that can be used for this name."""
        try:
            found = x509.load_pem_x509_certificate(self.path.read_bytes())
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.path, password="")
            names = _names(found)
        except (OSError, ValueError):
            return None
        if self._domain not in names:
            return None
        return Life(found.not_valid_before_utc, found.not_valid_after_utc)

    def obtain(self) -> None:
        """A new certificate with a new key, in the place of the one before. Takes seconds to minutes.

        Raises CertificateError, in one line that says what to do; the one before is still there then.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            key = ec.generate_private_key(ec.SECP256R1())
            csr = crypto_util.make_csr(_pem(key), [self._domain])
            chain = order(csr, self._account_key(), self._authority)
            self._check(chain, key)
            _keep(self.path, _pem(key) + chain.encode())
        except OSError as error:
            raise CertificateError(
                f"the certificate cannot be kept in {self._folder}: {error.strerror}"
            ) from error

    def _check(self, chain: str, key: ec.EllipticCurvePrivateKey) -> None:
        try:
            found = x509.load_pem_x509_certificate(chain.encode())
            good = found.public_key() == key.public_key() and self._domain in _names(found)
        except ValueError:
            good = False
        if not good:
            raise CertificateError(
                f"{self._authority.directory} sent a certificate that is not for {self._domain}; tell whoever runs it"
            )

    def _account_key(self) -> JWK:
        """The account at the directory is whoever holds this key; made once."""
        try:
            pem = self._account.read_bytes()
        except FileNotFoundError:
            pem = _pem(ec.generate_private_key(ec.SECP256R1()))
            _keep(self._account, pem)
        try:
            return JWKEC(key=load_pem_private_key(pem, None))
        except (ValueError, TypeError) as error:
            raise CertificateError(
                f"the account key {self._account} is damaged; delete it, and a new account is made"
            ) from error


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.DNSName)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _keep(path: Path, content: bytes) -> None:
    """All of it or nothing, on disk when this returns; mode 0600 from the first moment."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
