"""What all faces have in common, taken out of templates before they are compared.

The templates of one embedder do not lie evenly on their sphere: they share a direction, the average face before
this kind of camera. It adds the same to everybody's similarity, strangers' too. Subtracting it was measured to find
two more of a hundred listed people at the same number of false alerts (docs/decisions/008).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hallwatch.core.model import Template, Templates


def mean_of(templates: Templates) -> Template:
    """The centre (D,) of templates (N x D), before any centring. Raises ValueError when there is none."""
    if not len(templates):
        raise ValueError("no face was good enough to be a template: too few")
    return np.asarray(templates.mean(axis=0, dtype=np.float64), dtype=np.float32)


def centred(templates: Templates, centre: Template, parts: Sequence[slice]) -> Templates:
    """Templates (N x D) without ``centre`` (D,); every embedder's part (a slice of D) keeps its length, so that the
    weights of the embedders stay what they were."""
    shifted = np.empty_like(templates)
    for part in parts:
        moved = templates[:, part] - centre[part]
        before = np.linalg.norm(templates[:, part], axis=1, keepdims=True)
        after = np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12)
        shifted[:, part] = moved * (before / after)
    return shifted
