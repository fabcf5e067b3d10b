"""The whole benchmark, in order."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hallwatch.adapters.models.catalogue import LAST_RESORT, find_pack
from hallwatch.adapters.models.files import Origins, obtain
from hallwatch.adapters.models.installation import Wish, install
from hallwatch.entry.benchmarks.dlib_comparison import Comparison, ComparisonOrder, compare
from hallwatch.entry.benchmarks.film import Films, FilmsOrder, make_films
from hallwatch.entry.benchmarks.machine import this_machine
from hallwatch.entry.benchmarks.measuring import measured_apart
from hallwatch.entry.benchmarks.memory import Memory, MemoryOrder, measure_memory
from hallwatch.entry.benchmarks.pipeline import PipelineCosts, PipelineOrder, watch_films
from hallwatch.entry.benchmarks.report import Report
from hallwatch.entry.benchmarks.search import SearchCost, SearchOrder, fits, search
from hallwatch.entry.benchmarks.stages import Stages, StagesOrder, time_stages
from hallwatch.entry.demo.portraits import fetch_portraits
from hallwatch.entry.worker import PackOrder
from hallwatch.errors import PackError
from hallwatch.settings.environment import Environment

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done of everything."""

    passes: int
    repeats: int
    films_watched: int
    probes: int
    turns: int
    hog_turns: int
    million: bool


QUICK = Effort(passes=1, repeats=15, films_watched=2, probes=25, turns=9, hog_turns=2, million=False)
FULL = Effort(passes=4, repeats=80, films_watched=5, probes=100, turns=40, hog_turns=5, million=True)


def run_suite(pack: str, environment: Environment, *, quick: bool, say: Say) -> Report:
    """Measure everything; ``say`` hears what is going on. Raises PackError, UserError."""
    effort = QUICK if quick else FULL
    machine, notes = this_machine(), list[str]()
    order = PackOrder(pack, "auto", environment.home, environment.models)
    model = order.open()
    energy, dimensions = model.calibration.energy if model.calibration else (), model.dimensions
    del model
    if not energy:
        notes.append(
            f"the pack {pack} is not calibrated: how its templates lie is not known, so the search was"
            " measured on isotropic ones, the worst case"
        )
    portraits = fetch_portraits(environment.home)
    with TemporaryDirectory(prefix="hallwatch-bench-") as folder:
        say("filming people who walk down a corridor")
        wanted = FilmsOrder(portraits, effort.passes, Path(folder), order)
        films = measured_apart("hw-bench-film", make_films, wanted, Films, pinned=False)
        say("decoding, motion, detection, embedding")
        looked = StagesOrder(films.always, films.look_at_s, effort.repeats, order)
        stages = measured_apart("hw-bench-stages", time_stages, looked, Stages)
        say("against dlib")
        comparison = _compare(environment, films, portraits[0], effort, notes, say)
        say("whole pipeline")
        watched = PipelineOrder((films.fifth, films.always), effort.films_watched, order)
        fifth, always = measured_apart("hw-bench-watch", watch_films, watched, PipelineCosts).costs
        say("memory")
        kept = MemoryOrder(films.always, portraits, order)
        memory = measured_apart("hw-bench-memory", measure_memory, kept, Memory, pinned=False)
    searched = _Searches(dimensions, energy, effort, notes, say)
    isotropic = searched.run(100_000, isotropic=True)
    report = Report(
        machine=machine,
        pack=pack,
        quick=quick,
        stages=stages,
        comparison=comparison,
        fifth=fifth,
        always=always,
        search_1k=searched.run(1_000),
        search_100k=searched.run(100_000) if energy else isotropic,
        search_100k_isotropic=isotropic,
        search_1m=searched.million(),
        memory=memory,
        notes=tuple(notes),
    )
    for note in notes:
        say(f"note: {note}")
    return report


@dataclass(frozen=True, slots=True)
class _Searches:
    """Searches among templates of one pack."""

    dimensions: int
    energy: tuple[float, ...]
    effort: Effort
    notes: list[str]
    say: Say

    def run(self, templates: int, *, isotropic: bool = False) -> SearchCost:
        """Among so many. An answer that differs from the plain product's is a defect, and noted as one."""
        self.say(f"searching {templates:,} templates{' (isotropic)' if isotropic else ''}")
        order = SearchOrder(templates, self.dimensions, () if isotropic else self.energy, self.effort.probes)
        cost = measured_apart("hw-bench-search", search, order, SearchCost)
        if not cost.same_as_plain:
            self.notes.append(f"WRONG: the search of {templates:,} differs from the plain product; report it")
        return cost

    def million(self) -> SearchCost | None:
        """Among a million, where time and memory allow."""
        if not self.effort.million:
            self.notes.append("a million templates were not searched: left out of --quick")
        elif not fits(SearchOrder(1_000_000, self.dimensions, self.energy, 1)):
            self.notes.append("a million templates were not searched: too little free memory")
        else:
            return self.run(1_000_000)
        return None


def _compare(
    environment: Environment, films: Films, portrait: Path, effort: Effort, notes: list[str], say: Say
) -> Comparison | None:
    """Ours beside dlib's, or None and the reason."""
    if importlib.util.find_spec("dlib") is None:
        notes.append("not compared with dlib: it is not installed here; type: pip install dlib-bin")
        return None
    pack = find_pack(LAST_RESORT, environment.home)
    models = environment.home / "models"
    try:
        graphs = install(pack, environment.home, Wish(models_from=environment.models, say=say))
        with TemporaryDirectory(dir=models, prefix="bench-") as workplace:
            origins = Origins(models / "files", Path(workplace), environment.models)
            built = next(file for file in pack.files if file.installed_name == pack.embedders[0].file)
            weights = obtain(built, origins)
    except PackError as error:
        notes.append(f"not compared with dlib: the pack {LAST_RESORT} cannot be had ({error})")
        return None
    order = ComparisonOrder(
        bootstrap=PackOrder(LAST_RESORT, "auto", environment.home, environment.models),
        graph=graphs / pack.embedders[0].file,
        weights=weights,
        portrait=portrait,
        film=films.always,
        look_at_s=films.look_at_s,
        turns=effort.turns,
        hog_turns=effort.hog_turns,
    )
    return measured_apart("hw-bench-dlib", compare, order, Comparison)
