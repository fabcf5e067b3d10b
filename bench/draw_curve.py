"""Draws the share of listed people found against false alerts, from `hallwatch evaluate walkby --curve --json`.

    .venv/bin/python bench/draw_curve.py --out docs/images/found-and-false.svg entrance=E1.json,E2.json poor=P.json

Each file is one command's output; files with a comma between them are one curve, and its name goes into the legend.
Bands are 95 % intervals.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hallwatch.core.measure import wilson

COLOURS = ("#1f4e79", "#b35900", "#6b6f76")
MARKS = ("o", "s", "^")
DAY = 20_000
"""Passes a day that the default budget of one false alert stands for."""


@dataclass(frozen=True)
class Curve:
    """One set of films at several thresholds; rates are those that the threshold was set for."""

    name: str
    rates: list[float]
    found: list[float]
    low: list[float]
    high: list[float]
    listed: int
    unlisted: int


def read_curve(name: str, paths: Sequence[Path]) -> Curve:
    """The curve of one or more commands' outputs together, by rising rate; each must have the same thresholds."""
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    listed, unlisted = (sum(report[key] for report in reports) for key in ("listed", "unlisted"))
    rates: list[float] = []
    found: list[float] = []
    low: list[float] = []
    high: list[float] = []
    for points in zip(*(report["curve"] for report in reports), strict=True):
        if len({point["threshold"] for point in points}) != 1:
            raise ValueError(f"{name}: the files differ in their thresholds; list as many photos in each")
        hits = round(sum(point["tpir"] * point["listed"] for point in points))
        rates.append(points[0]["expected_false_alerts_per_unlisted_pass"])
        found.append(hits / listed)
        for ends, end in zip((low, high), wilson(hits, listed), strict=True):
            ends.append(end)
    order = sorted(range(len(rates)), key=lambda index: rates[index])
    rates, found, low, high = ([values[index] for index in order] for values in (rates, found, low, high))
    return Curve(name, rates, found, low, high, listed, unlisted)


def draw(curves: list[Curve], out: Path) -> None:
    """The drawing, readable without colours; the same input gives the same file."""
    mpl.rcParams["svg.hashsalt"] = "hallwatch"
    mpl.rcParams["font.family"] = "DejaVu Sans"
    figure = Figure(figsize=(7.6, 4.6), layout="constrained")
    axes = figure.add_subplot()
    for curve, colour, mark in zip(curves, COLOURS, MARKS, strict=False):
        label = f"{curve.name} ({curve.listed} listed passes)"
        axes.fill_between(curve.rates, curve.low, curve.high, color=colour, alpha=0.12, linewidth=0)
        axes.plot(curve.rates, curve.found, color=colour, marker=mark, markersize=5, label=label)
    _label(axes, curves[0].unlisted)
    figure.savefig(out, metadata={"Date": None})


def _label(axes: Axes, unlisted: int) -> None:
    axes.set_xscale("log")
    axes.set_ylim(0, 1)
    axes.set_xlabel("false alerts for each stranger's pass that the threshold was set for")
    axes.set_ylabel("share of listed people's passes found")
    axes.axvline(1 / DAY, color="#444", linewidth=1, linestyle=":")
    axes.text(1.08 / DAY, 0.03, "default: 1 false alert\nin 20,000 passes", fontsize=8, color="#333")
    axes.axvline(1 / unlisted, color="#444", linewidth=1, linestyle=":")
    axes.text(1.08 / unlisted, 0.03, f"1 in the {unlisted:,} passes\nwatched here", fontsize=8, color="#333")
    axes.grid(True, which="major", color="#ddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", frameon=False, fontsize=9)


def main() -> None:
    """Read the arguments, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("curves", nargs="+", metavar="NAME=FILE[,FILE...]")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    pairs = [one.partition("=") for one in asked.curves]
    draw([read_curve(name, [Path(one) for one in files.split(",")]) for name, _, files in pairs], asked.out)


if __name__ == "__main__":
    main()
