"""The people to look for: exact search in float32, keyed by person, changed while it is searched.

A search works on a snapshot that nobody alters; a change makes the next snapshot. From INDEX_FROM templates
on, the search reads a third of the numbers first: templates of real faces lie mostly in a few directions, and
by Cauchy-Schwarz the rest can add at most the product of the two remainders. Only rows whose bound reaches
the floor are computed in full, so every score at or above the floor is the exact product. Where the first
pass cannot rule out enough (an unusual probe), the plain product over all rows is the faster and is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hallwatch.core.model import Template, Templates
from hallwatch.errors import TemplateMismatch

INDEX_FROM = 20_000
HEAD_SHARE = 3
"""The first pass reads 1 / HEAD_SHARE of the dimensions."""
MOST_BEYOND = 0.25
"""With a larger share of length squared beyond them, the first pass rules out too little to pay."""
GATHER = 12
"""Computing one picked row costs about as much as streaming over this many (measured, 384 dimensions)."""
SAMPLE = 4_096
ROUNDING = 1e-5
"""Float32 products of unit vectors of some hundred dimensions differ by less than this."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The first pass over N templates: along ``basis`` (D x k), and how much lies beyond.

    ``near`` is (k + 1) x N: k coordinates and, as the last row, the length of what they leave out.
    """

    basis: NDArray[np.float32]
    near: NDArray[np.float32]

    def bounds(self, template: Template) -> NDArray[np.float32]:
        """What each row's product with ``template`` is at most (N,), but for ROUNDING."""
        along = self.basis.T @ template
        return np.append(along, _beyond(template @ template, along @ along)) @ self.near


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One unchanging state of the gallery; its arrays cannot be written to.

    ``starts`` (P) is each person's first row in ``templates`` (N x D), ``places`` their place in ``people``.
    """

    people: tuple[str, ...]
    places: Mapping[str, int]
    starts: NDArray[np.intp]
    templates: Templates
    head: Head | None

    def scores(self, template: Template) -> NDArray[np.float32]:
        """Every person's score: the best product of the person's templates with ``template`` (P,)."""
        if not self.people:
            return np.zeros(0, dtype=np.float32)
        return np.maximum.reduceat(self.templates @ template, self.starts)

    def search(self, template: Template, floor: float) -> list[tuple[str, float]]:
        """People whose score is at least ``floor``, best first and exact; equals in the gallery's order."""
        if not self.people:
            return []
        rows, products = self._rows_above(template, floor)
        owners = np.searchsorted(self.starts, rows, side="right") - 1
        first = np.flatnonzero(np.diff(owners, prepend=-1))
        if not len(first):
            return []
        best = np.maximum.reduceat(products, first)
        order = np.argsort(-best, kind="stable")
        found = owners[first][order].tolist()
        return [(self.people[owner], score) for owner, score in zip(found, best[order].tolist(), strict=True)]

    def templates_of(self, person: str) -> Templates:
        """The person's templates (K x D). Raises KeyError when not in this snapshot."""
        index = self.places[person]
        end = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.templates)
        return self.templates[self.starts[index] : end]

    def _rows_above(self, template: Template, floor: float) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        if self.head is not None:
            rows = np.flatnonzero(self.head.bounds(template) >= floor - ROUNDING)
            if len(rows) * GATHER < len(self.templates):
                products = self.templates[rows] @ template
                kept = products >= floor
                return rows[kept], products[kept]
        products = self.templates @ template
        rows = np.flatnonzero(products >= floor)
        return rows, products[rows]


class Gallery:
    """Templates of one pack by person. One thread changes it; any number search its snapshots meanwhile."""

    def __init__(self, fingerprint: str, dimensions: int) -> None:
        self.fingerprint, self.dimensions = fingerprint, dimensions
        self._templates: dict[str, Templates] = {}
        self._build()

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
        self._build()

    def remove(self, people: Iterable[str]) -> None:
        """Take people out; nobody of them is found from the next search on."""
        for person in people:
            self._templates.pop(person, None)
        self._build()

    def __getstate__(self) -> tuple[str, int, Snapshot]:
        """For another process: every template once."""
        return self.fingerprint, self.dimensions, self.snapshot

    def __setstate__(self, state: tuple[str, int, Snapshot]) -> None:
        self.fingerprint, self.dimensions, self.snapshot = state
        self._templates = {person: self.snapshot.templates_of(person) for person in self.snapshot.people}

    def _build(self) -> None:
        """The next snapshot; from now on everybody's templates are views of it, so that they exist once."""
        people = tuple(self._templates)
        counts = [len(templates) for templates in self._templates.values()]
        starts = (np.cumsum(counts) - counts).astype(np.intp) if counts else np.zeros(0, np.intp)
        templates = np.empty((sum(counts), self.dimensions), dtype=np.float32)
        if counts:
            np.concatenate(list(self._templates.values()), out=templates)
        head = _head(templates) if len(templates) >= INDEX_FROM else None
        for array in (starts, templates):
            array.flags.writeable = False
        places = {person: place for place, person in enumerate(people)}
        self.snapshot = Snapshot(people, places, starts, templates, head)
        self._templates = {person: self.snapshot.templates_of(person) for person in people}


def _head(templates: Templates) -> Head | None:
    """The directions that hold most of these templates (principal axes of a sample), and what lies beyond.

    None when no few directions do.
    """
    sample = templates[:: max(1, len(templates) // SAMPLE)]
    strengths, axes = np.linalg.eigh((sample.T @ sample).astype(np.float64))
    keep = max(1, templates.shape[1] // HEAD_SHARE)
    if strengths[:-keep].sum() > MOST_BEYOND * strengths.sum():
        return None
    basis = np.ascontiguousarray(axes[:, ::-1][:, :keep], dtype=np.float32)
    near = np.empty((keep + 1, len(templates)), dtype=np.float32)
    np.matmul(basis.T, templates.T, out=near[:keep])
    lengths = np.einsum("nd,nd->n", templates, templates)
    near[keep] = _beyond(lengths, np.einsum("kn,kn->n", near[:keep], near[:keep]))
    near.flags.writeable = False
    return Head(basis, near)


def _beyond(whole: ArrayLike, along: ArrayLike) -> NDArray[np.float32]:
    """What is left of a length beyond ``along`` (both squared); rounding never makes it too short."""
    return np.sqrt(np.maximum(np.subtract(whole, along), 0.0) + ROUNDING).astype(np.float32)
