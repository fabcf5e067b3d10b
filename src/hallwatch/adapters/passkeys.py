"""Passkeys (WebAuthn level 3), by py_webauthn. A passkey is found by the browser and opened by finger, face or PIN."""

from __future__ import annotations

import json

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hallwatch.core.sessions import Passkey
from hallwatch.errors import PasskeyRefused


class Passkeys:
    """Implements web.console.PasskeyProofs. ``host`` is the console's name, without a port; ``origin`` its address."""

    def to_make(self, host: str, site: str, login: str, name: str, known: list[Passkey]) -> tuple[bytes, str]:
        """A challenge, and what the browser is asked for, to make a passkey."""
        options = generate_registration_options(
            rp_id=host,
            rp_name=f"Hallwatch {site}",
            user_name=login,
            user_display_name=name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in known
            ],
        )
        return options.challenge, options_to_json(options)

    def made(self, challenge: bytes, host: str, origin: str, answer: str) -> tuple[str, str, int]:
        """The new passkey's id, public key (hexadecimal) and count. Raises PasskeyRefused."""
        try:
            found = verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=host,
                expected_origin=origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise PasskeyRefused("That passkey could not be kept; try again.") from error
        return bytes_to_base64url(found.credential_id), found.credential_public_key.hex(), found.sign_count

    def to_ask(self, host: str) -> tuple[bytes, str]:
        """A challenge, and what the browser is asked for, to sign in with whatever passkey it has."""
        options = generate_authentication_options(
            rp_id=host, user_verification=UserVerificationRequirement.REQUIRED
        )
        return options.challenge, options_to_json(options)

    def id_of(self, answer: str) -> str:
        """Which passkey an answer claims to be of. Raises PasskeyRefused."""
        try:
            return str(json.loads(answer)["id"])
        except (ValueError, KeyError, TypeError) as error:
            raise PasskeyRefused("That was no passkey.") from error

    def used(self, challenge: bytes, host: str, origin: str, answer: str, passkey: Passkey) -> int:
        """The passkey's new count. Raises PasskeyRefused: another challenge, another page, a copied passkey."""
        try:
            found = verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=host,
                expected_origin=origin,
                credential_public_key=bytes.fromhex(passkey.public_key),
                credential_current_sign_count=passkey.count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise PasskeyRefused("That passkey did not fit.") from error
        return int(found.new_sign_count)
