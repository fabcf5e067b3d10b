"""Who is told of an alert, and when: at once, when nobody has looked, after an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo


@dataclass(frozen=True, slots=True)
class Told:
    """A channel as whoever plans sees it: no address and no secret.

    ``schools`` is empty for all. ``before_answer`` is for channels that end at the school's own security and
    administrators; everybody else is told after somebody has answered *same person*. ``reaches`` says whether people
    are at the other end, or machines.
    """

    name: str
    schools: frozenset[str] = frozenset()
    before_answer: bool = False
    reaches: bool = True

    def serves(self, school: str) -> bool:
        """Whether this school's alerts go there."""
        return not self.schools or school in self.schools


CONSOLE = Told("console", before_answer=True)
"""The live page: delivered when a page of somebody who may see the alert has shown it."""
PUSH = Told("push", before_answer=True)
"""Browsers and phones of accounts that have asked for it: one delivery each."""
ON_DUTY = Told("on duty", before_answer=True)
"""Browsers and phones of those who are on duty at the school: a step of a chain. Nobody is: those of PUSH."""
SIREN = Told("siren", before_answer=True, reaches=False)
"""The last of every chain: from then on siren pages make noise, until somebody has looked. Whether anybody hears it is
not known."""
BUILT_IN = (CONSOLE, PUSH, SIREN)


SEEN_WITHIN_S = 60.0
"""How long whoever is told has for a look before the next is told."""


@dataclass(frozen=True, slots=True)
class Chain:
    """For these schools (empty: all others): one after the other, while nobody has looked."""

    schools: frozenset[str]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everybody who can be told. ``seen_within_s`` None is what the console has set, or SEEN_WITHIN_S; ``zone`` is that
    of the duty calendar."""

    channels: tuple[Told, ...] = ()
    chains: tuple[Chain, ...] = ()
    seen_within_s: float | None = None
    zone: tzinfo | None = None

    def at_once(self, school: str) -> Iterator[Told]:
        """Who is told with the alert: staff who are not kept for later."""
        later = {told.name for _, _, told in self.later(school)}
        for told in (CONSOLE, PUSH, *self.channels):
            if told.before_answer and told.serves(school) and told.name not in later:
                yield told

    def later(self, school: str) -> Iterator[tuple[int, float, Told]]:
        """The chain: number, seconds after the alert, who. The last is always the siren."""
        own = [chain for chain in self.chains if school in chain.schools]
        chain = (own or [chain for chain in self.chains if not chain.schools] or [Chain(frozenset(), ())])[0]
        known = {told.name: told for told in (PUSH, ON_DUTY, *self.channels)}
        steps = [known[name] for name in chain.steps if name in known and known[name].serves(school)]
        for number, told in enumerate((*steps, SIREN), start=1):
            yield number, number * (self.seen_within_s or SEEN_WITHIN_S), told

    def after_answer(self, school: str) -> Iterator[Told]:
        """Who is told when somebody has answered *same person*: everybody but the pages."""
        yield from (told for told in (PUSH, *self.channels) if told.serves(school))
