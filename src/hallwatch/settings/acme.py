"""What hallwatch.toml may say about a certificate that Hallwatch gets by itself."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from hallwatch.settings.section import Section

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"({LABEL}\.)*(?!\d+$){LABEL}")


class AcmeSection(Section):
    """[acme]: how Hallwatch gets its own certificate."""

    domain: str = Field(description="The name in the certificate, under which browsers find this machine.")
    directory: str = Field(
        default="https://acme-v02.api.letsencrypt.org/directory",
        description="Directory of the ACME server that signs; the district's own, or Let's Encrypt.",
    )
    terms_agreed: bool = Field(
        default=False, description="true says that you agree to that server's terms of service."
    )
    contact: str | None = Field(
        default=None, description="E-mail address that the server is told, for messages about certificates."
    )
    authority: str | None = Field(
        default=None,
        min_length=1,
        description="PEM file of whoever signed the directory's own certificate; without it, the public ones.",
    )
    challenge_port: int = Field(
        default=80,
        ge=1,
        le=65535,
        description="Where the server's question is answered; port 80 of the name must lead here.",
    )

    @field_validator("domain")
    @classmethod
    def _name(cls, value: str) -> str:
        if len(value) > 253 or not NAME.fullmatch(value.lower()):
            raise ValueError("must be one name such as hallwatch.school.example, no address and no wildcard")
        return value.lower()

    @field_validator("directory")
    @classmethod
    def _over_https(cls, value: str) -> str:
        if not value.startswith("https://"):
            raise ValueError("must be an https:// address")
        return value

    @field_validator("contact")
    @classmethod
    def _one_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[^\s@,?]+@[^\s@,?]+", value):
            raise ValueError("must be one e-mail address")
        return value
