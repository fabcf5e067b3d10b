"""What a pickle of tensors is made of, as plain values: names that stay names, storages, views of
storages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

ORDERED_DICT = "collections OrderedDict"
REBUILD = "torch._utils _rebuild_tensor_v2"
STORAGES = {
    "torch FloatStorage": "<f4",
    "torch DoubleStorage": "<f8",
    "torch HalfStorage": "<f2",
    "torch LongStorage": "<i8",
    "torch IntStorage": "<i4",
}
"""PyTorch's storage classes -> what their bytes are."""


MOST_NUMBERS = 1 << 32


@dataclass(frozen=True, slots=True)
class Global:
    """The name of a class or function; only a name, nothing is imported."""

    name: str


@dataclass(frozen=True, slots=True)
class Storage:
    """A run of numbers that follows the pickles under ``key``: ``count`` of type ``dtype``."""

    key: str
    dtype: str
    count: int


@dataclass(frozen=True, slots=True)
class TensorRecord:
    """A view of a storage; offset and strides count numbers, not bytes."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class Mark:
    """Where the arguments of the next opcode begin."""


Value: TypeAlias = (
    "int | str | bool | tuple[Value, ...] | list[Value] | dict[str, Value] "
    "| Global | Storage | TensorRecord | Mark | None"
)


def known_global(name: str) -> Global:
    """The name of something that a dictionary of tensors needs. Raises ValueError for any other."""
    if name not in (ORDERED_DICT, REBUILD) and name not in STORAGES:
        raise ValueError(f"it names {name!r}")
    return Global(name)


def sizes_of(values: tuple[Value, ...]) -> tuple[int, ...]:
    """``values`` as a shape or strides. Raises ValueError when they are not counts."""
    sizes = tuple(value for value in values if isinstance(value, int) and not isinstance(value, bool))
    if len(sizes) != len(values) or any(size < 0 for size in sizes):
        raise ValueError("a tensor's shape is not made of counts")
    return sizes
