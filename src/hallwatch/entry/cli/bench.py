"""hallwatch bench: how fast this machine is, and how much it carries."""

from __future__ import annotations

from typing import Annotated

import typer

from hallwatch.entry.cli.options import Json, Pack, say
from hallwatch.settings.environment import Environment


def bench(
    pack: Pack = "duo",
    as_json: Json = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer repeats, shorter films; within 90 seconds.")
    ] = False,
) -> None:
    """Measure decoding, detection, embedding, search, cameras a core and memory on this machine."""
    from hallwatch.entry.benchmarks.report import as_json as json_of
    from hallwatch.entry.benchmarks.report import as_table
    from hallwatch.entry.benchmarks.suite import run_suite

    report = run_suite(pack, Environment.from_environ(), quick=quick, say=say)
    print(json_of(report) if as_json else as_table(report))
