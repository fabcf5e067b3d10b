"""What hallwatch.toml may say about who is told of alerts: [alerting], [[channel]] and [[chain]]."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from hallwatch.core.escalation import BUILT_IN, ON_DUTY, SEEN_WITHIN_S
from hallwatch.errors import SettingsError
from hallwatch.settings.section import IN_CONSOLE, TWO_AT_ONCE, Section

SECRET_FIELD: dict[str, Any] = {"secret": True}
ADDRESS = re.compile(r"[^\s@,<>]+@[^\s@,<>]+")


class AlertingSection(Section):
    """[alerting]"""

    seen_within_s: float = Field(
        default=SEEN_WITHIN_S,
        ge=1,
        le=3600,
        description="When nobody has looked at an alert for so many seconds, the next in the chain is told.",
        json_schema_extra=IN_CONSOLE,
    )
    language: Literal["en", "es"] = Field(
        default="en",
        description="The language of messages outside the console.",
        json_schema_extra=IN_CONSOLE,
    )
    quiet_start: bool = Field(
        default=True,
        description="On a new site, show alerts to administrators only until the passes that its claim of false alerts"
        " needs have been counted.",
        json_schema_extra=TWO_AT_ONCE,
    )
    console_address: str | None = Field(
        default=None,
        description="The console's address as phones reach it, for the links in messages; without it, the one"
        " that the server listens on.",
    )

    @field_validator("console_address")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is not None and (
            urlsplit(value).scheme not in ("https", "http") or not urlsplit(value).hostname
        ):
            raise ValueError("must be an address such as https://hallwatch.school.example")
        return value.rstrip("/") if value else value


class _Channel(Section):
    """What every [[channel]] table says."""

    name: str = Field(
        min_length=1, max_length=60, description="What it is called in chains, on the pages and in commands."
    )
    schools: tuple[str, ...] = Field(
        default=(), strict=False, description="Whose alerts go there; without it, all schools'."
    )
    before_answer: bool = Field(
        default=False,
        description="true only where nobody but the school's own security and administrators listens: they are told"
        " at once, everybody else after somebody has answered *same person*.",
    )

    @field_validator("name")
    @classmethod
    def _not_ours(cls, value: str) -> str:
        if value in {told.name for told in (*BUILT_IN, ON_DUTY)}:
            raise ValueError(f'"{value}" is a channel that is always there; give it another name')
        return value

    @property
    def reaches(self) -> bool:
        """Whether people are at the other end."""
        return True


class _WithPassword(_Channel):
    host: str = Field(min_length=1, max_length=253, description="The server.")
    user: str = Field(default="", max_length=300, description="Who Hallwatch is to the server.")
    password: str = Field(
        default="", max_length=500, repr=False, description="Its password.", json_schema_extra=SECRET_FIELD
    )
    password_file: str | None = Field(
        default=None, min_length=1, description="A file with the password and nothing else."
    )
    authority: str | None = Field(
        default=None,
        min_length=1,
        description="PEM file of whoever signed the server's certificate; without it, the public ones.",
    )

    def secret(self) -> str:
        """The password. Raises SettingsError when its file cannot be read."""
        return secret_of(self.name, self.password, self.password_file)


class MailChannel(_WithPassword):
    """[[channel]] with kind = "mail"."""

    kind: Literal["mail"]
    port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description='How the connection is encrypted; "none" only without a password.',
    )
    sender: str = Field(description="Whom mail comes from.")
    to: tuple[str, ...] = Field(min_length=1, strict=False, description="Who gets it.")

    @field_validator("sender", "to")
    @classmethod
    def _addresses(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for one in (value,) if isinstance(value, str) else value:
            if not ADDRESS.fullmatch(one):
                raise ValueError("must be e-mail addresses such as security@school.example")
        return value

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> MailChannel:
        if self.security == "none" and (self.password or self.password_file):
            raise ValueError('with security = "none" a password would travel in the clear')
        return self


class WebhookChannel(_Channel):
    """[[channel]] with kind = "webhook"."""

    kind: Literal["webhook"]
    url: str = Field(
        max_length=2000, repr=False, description="Where to post.", json_schema_extra=SECRET_FIELD
    )
    secret: str = Field(
        default="",
        max_length=500,
        repr=False,
        description="whsec_ and at least 24 random bytes in base64; two, with a space between them, while it changes.",
        json_schema_extra=SECRET_FIELD,
    )
    secret_file: str | None = Field(default=None, min_length=1, description="A file with the secret.")
    authority: str | None = Field(
        default=None,
        min_length=1,
        description="PEM file of whoever signed the receiver's certificate; without it, the public ones.",
    )
    people: bool = Field(
        default=False,
        description="true says that people are told by it, so that an alert has reached somebody.",
    )

    @field_validator("url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
            raise ValueError("must be an https address such as https://receiver.example/hook")
        return value

    @model_validator(mode="after")
    def _signed(self) -> WebhookChannel:
        if not self.secret and not self.secret_file:
            raise ValueError("needs a secret, or a secret_file: the receiver knows us by it")
        return self

    def secrets(self) -> tuple[str, ...]:
        """The secrets. Raises SettingsError when the file cannot be read."""
        return tuple(secret_of(self.name, self.secret, self.secret_file).split())

    @property
    def reaches(self) -> bool:
        """Whether people are at the other end."""
        return self.people


class MqttChannel(_WithPassword):
    """[[channel]] with kind = "mqtt"."""

    kind: Literal["mqtt"]
    port: int = Field(default=8883, ge=1, le=65535, description="Its port.")
    encrypted: bool = Field(
        default=True, description="Whether the connection is TLS; false only without a password."
    )
    base: str = Field(default="hallwatch", description="How its topics begin.", pattern=r"^[^#+\s]{1,100}$")
    discovery: str = Field(
        default="homeassistant",
        description="Home Assistant's prefix for discovery; empty for none.",
        pattern=r"^[^#+\s]{0,100}$",
    )
    people: bool = Field(
        default=False,
        description="true says that people are told by it, so that an alert has reached somebody.",
    )

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> MqttChannel:
        if not self.encrypted and (self.password or self.password_file):
            raise ValueError("with encrypted = false a password would travel in the clear")
        return self

    @property
    def reaches(self) -> bool:
        """Whether people are at the other end."""
        return self.people


class OtherChannel(_Channel):
    """[[channel]] with kind = "other": SMS and many more, by Apprise."""

    kind: Literal["other"]
    address: str = Field(
        default="",
        max_length=2000,
        repr=False,
        description="The service as an Apprise address.",
        json_schema_extra=SECRET_FIELD,
    )
    address_file: str | None = Field(default=None, min_length=1, description="A file with the address.")

    @model_validator(mode="after")
    def _somewhere(self) -> OtherChannel:
        if not self.address and not self.address_file:
            raise ValueError("needs an address, or an address_file")
        return self

    def secret(self) -> str:
        """The address. Raises SettingsError when its file cannot be read."""
        return secret_of(self.name, self.address, self.address_file)


ChannelSection: TypeAlias = Annotated[
    MailChannel | WebhookChannel | MqttChannel | OtherChannel, Field(discriminator="kind")
]
FILES = ("password_file", "secret_file", "address_file", "authority")
"""Fields of a [[channel]] that name files."""


class ChainSection(Section):
    """One [[chain]] table."""

    schools: tuple[str, ...] = Field(
        default=(),
        strict=False,
        description="For which schools; without it, for all that have no chain of their own.",
    )
    steps: tuple[str, ...] = Field(
        default=(),
        strict=False,
        description='Channels, "push" or "on duty", told one after the other while nobody has looked; the siren page is'
        " last.",
    )


def secret_of(name: str, said: str, file: str | None) -> str:
    """What hallwatch.toml says, or what is in the file that it names. Raises SettingsError."""
    if file is None:
        return said
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f'the file {file} of the channel "{name}" cannot be read: {type(error).__name__}'
        ) from error
