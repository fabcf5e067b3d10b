"""[sign_in] of hallwatch.toml: the district's own sign-in."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from hallwatch.core.device import PIN_AFTER_MIN
from hallwatch.settings.section import IN_CONSOLE, SECRET, Section


class SignInSection(Section):
    """[sign_in]: the district's own sign-in (OpenID Connect); without an issuer there is none."""

    issuer: str | None = Field(
        default=None,
        max_length=300,
        description="The provider, exactly as it calls itself, for example https://accounts.google.com.",
        json_schema_extra=IN_CONSOLE,
    )
    client_id: str = Field(
        default="",
        max_length=300,
        description="What the provider calls Hallwatch.",
        json_schema_extra=IN_CONSOLE,
    )
    client_secret: str = Field(
        default="",
        max_length=500,
        repr=False,
        description="What Hallwatch proves itself with to the provider.",
        json_schema_extra=SECRET,
    )
    label: str = Field(
        default="your school account",
        min_length=1,
        max_length=60,
        description="What the sign-in page calls it: Sign in with ...",
        json_schema_extra=IN_CONSOLE,
    )
    claim: Literal["email", "preferred_username"] = Field(
        default="email",
        description="Which of the provider's words is a person's sign-in name here.",
        json_schema_extra=IN_CONSOLE,
    )
    trusted_addresses: bool = Field(
        default=False,
        description="Only the district gives out the provider's addresses, as in its own Microsoft 365 tenant;"
        " otherwise only addresses that the provider says it has verified are believed.",
        json_schema_extra=IN_CONSOLE,
    )

    pin_after_min: int = Field(
        default=PIN_AFTER_MIN,
        ge=1,
        le=60,
        description="After so many minutes without an answer a device on shift asks for its PIN before the next one.",
        json_schema_extra=IN_CONSOLE,
    )

    @field_validator("issuer")
    @classmethod
    def _one_provider(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://a")
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.username:
            raise ValueError("must be an https address such as https://accounts.google.com")
        if parts.path.split("/")[1:2] in (["common"], ["organizations"], ["consumers"]):
            raise ValueError(
                "would let people of every organisation in; write the address of your own tenant"
            )
        return value
