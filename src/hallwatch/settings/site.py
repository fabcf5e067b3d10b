"""What hallwatch.toml may say: every setting with its limits and its words."""

from __future__ import annotations

import ipaddress
from typing import Literal

from pydantic import Field, field_validator, model_validator

from hallwatch.core.escalation import ON_DUTY, PUSH
from hallwatch.core.policy.networks import HOME, networks_of
from hallwatch.settings.acme import AcmeSection
from hallwatch.settings.channels import AlertingSection, ChainSection, ChannelSection
from hallwatch.settings.notice import NoticeSection
from hallwatch.settings.section import IN_CONSOLE, TWO_PEOPLE, Section, known_zone
from hallwatch.settings.sign_in import SignInSection


class SiteSection(Section):
    """[site]"""

    name: str = Field(
        default="This school",
        min_length=1,
        max_length=120,
        description="Shown at the top of the page.",
        json_schema_extra=IN_CONSOLE,
    )
    jurisdiction: str = Field(
        min_length=1,
        description="Whose law applies, for example US-MO; chosen once, it holds for this data_dir for good.",
    )
    time_zone: str | None = Field(
        default=None,
        description="IANA name, for example America/Chicago; without it, the machine's own zone.",
        json_schema_extra=IN_CONSOLE,
    )
    false_alerts_per_day: float = Field(
        default=1.0,
        gt=0,
        le=1000,
        description="How many wrong alerts a day the whole site can bear.",
        json_schema_extra=TWO_PEOPLE,
    )
    passes_per_day: int = Field(
        default=20_000,
        gt=0,
        le=10_000_000,
        description="How often somebody walks past a camera, all cameras together; used until that has been counted on"
        " five days.",
        json_schema_extra=TWO_PEOPLE,
    )
    data_dir: str = Field(
        default="data", min_length=1, description="Folder of the records, relative to hallwatch.toml."
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        return None if value is None else known_zone(value)


class DatabaseSection(Section):
    """[database]: without it, a SQLite file in data_dir."""

    host: str = Field(
        min_length=1, description="Name of the PostgreSQL server, or the folder of its Unix socket."
    )
    port: int = Field(default=5432, ge=1, le=65535, description="Port of the server.")
    name: str = Field(default="hallwatch", min_length=1, description="The database.")
    user: str = Field(
        default="hallwatch",
        min_length=1,
        description="Who Hallwatch is to the server: the owner of the database.",
    )
    password_file: str | None = Field(
        default=None, description="A file with the password and nothing else; none for a Unix socket."
    )
    authority: str | None = Field(
        default=None, description="PEM file of the authority that signed the server's certificate."
    )


class NetworkSection(Section):
    """[network]"""

    cameras: tuple[str, ...] = Field(
        default=HOME,
        strict=False,
        description="Networks that cameras may be in; without it, private networks and this machine.",
    )

    services: tuple[str, ...] = Field(
        default=(),
        strict=False,
        description="Networks besides the public internet that services which are named by address may be in, such as a"
        " sign-in provider.",
    )

    @field_validator("cameras", "services")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        networks_of(value)
        return value


class KeysSection(Section):
    """[keys]"""

    dir: str | None = Field(
        default=None, min_length=1, description="Folder of the key store; without it, data_dir/keys."
    )
    backups: str | None = Field(
        default=None,
        min_length=1,
        description="Folder of the key store's copies, better on another disk; without it, data_dir/key-backups.",
    )
    master_key_file: str | None = Field(
        default=None,
        min_length=1,
        description="The master key; without it, data_dir/keys/master.key, made once.",
    )


class WatchlistSection(Section):
    """[watchlist]"""

    dir: str | None = Field(
        default=None,
        min_length=1,
        description="Folder with list.csv and its photos, relative to hallwatch.toml, for a trial.",
    )
    unapproved: bool = Field(
        default=False,
        description="Look for the people of list.csv although no second person has said yes to them: for a trial.",
    )


class RecognitionSection(Section):
    """[recognition]"""

    pack: str = Field(default="duo", min_length=1, description="The model pack; see `hallwatch models list`.")
    precision: Literal["auto", "f32", "bf16"] = Field(
        default="auto",
        description="Arithmetic of the models: f32, bf16 (faster where the processor has it), or auto, the faster one.",
    )
    workers: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="Analysis processes; without it, one a core and at most one a camera.",
    )
    rate: float = Field(
        default=5.0,
        gt=0,
        le=30,
        description="Pictures a second that are analysed, for each camera.",
        json_schema_extra=IN_CONSOLE,
    )


