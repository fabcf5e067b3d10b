"""The talk with an ACME server: an account, an order, the proof that the name is ours, the certificate."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from acme import challenges, client, errors, messages
from josepy.errors import Error as JoseError
from josepy.jwa import ES256
from josepy.jwk import JWK

from hallwatch.adapters.acme.answering import Answering
from hallwatch.errors import CertificateError

PATIENCE_S = 30
"""For one answer of the directory."""
MOST_WORDS = 300
"""Characters of somebody else's explanation that are passed on."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs: the ACME server's directory, and what it is told.

    ``trusted`` is a PEM file of whoever signed the directory's own certificate; None for the public ones.
    """

    directory: str
    contact: str | None
    trusted: Path | None
    terms_agreed: bool
    challenge_port: int


def order(csr: bytes, account: JWK, authority: Authority) -> str:
    """The certificate with its chain, as PEM, for a signing request of one name. Takes seconds to minutes.

    Raises CertificateError, in one line that says what to do.
    """
    with _in_one_line(authority.directory):
        acme = _signed_in(account, authority)
        with Answering(authority.challenge_port) as answering:
            placed = acme.new_order(csr)
            for authorization in placed.authorizations:
                if authorization.body.status == messages.STATUS_PENDING:
                    _prove(acme, authorization.body, account, answering)
            return str(acme.poll_and_finalize(placed).fullchain_pem)


def _signed_in(account: JWK, authority: Authority) -> client.ClientV2:
    """At the directory, with an account there: a new one, or the one that this key has."""
    network = client.ClientNetwork(account, alg=ES256, user_agent="hallwatch", timeout=PATIENCE_S)
    if authority.trusted is not None:
        network.verify_ssl = str(_readable(authority.trusted))  # type: ignore[assignment]  # as requests takes it
    acme = client.ClientV2(client.ClientV2.get_directory(authority.directory, network), network)
    meta = getattr(acme.directory, "meta", None)
    terms = None if meta is None else meta.terms_of_service
    if terms and not authority.terms_agreed:
        raise CertificateError(
            f"the certificate's authority has terms of service; read them at {_plain(terms)}, and if you agree"
            " write terms_agreed = true under [acme]"
        )
    if meta is not None and meta.external_account_required:
        raise CertificateError(
            f"{authority.directory} wants an account that is made elsewhere first, which Hallwatch cannot use;"
            " name another directory under [acme], or get the certificate with certbot and name its files"
        )
    wanted = messages.NewRegistration.from_data(
        email=authority.contact, terms_of_service_agreed=authority.terms_agreed
    )
    try:
        acme.new_account(wanted)
    except errors.ConflictError as known:
        mine = messages.RegistrationResource(uri=known.location, body=wanted)
        network.account = mine
        if authority.contact is not None:
            acme.update_registration(mine)
    return acme


def _prove(acme: client.ClientV2, wanted: messages.Authorization, account: JWK, answering: Answering) -> None:
    """Let the authority find the answer to its challenge here."""
    for one in wanted.challenges:
        if isinstance(one.chall, challenges.HTTP01):
            response, answer = one.chall.response_and_validation(account)
            answering.give(one.chall.path, answer)
            acme.answer_challenge(one, response)
            return
    raise CertificateError(
        "the certificate's authority does not look over HTTP (HTTP-01); name another directory under [acme]"
    )


def _readable(trusted: Path) -> Path:
    try:
        ssl.create_default_context(cafile=trusted)
    except (OSError, ssl.SSLError) as error:
        raise CertificateError(
            f"the authority {trusted} under [acme] cannot be read as a PEM file: {type(error).__name__}"
        ) from error
    return trusted


@contextmanager
def _in_one_line(directory: str) -> Iterator[None]:
    """What the library raises, as CertificateError."""
    try:
        yield
    except errors.ValidationError as error:
        raise CertificateError(_unproved(error)) from error
    except errors.IssuanceError as error:
        raise CertificateError(f"{directory} gives no certificate: {_said(error.error)}") from error
    except messages.Error as error:
        raise CertificateError(f"{directory} gives no certificate: {_said(error)}") from error
    except errors.TimeoutError as error:
        raise CertificateError(
            f"{directory} did not finish the certificate in time; try again later"
        ) from error
    except OSError as error:
        raise CertificateError(f"{directory} cannot be reached: {_why(error)}") from error
    except (errors.Error, JoseError, LookupError, AttributeError, ValueError, TypeError) as error:
        raise CertificateError(
            f"{directory} does not answer as an ACME server does; mend directory under [acme]"
        ) from error


def _unproved(error: errors.ValidationError) -> str:
    problems = [
        (found.body.identifier.value, challenge.error)
        for found in error.failed_authzrs
        for challenge in found.body.challenges
        if challenge.error is not None
    ]
    name, problem = problems[0]
    return (
        f"the certificate's authority could not find this machine as {name}: {_said(problem)}; the name must"
        " lead here, and its port 80 to the challenge_port under [acme]"
    )


def _said(problem: messages.Error) -> str:
    """The authority's own explanation."""
    return _plain(problem.detail or problem.title or str(problem.typ))


def _plain(text: str) -> str:
    """Somebody else's words as one short line of printable characters."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line if len(line) <= MOST_WORDS else line[:MOST_WORDS] + " ..."


def _why(error: OSError) -> str:
    """The deepest reason that says something."""
    chain: list[BaseException] = [error]
    while (deeper := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(deeper)
    for one in chain:
        if isinstance(one, ssl.SSLCertVerificationError):
            return (
                f"its own certificate is not trusted ({one.verify_message}); for a server of the district's own"
                " name the PEM file of whoever signed it as authority under [acme]"
            )
    if any(isinstance(one, TimeoutError) for one in chain):
        return "no answer in time; is the network up?"
    said = [one.strerror for one in chain if isinstance(one, OSError) and one.strerror]
    return (
        f"{said[-1] if said else type(error).__name__}; is the network up, is directory under [acme] right?"
    )
