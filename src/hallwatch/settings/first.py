"""What `hallwatch init` asks, and the hallwatch.toml that it writes from the answers."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from hallwatch.errors import SettingsError
from hallwatch.settings.channels import ADDRESS
from hallwatch.settings.read import first_line, read_site
from hallwatch.settings.section import Section, known_zone
from hallwatch.settings.site import SELF_SIGNED, Site

WEBCAM, DEMO_FILM = "webcam", "demo film"
"""Answers about the camera that are no address."""
TLS_PORT, MAIL_PORT = 465, 587
"""A mail server's ports: encrypted from the first byte, and after STARTTLS."""


class FirstAnswers(BaseModel):
    """The answers of the first hour; a file of them is TOML.

    ``jurisdiction`` is whose law applies, for example US-MO or Missouri; ``time_zone`` the site's (empty: the
    machine's); ``name`` what the page calls the site, ``school`` whose camera the first one is. ``camera`` is an rtsp://
    address, a video file, "webcam" or "demo film"; ``camera_name`` and ``building`` say what it is called and where it
    hangs. ``port`` is the page's; ``reachable``: other desks and phones reach it; ``seen_demo``: `hallwatch demo` was
    seen. ``mail_to`` is who is told by mail (empty: nobody), through ``mail_server`` (host or
    host:port) with ``mail_security`` (empty: by the port), from ``mail_from``.
    """

    model_config = Section.model_config

    jurisdiction: str = Field(min_length=1)
    name: str = Field(min_length=1, max_length=120)
    school: str = Field(min_length=1, max_length=120)
    camera: str = Field(min_length=1)
    camera_name: str = Field(default="Entrance", min_length=1, max_length=120)
    building: str = Field(default="Main building", min_length=1, max_length=120)
    time_zone: str = ""
    port: int = Field(default=8460, ge=0, le=65535)
    reachable: bool = False
    seen_demo: bool = False
    mail_to: str = ""
    mail_server: str = ""
    mail_security: Literal["", "starttls", "tls", "none"] = ""
    mail_from: str = ""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return known_zone(value) if value else value

    @field_validator("mail_to", "mail_from")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if value and not ADDRESS.fullmatch(value):
            raise ValueError("must be an e-mail address such as security@school.example")
        return value

    @field_validator("mail_server")
    @classmethod
    def _a_server(cls, value: str) -> str:
        if value:
            host_and_port(value)
        return value

    @model_validator(mode="after")
    def _mail_is_whole(self) -> FirstAnswers:
        if self.mail_to and not (self.mail_server and self.mail_from):
            raise ValueError("mail needs mail_server and mail_from, too")
        return self

    @property
    def mail_host(self) -> tuple[str, int]:
        """The mail server and its port."""
        return host_and_port(self.mail_server)

    @property
    def mail_encryption(self) -> str:
        """As [[channel]] security names it."""
        return self.mail_security or usual_encryption(self.mail_host[1])


WHOLE = {
    **dict.fromkeys(("jurisdiction", "name", "school", "camera"), "x"),
    "mail_server": "mail.school.example",
    "mail_from": "hallwatch@school.example",
}
"""Answers beside which a single one can be judged."""


def fit(field: str, value: str) -> str:
    """One answer by itself. Raises SettingsError with what is wrong with it."""
    try:
        return str(getattr(FirstAnswers.model_validate({**WHOLE, field: value}), field))
    except ValidationError as error:
        raise SettingsError(first_line(error).partition(": ")[2]) from None


def host_and_port(text: str) -> tuple[str, int]:
    """A mail server and its port, from host, host:port or [IPv6]:port. Raises ValueError."""
    text = text.strip()
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]") or (":" in host and not host.startswith("[")):
        host, port = text, str(MAIL_PORT)
    if not port.isascii() or not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise ValueError("must be a host, or host:port such as mail.school.example:587")
    host = host.removeprefix("[").removesuffix("]")
    if not host or any(letter.isspace() or letter in "/@[]" for letter in host):
        raise ValueError("must be a host, or host:port such as mail.school.example:587")
    return host, int(port)


def usual_encryption(port: int) -> str:
    """What a mail server speaks at this port."""
    return "tls" if port == TLS_PORT else "starttls"


def read_answers(path: Path) -> FirstAnswers:
    """The answers in a file. Raises SettingsError in one line."""
    try:
        return FirstAnswers.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"the answers in {path} cannot be read: {type(error).__name__}") from None
    except ValidationError as error:
        raise SettingsError(f"{path}: {first_line(error)}") from None


def write_site(
    path: Path, answers: FirstAnswers, address: str, *, loop: bool, services: Sequence[str] = ()
) -> Site:
    """Write hallwatch.toml for its owner alone, and read it back; ``address`` is the camera's, ``services`` the
    school's own networks that may be connected to. Nothing is left of one that does not hold. Raises SettingsError."""
    text = _toml(answers, address, loop=loop, services=services)
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.unlink(missing_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        site = read_site(beside)
        os.replace(beside, path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        beside.unlink(missing_ok=True)
    return site


def _toml(answers: FirstAnswers, address: str, *, loop: bool, services: Sequence[str]) -> str:
    zone = {"time_zone": answers.time_zone} if answers.time_zone else {}
    # Beyond this machine nothing is served in the clear: see [console] in docs/operating.md.
    open_ = {"host": "0.0.0.0", "certificate": SELF_SIGNED} if answers.reachable else {}
    tables: list[tuple[str, dict[str, object]]] = [
        ("[site]", {"name": answers.name, "jurisdiction": answers.jurisdiction, **zone, "data_dir": "data"}),
        ("[console]", {"port": answers.port, **open_}),
        (
            "[[cameras]]",
            {
                "name": answers.camera_name,
                "address": address,
                "building": answers.building,
                "school": answers.school,
            }
            | ({"loop": True} if loop else {}),
        ),
    ]
    if services:
        tables.append(("[network]", {"services": list(services)}))
    if answers.mail_to:
        host, port = answers.mail_host
        mail = {
            "name": "mail",
            "kind": "mail",
            "host": host,
            "port": port,
            "security": answers.mail_encryption,
            "sender": answers.mail_from,
            "to": [answers.mail_to],
            "before_answer": True,
        }
        tables.append(("[[channel]]", mail))
    # A JSON string without surrogates is a TOML string; so are these numbers, truths and lists.
    parts = [
        "\n".join(
            (head, *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()))
        )
        for head, table in tables
    ]
    return (
        "# Written by hallwatch init. Every setting is explained in docs/operating.md.\n"
        + "\n\n".join(parts)
        + "\n"
    )