class CameraSection(Section):
    """One [[cameras]] table."""

    name: str = Field(min_length=1, max_length=120, description="What the page calls this camera.")
    address: str = Field(
        min_length=1,
        description="An rtsp:// address, webcam:0, or a video file or folder of images "
        "relative to hallwatch.toml.",
    )
    building: str = Field(
        "Main building",
        min_length=1,
        max_length=120,
        description="Sightings in one building are one incident.",
    )
    school: str = Field(
        "Main school",
        min_length=1,
        max_length=120,
        description="Whose camera it is: accounts limited to schools see these schools' alerts only.",
    )
    speed: Literal["real", "max"] = Field(
        default="real",
        description="Stored video only: keep its clock, or run through as fast as the machine can.",
    )
    loop: bool = Field(default=False, description="Stored video only: start again at its end.")


SELF_SIGNED = "self-signed"
ACME = "acme"
MADE = (None, SELF_SIGNED, ACME)
"""What [console] certificate says when it names no file."""


class ConsoleSection(Section):
    """[console]"""

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on; beyond this machine (0.0.0.0, ::) only with a certificate.",
    )
    port: int = Field(default=8460, ge=0, le=65535, description="Port of the page; 0 takes any free one.")
    certificate: str | None = Field(
        default=None,
        min_length=1,
        description='PEM file with the certificate and its chain; "acme": Hallwatch gets its own, see [acme];'
        ' or "self-signed" for the first hour.',
    )
    private_key: str | None = Field(
        default=None, min_length=1, description="PEM file with the certificate's private key."
    )

    @field_validator("host")
    @classmethod
    def _address(cls, value: str) -> str:
        if value == "localhost":
            return "127.0.0.1"
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            raise ValueError("must be an address such as 127.0.0.1, 0.0.0.0 or ::") from None

    @model_validator(mode="after")
    def _nothing_in_the_clear(self) -> ConsoleSection:
        if self.certificate is None and not ipaddress.ip_address(self.host).is_loopback:
            raise ValueError(
                "beyond this machine the console needs HTTPS: name a certificate and its private_key, or write"
                ' certificate = "acme", or "self-signed" for the first hour'
            )
        if (self.private_key is not None) != (self.certificate not in MADE):
            raise ValueError(
                'certificate and private_key go together; "acme" and "self-signed" make their own'
            )
        return self


class Site(Section):
    """All of hallwatch.toml; paths are already absolute."""

    site: SiteSection
    watchlist: WatchlistSection = Field(default_factory=lambda: WatchlistSection())
    recognition: RecognitionSection = Field(default_factory=lambda: RecognitionSection())
    cameras: tuple[CameraSection, ...] = Field(default=(), strict=False)
    console: ConsoleSection = Field(default_factory=lambda: ConsoleSection())
    acme: AcmeSection | None = None
    database: DatabaseSection | None = None
    network: NetworkSection = Field(default_factory=lambda: NetworkSection())
    keys: KeysSection = Field(default_factory=lambda: KeysSection())
    sign_in: SignInSection = Field(default_factory=lambda: SignInSection())
    notice: NoticeSection = Field(default_factory=lambda: NoticeSection())
    alerting: AlertingSection = Field(default_factory=lambda: AlertingSection())
    channel: tuple[ChannelSection, ...] = Field(default=(), strict=False)
    chain: tuple[ChainSection, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Site:
        seen: set[str] = set()
        for camera in self.cameras:
            if camera.name in seen:
                raise ValueError(f'two cameras are called "{camera.name}"; give each its own name')
            seen.add(camera.name)
        return self

    @model_validator(mode="after")
    def _chains_are_of_staff(self) -> Site:
        known = {one.name: one for one in self.channel}
        if len(known) < len(self.channel):
            raise ValueError("two channels have one name; give each its own")
        for name in (
            name for chain in self.chain for name in chain.steps if name not in (PUSH.name, ON_DUTY.name)
        ):
            if name not in known:
                raise ValueError(f'a chain names the channel "{name}", and there is no such [[channel]]')
            if not known[name].before_answer:
                raise ValueError(
                    f'the channel "{name}" stands in a chain, so it is told before an answer: that needs'
                    " before_answer = true, and only the school's own staff at its other end"
                )
        schools = [school for chain in self.chain for school in chain.schools or ("",)]
        if len(set(schools)) < len(schools):
            raise ValueError("a school has two chains; give each school one")
        return self

    @model_validator(mode="after")
    def _acme_is_whole(self) -> Site:
        if (self.console.certificate == ACME) != (self.acme is not None):
            raise ValueError('the table [acme] and certificate = "acme" under [console] go together')
        if self.acme is not None and self.acme.challenge_port == self.console.port:
            raise ValueError("challenge_port under [acme] and port under [console] must be two ports")
        return self

    @property
    def schools(self) -> tuple[str, ...]:
        """The schools that cameras belong to, each once."""
        return tuple(sorted({camera.school for camera in self.cameras}))
