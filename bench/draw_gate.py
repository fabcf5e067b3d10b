"""Draws what packs' gate files hold: the chance of recognising against size, sharpness, turning and light.

    python bench/draw_gate.py --out docs/images/photo-gate.svg duo bootstrap

Bars are 95 % intervals; a dotted line is where a photo begins to be good.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hallwatch.adapters.models.catalogue import find_pack
from hallwatch.adapters.models.gates import gate_of
from hallwatch.core.recognise.gate_table import Curve, GateTable
from hallwatch.settings.environment import Environment

COLOURS = ("#1f4e79", "#b35900", "#6b6f76")
MARKS = ("o", "s", "^")
PANELS = (
    ("size", "height of the face, pixels", 1.0),
    ("sharpness", "sharpness, of 100", 100.0),
    ("turned", "turned to the side, degrees", 1.0),
    ("dark", "brightness of a darkened photo, of 255", 1.0),
    ("bright", "brightness of a brightened photo, of 255", 1.0),
)


def draw(tables: Mapping[str, GateTable], out: Path) -> None:
    """One panel below the other, readable on a phone and without colours; the same input gives the same file."""
    mpl.rcParams["svg.hashsalt"] = "hallwatch"
    mpl.rcParams["font.family"] = "DejaVu Sans"
    mpl.rcParams["font.size"] = 10
    figure = Figure(figsize=(4.4, 11.0), layout="constrained")
    rows = figure.subplots(len(PANELS), 1, sharey=True)
    for axes, (name, said, unit) in zip(rows, PANELS, strict=True):
        for (pack, table), colour, mark in zip(tables.items(), COLOURS, MARKS, strict=False):
            curve: Curve = getattr(table, name)
            _line(axes, curve, unit, pack, colour, mark)
            if (good := table.good(curve)) is not None:
                axes.axvline(good * unit, color=colour, linestyle=":", linewidth=1.2)
        axes.set_xlabel(said)
        axes.set_ylim(0, 1)
        axes.grid(True, color="#ddd", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        if name == "size":
            axes.set_xscale("log")
            ticks = [20, 30, 40, 60, 80, 130]
            axes.set_xticks(ticks, [str(tick) for tick in ticks])
            axes.minorticks_off()
            axes.legend(loc="center right", frameon=False)
    figure.supylabel("share of passes recognised")
    figure.savefig(out, metadata={"Date": None})


def _line(axes: Axes, curve: Curve, unit: float, label: str, colour: str, mark: str) -> None:
    """What was measured, with its intervals."""
    at = [one.at * unit for one in curve.bins]
    shares = [one.share for one in curve.bins]
    below = [one.share - one.interval[0] for one in curve.bins]
    above = [one.interval[1] - one.share for one in curve.bins]
    axes.errorbar(
        at,
        shares,
        (below, above),
        color=colour,
        marker=mark,
        markersize=5,
        capsize=2,
        linewidth=1.4,
        label=label,
    )


def main() -> None:
    """Read the arguments, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("packs", nargs="+", metavar="PACK")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    tables = {name: gate_of(find_pack(name, Environment.from_environ().home)) for name in asked.packs}
    draw({name: table for name, table in tables.items() if table is not None}, asked.out)


if __name__ == "__main__":
    main()
