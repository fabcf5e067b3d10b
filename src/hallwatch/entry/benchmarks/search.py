"""Searching one probe among many people, and whether the answer is the plain product's."""

from __future__ import annotations

import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np

from hallwatch.core.model import Template
from hallwatch.core.recognise.gallery import Snapshot
from hallwatch.entry.benchmarks.machine import free_bytes
from hallwatch.entry.benchmarks.measuring import Spread, spread
from hallwatch.entry.benchmarks.templates import Population, gallery_of

FLOOR = 0.4
"""Scores from here on are wanted; real thresholds are higher, which is quicker."""
EDGE = 2e-6
"""Two orders of summing float32 products differ by less."""
COPIES = 4
"""How many times the templates' size a gallery of them may take while it is built (2.4 measured)."""


@dataclass(frozen=True, slots=True)
class SearchOrder:
    """``templates`` people with one template each of ``dimensions`` numbers, searched ``probes`` times."""

    templates: int
    dimensions: int
    energy: tuple[float, ...]
    probes: int


@dataclass(frozen=True, slots=True)
class SearchCost:
    """Processor milliseconds of a search, of the plain product, and on the clock; seconds to build.

    ``first_pass`` says whether the gallery found few directions to look along first.
    """

    templates: int
    dimensions: int
    isotropic: bool
    first_pass: bool
    search: Spread
    clock: Spread
    plain: Spread
    build_s: float
    same_as_plain: bool


def fits(order: SearchOrder) -> bool:
    """Whether memory allows it."""
    return order.templates * order.dimensions * 4 * COPIES < free_bytes()


def search(order: SearchOrder, link: Connection) -> None:
    """In the child: build, search strangers' probes, compare each answer, send SearchCost."""
    population = Population(order.dimensions, order.energy, seed=order.templates)
    templates = population.draw(order.templates)
    began = time.process_time()
    snapshot = gallery_of(templates, "bench").snapshot
    build_s = time.process_time() - began
    del templates
    cpu, clock, plain, same = [], [], [], True
    for probe in population.draw(order.probes + 1):
        began, began_clock = time.process_time(), time.perf_counter()
        found = snapshot.search(probe, FLOOR)
        cpu.append(time.process_time() - began)
        clock.append(time.perf_counter() - began_clock)
        began = time.process_time()
        products = snapshot.templates @ probe
        plain.append(time.process_time() - began)
        same = same and _agrees(snapshot, probe, found, np.asarray(products))
    link.send(
        SearchCost(
            templates=order.templates,
            dimensions=order.dimensions,
            isotropic=not order.energy,
            first_pass=snapshot.head is not None,
            search=spread(cpu[1:]),
            clock=spread(clock[1:]),
            plain=spread(plain[1:]),
            build_s=round(build_s, 3),
            same_as_plain=same,
        )
    )


def _agrees(snapshot: Snapshot, probe: Template, found: list[tuple[str, float]], products: Template) -> bool:
    """Everybody clearly above the floor is found, nobody clearly below, each with the product as score."""
    places = [snapshot.places[person] for person, _ in found]
    scores = np.array([score for _, score in found])
    surely = np.flatnonzero(products >= FLOOR + EDGE)
    return bool(
        set(surely.tolist()) <= set(places)
        and (products[places] >= FLOOR - EDGE).all()
        and (np.abs(products[places] - scores) < EDGE).all()
    )
