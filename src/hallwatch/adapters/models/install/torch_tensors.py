"""A PyTorch state dictionary in the file format from before 1.6: five pickles, then the numbers of each
storage."""

from __future__ import annotations

import math
from collections.abc import Mapping
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from hallwatch.adapters.models.install.torch_pickle import read_pickle
from hallwatch.adapters.models.install.torch_values import Storage, TensorRecord, Value
from hallwatch.errors import PackError

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
"""What PyTorch writes first (torch/serialization.py, _legacy_save)."""


def read_tensors(content: bytes) -> Mapping[str, NDArray[np.generic]]:
    """Tensors by name; each is a read-only copy or view of numbers, whatever device they were saved from.

    Executes nothing that the file says. Raises PackError for the newer zip format, other byte orders,
    anything that is not a dictionary of tensors, and files cut short or with bytes left over.
    """
    if content[:2] == b"PK":
        raise PackError(
            "a PyTorch file in zip format cannot be read here; only the older format of the published file"
        )
    stream = BytesIO(content)
    if read_pickle(stream) != MAGIC or read_pickle(stream) != PROTOCOL:
        raise PackError("not a PyTorch file; fetch it again")
    match read_pickle(stream):
        case {"little_endian": True}:
            pass
        case _:
            raise PackError("not a PyTorch file written on a little-endian machine")
    records = _records(read_pickle(stream))
    storages = _storages(stream, read_pickle(stream), {record.storage for record in records.values()})
    return {name: _tensor(name, record, storages[record.storage.key]) for name, record in records.items()}


def _records(value: Value) -> dict[str, TensorRecord]:
    if not isinstance(value, dict):
        raise PackError("not a dictionary of PyTorch tensors")
    records = {name: record for name, record in value.items() if isinstance(record, TensorRecord)}
    if len(records) != len(value):
        raise PackError("a PyTorch file with more than tensors in it")
    return records


def _storages(stream: BytesIO, keys: Value, described: set[Storage]) -> dict[str, NDArray[np.generic]]:
    """The numbers of each storage, in the order of ``keys``: a count of eight bytes, then the numbers."""
    known = {storage.key: storage for storage in described}
    if len(known) != len(described) or not isinstance(keys, list) or sorted(map(str, keys)) != sorted(known):
        raise PackError("a PyTorch file whose storages do not fit its tensors; fetch it again")
    storages: dict[str, NDArray[np.generic]] = {}
    for storage in (known[str(key)] for key in keys):
        wanted = storage.count * np.dtype(storage.dtype).itemsize
        count, raw = int.from_bytes(stream.read(8), "little"), stream.read(max(wanted, 0))
        if count != storage.count or len(raw) != wanted:
            raise PackError("a PyTorch file cut short; fetch it again")
        storages[storage.key] = np.frombuffer(raw, dtype=storage.dtype)
    if stream.read(1):
        raise PackError("a PyTorch file with bytes left over; fetch it again")
    return storages


def _tensor(name: str, record: TensorRecord, numbers: NDArray[np.generic]) -> NDArray[np.generic]:
    """The record's view, only where it is the plain order of rows: nothing else occurs in published
    weights."""
    plain = tuple(math.prod(record.shape[at + 1 :]) for at in range(len(record.shape)))
    same_order = len(record.strides) == len(record.shape) and all(
        have == want for have, want, size in zip(record.strides, plain, record.shape, strict=True) if size > 1
    )
    end = record.offset + math.prod(record.shape)
    if not same_order or not 0 <= record.offset <= end <= numbers.size:
        raise PackError(f"the tensor {name!r} is not laid out row by row within its storage")
    return numbers[record.offset : end].reshape(record.shape)
