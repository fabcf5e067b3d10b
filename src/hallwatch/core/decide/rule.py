"""The decision rule: the fused score over the threshold, and single shots that agree.

A pass is many chances to be wrong. One lucky shot raised a false alert on 12 of 207 strangers' passes where the
second-best shot raised none, so one shot never decides: for each person the *decision score* is the fused score
or the AGREE-th best single shot's, whichever is lower. The rule alerts when the decision score reaches the
threshold, and its largest value over a stranger's pass is what the calibration describes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hallwatch.core.recognise.gallery import Snapshot
from hallwatch.core.recognise.shots import BEST, BestShots

AGREE = 3
"""Shots that must speak for the person."""
RULE = f"fused-and-{AGREE}-of-{BEST}"
"""The rule's name; a calibration made for another rule is not used."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The person a track's evidence speaks for most, and how strongly.

    ``agreeing`` are the places, in the evidence, of the shots that alone reach the threshold, best quality first:
    only they may be shown or measured, since a track can have been dealt somebody else's face too.
    """

    person: str
    score: float
    agreeing: tuple[int, ...]

    @property
    def shots(self) -> int:
        """How many shots agree."""
        return len(self.agreeing)


def judge(evidence: BestShots, gallery: Snapshot, threshold: float) -> Verdict | None:
    """The best person whose decision score reaches ``threshold``, or None: the normal answer."""
    if len(evidence.shots) < AGREE:
        return None
    best: Verdict | None = None
    templates = evidence.templates
    for person, fused in gallery.search(evidence.fused, threshold):
        single = (templates @ gallery.templates_of(person).T).max(axis=1)
        score = min(fused, float(np.sort(single)[-AGREE]))
        if score >= threshold and (best is None or score > best.score):
            best = Verdict(person, score, tuple(np.flatnonzero(single >= threshold).tolist()))
    return best


def statistics(evidence: BestShots, gallery: Snapshot) -> NDArray[np.float32]:
    """Everybody's decision score (P,), for calibration and measurement; -1 while there are too few shots."""
    if len(evidence.shots) < AGREE:
        return np.full(len(gallery.people), -1.0, dtype=np.float32)
    singles = np.stack([gallery.scores(template) for template in evidence.templates])
    agreeing = np.partition(singles, len(singles) - AGREE, axis=0)[len(singles) - AGREE]
    return np.asarray(np.minimum(gallery.scores(evidence.fused), agreeing), dtype=np.float32)
