"""What `hallwatch init` asks, and the hallwatch.toml that it writes from the answers."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from hallwatch.errors import SettingsError
from hallwatch.settings.read import first_line, read_site
from hallwatch.settings.section import Section
from hallwatch.settings.site import Site

WEBCAM, DEMO_FILM = "webcam", "demo film"
"""Answers about the camera that are no address."""


class FirstAnswers(Section):
    """The answers of the first hour; a file of them is TOML.

    ``jurisdiction`` is whose law applies, for example US-MO; ``name`` what the page calls the site, ``school`` whose
    camera the first one is. ``camera`` is an rtsp:// address, a video file, "webcam" or "demo film"; ``camera_name``
    and ``building`` say what it is called and where it hangs. ``port`` is the page's. ``seen_demo`` says whether
    `hallwatch demo` was seen. ``mail_to`` is who is told by mail (empty: nobody), through ``mail_server``, from
    ``mail_from``.
    """

    jurisdiction: str = Field(min_length=1)
    name: str = Field(min_length=1, max_length=120)
    school: str = Field(min_length=1, max_length=120)
    camera: str = Field(min_length=1)
    camera_name: str = Field(default="Entrance", min_length=1, max_length=120)
    building: str = Field(default="Main building", min_length=1, max_length=120)
    port: int = Field(default=8460, ge=0, le=65535)
    seen_demo: bool = False
    mail_to: str = ""
    mail_server: str = ""
    mail_from: str = ""

    @model_validator(mode="after")
    def _mail_is_whole(self) -> FirstAnswers:
        if self.mail_to and not (self.mail_server and self.mail_from):
            raise ValueError("mail needs mail_server and mail_from, too")
        return self


def read_answers(path: Path) -> FirstAnswers:
    """The answers in a file. Raises SettingsError in one line."""
    try:
        return FirstAnswers.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"the answers in {path} cannot be read: {type(error).__name__}") from None
    except ValidationError as error:
        raise SettingsError(f"{path}: {first_line(error)}") from None


def write_site(path: Path, answers: FirstAnswers, address: str, *, loop: bool) -> Site:
    """Write hallwatch.toml for its owner alone, and read it back; ``address`` is the camera's. Nothing is left of one
    that does not hold. Raises SettingsError."""
    text = _toml(answers, address, loop=loop)
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


def _toml(answers: FirstAnswers, address: str, *, loop: bool) -> str:
    tables: list[tuple[str, dict[str, object]]] = [
        ("[site]", {"name": answers.name, "jurisdiction": answers.jurisdiction, "data_dir": "data"}),
        ("[console]", {"port": answers.port}),
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
    if answers.mail_to:
        mail = {
            "name": "mail",
            "kind": "mail",
            "host": answers.mail_server,
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
