"""The evidence of one track: its few best shots and their fused template."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hallwatch.core.model import Face, Pixels, Template, Templates
from hallwatch.core.recognise.quality import Quality

BEST = 8
"""Shots kept a track."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One usable face of a track. ``around`` is the face with its surroundings (BGR), kept in memory only."""

    face: Face
    quality: Quality
    template: Template
    media_time_s: float
    around: Pixels | None = None


@dataclass(slots=True)
class BestShots:
    """The best shots of one track by quality weight, best first."""

    most: int = BEST
    shots: list[Shot] = field(default_factory=list)

    def wants(self, quality: Quality) -> bool:
        """Whether a shot of this quality would be kept; asked before the expensive embedding."""
        return len(self.shots) < self.most or quality.weight > self.shots[-1].quality.weight

    def add(self, shot: Shot) -> None:
        """Keep the shot if it is among the best."""
        self.shots.append(shot)
        self.shots.sort(key=lambda kept: -kept.quality.weight)
        del self.shots[self.most :]

    @property
    def templates(self) -> Templates:
        """All kept templates (K x D), best first."""
        return np.stack([shot.template for shot in self.shots])

    @property
    def fused(self) -> Template:
        """Their mean by weight, at unit length (D,)."""
        weights = np.array([shot.quality.weight for shot in self.shots], dtype=np.float32)
        mean = weights @ self.templates
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)
