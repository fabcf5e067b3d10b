"""The people to look for: exact search in float32, keyed by person, changed while it is searched.

A search works on a snapshot that nobody alters; a change makes the next snapshot. From INDEX_FROM templates on,
the search reads a third of the numbers first: templates of real faces lie mostly in a few directions, and by
Cauchy-Schwarz the rest can add at most the product of the two remainders. Only rows whose bound reaches the
floor are computed in full, so every score at or above the floor is the exact product.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hallwatch.core.model import Template, Templates
from hallwatch.errors import TemplateMismatch

INDEX_FROM = 20_000
HEAD_SHARE = 3
"""The first pass reads 1 / HEAD_SHARE of the dimensions."""
SAMPLE = 4_096
ROUNDING = 1e-5
"""Float32 products of unit vectors of some hundred dimensions differ by less than this."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The first pass over ``rows`` templates: ``near`` (k x rows) along ``basis`` (D x k), ``rest`` (rows) beyond."""

    basis: NDArray[np.float32]
    near: NDArray[np.float32]
    rest: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One unchanging state of the gallery. ``starts`` (P) is each person's first row in ``templates`` (N x D)."""

    people: tuple[str, ...]
    starts: NDArray[np.intp]
    templates: Templates
    head: Head | None

    def scores(self, template: Template) -> NDArray[np.float32]:
        """Every person's score: the best product of the person's templates with ``template`` (P,)."""
        if not self.people:
            return np.zeros(0, dtype=np.float32)
        return np.maximum.reduceat(self.templates @ template, self.starts)

    def search(self, template: Template, floor: float) -> list[tuple[str, float]]:
        """People whose score is at least ``floor``, best first, exactly."""
        if not self.people:
            return []
        rows, products = self._rows_above(template, floor)
        owners = np.searchsorted(self.starts, rows, side="right") - 1
        best: dict[str, float] = {}
        for owner, product in zip(owners.tolist(), products.tolist(), strict=True):
            person = self.people[owner]
            best[person] = max(best.get(person, -1.0), product)
        return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))

    def templates_of(self, person: str) -> Templates:
        """The person's templates (K x D). Raises KeyError when not in this snapshot."""
        try:
            index = self.people.index(person)
        except ValueError:
            raise KeyError(person) from None
        end = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.templates)
        return self.templates[self.starts[index] : end]

    def _rows_above(self, template: Template, floor: float) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        if self.head is None:
            products = self.templates @ template
            rows = np.flatnonzero(products >= floor)
            return rows, products[rows]
        near = self.head.basis.T @ template
        rest = float(np.sqrt(max(0.0, 1.0 - float(near @ near))))
        bounds = near @ self.head.near
        bounds += rest * self.head.rest
        rows = np.flatnonzero(bounds >= floor - ROUNDING)
        products = self.templates[rows] @ template
        kept = products >= floor
        return rows[kept], products[kept]


class Gallery:
    """Templates of one pack by person. One thread changes it; any number search its snapshots meanwhile."""

    def __init__(self, fingerprint: str, dimensions: int) -> None:
        self.fingerprint, self.dimensions = fingerprint, dimensions
        self._templates: dict[str, Templates] = {}
        self.snapshot = self._build()

    def __len__(self) -> int:
        """People in the gallery."""
        return len(self._templates)

    @property
    def size(self) -> int:
        """Templates in the gallery: each is one chance to be wrong."""
        return len(self.snapshot.templates)

    def put(self, people: Mapping[str, Templates], fingerprint: str) -> None:
        """Add people or replace theirs (K x D unit templates each), all at once.

        Raises TemplateMismatch when the templates come from another pack or have other dimensions.
        """
        if fingerprint != self.fingerprint:
            raise TemplateMismatch(f"templates of pack {fingerprint} in a gallery of {self.fingerprint}")
        for templates in people.values():
            if templates.ndim != 2 or templates.shape[1] != self.dimensions or not len(templates):
                raise TemplateMismatch(
                    f"templates of shape {templates.shape}, expected (at least 1, {self.dimensions})"
                )
        self._templates.update(people)
        self.snapshot = self._build()

    def remove(self, people: Iterable[str]) -> None:
        """Take people out; nobody of them is found from the next search on."""
        for person in people:
            self._templates.pop(person, None)
        self.snapshot = self._build()

    def _build(self) -> Snapshot:
        counts = [len(templates) for templates in self._templates.values()]
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp) if counts else np.zeros(0, np.intp)
        if counts:
            templates = np.concatenate(list(self._templates.values())).astype(np.float32)
        else:
            templates = np.zeros((0, self.dimensions), dtype=np.float32)
        head = _head(templates) if len(templates) >= INDEX_FROM else None
        return Snapshot(tuple(self._templates), starts, templates, head)


def _head(templates: Templates) -> Head:
    """The directions that hold most of these templates (principal axes of a sample), and what lies beyond."""
    sample = templates[:: max(1, len(templates) // SAMPLE)]
    _, axes = np.linalg.eigh((sample.T @ sample).astype(np.float64))
    keep = max(1, templates.shape[1] // HEAD_SHARE)
    basis = np.ascontiguousarray(axes[:, ::-1][:, :keep], dtype=np.float32)
    near = np.ascontiguousarray((templates @ basis).T)
    rest = np.sqrt(np.clip(1.0 - (near * near).sum(axis=0), 0.0, 1.0)).astype(np.float32)
    return Head(basis, near, rest)
