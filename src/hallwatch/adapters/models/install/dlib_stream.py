"""Reads dlib's serialised networks: a plain stream of packed integers, names and tensors.

The format is that of dlib's ``serialize`` functions (dlib/serialize.h, dlib/cuda/tensor.h). An integer is
one control byte (the low four bits count the bytes that follow, the top bit is the sign) and those bytes,
least significant first. A floating point number is two integers, mantissa and power of two. A tensor is a
version, four sizes, then raw little-endian float32.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hallwatch.errors import PackError

LONGEST_NAME = 64
TENSOR_VERSION = 2
ALIAS_VERSION = 1


class DlibStream:
    """A cursor over the bytes of one file. Every read raises PackError when the bytes are not as expected."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        self._at = 0

    @property
    def ended(self) -> bool:
        return self._at == len(self._content)

    def integer(self) -> int:
        """One packed integer."""
        control = self._take(1)[0]
        count = control & 0x0F
        if control & 0x70 or not 1 <= count <= 8:
            raise self._broken("a packed integer")
        value = int.from_bytes(self._take(count), "little")
        return -value if control & 0x80 else value

    def expect(self, value: int, what: str) -> None:
        """One packed integer that can only be ``value``."""
        if self.integer() != value:
            raise self._broken(what)

    def size(self, most: int = 1 << 20) -> int:
        """One packed integer that counts something: 0..most."""
        value = self.integer()
        if not 0 <= value <= most:
            raise self._broken("a size")
        return value

    def real(self) -> float:
        """One floating point number."""
        mantissa, power = self.integer(), self.integer()
        if abs(power) > 1100:
            raise self._broken("a floating point number")
        return math.ldexp(mantissa, power)

    def flag(self) -> bool:
        """One boolean, written as the digit 0 or 1."""
        digit = bytes(self._take(1))
        if digit not in (b"0", b"1"):
            raise self._broken("a flag")
        return digit == b"1"

    def name(self) -> str:
        """A layer's name."""
        raw = bytes(self._take(self.size(LONGEST_NAME)))
        if not raw.isascii() or not raw.decode("ascii").isprintable():
            raise self._broken("a layer's name")
        return raw.decode("ascii")

    def tensor(self) -> NDArray[np.float64]:
        """A four-dimensional tensor (float32 in the file); empty ones are common."""
        self.expect(TENSOR_VERSION, "a tensor")
        shape = tuple(self.size() for _ in range(4))
        raw = self._take(math.prod(shape) * 4)
        return np.frombuffer(raw, dtype="<f4").reshape(shape).astype(np.float64)

    def alias(self) -> tuple[int, int, int, int]:
        """The shape of a part of the layer's parameters."""
        self.expect(ALIAS_VERSION, "a part of the parameters")
        return self.size(), self.size(), self.size(), self.size()

    def _take(self, count: int) -> memoryview:
        if count > len(self._content) - self._at:
            raise self._broken(f"{count} more bytes")
        taken = self._content[self._at : self._at + count]
        self._at += count
        return taken

    def _broken(self, expected: str) -> PackError:
        return PackError(
            f"not a dlib network: expected {expected} near byte {self._at}; fetch the file again"
        )
