"""A secret turn of a site's templates: searching works as before, comparing across sites does not.

An orthogonal matrix leaves all inner products as they are (ISO/IEC 24745: renewable, unlinkable references). It is
made from a secret seed of the site's own, so that it need not be kept.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hallwatch.core.model import Template


@lru_cache(maxsize=4)
def turning_matrix(seed: bytes, dimensions: int) -> NDArray[np.float32]:
    """The (D, D) orthogonal matrix of a 32-byte seed: the Q of a Gaussian matrix (Stewart 1980).

    The raw numbers come from a bit generator whose stream NumPy keeps stable, made Gaussian here (Box and Muller
    1958), because NumPy does not promise that its distributions stay the same.
    """
    bits = np.random.Philox(key=np.frombuffer(seed[:16], dtype=np.uint64))
    count = dimensions * dimensions
    raw = bits.random_raw(2 * count).astype(np.float64)
    uniform = (raw + 1.0) / (2.0**64 + 2.0)
    normal = np.sqrt(-2.0 * np.log(uniform[:count])) * np.cos(2.0 * np.pi * uniform[count:])
    q, r = np.linalg.qr(normal.reshape(dimensions, dimensions))
    return np.ascontiguousarray(q * np.sign(np.diag(r)), dtype=np.float32)


def turned(template: Template, matrix: NDArray[np.float32]) -> Template:
    """The template (D,) as this site keeps it."""
    return np.asarray(matrix @ template, dtype=np.float32)
