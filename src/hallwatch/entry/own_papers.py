"""Papers of this site: the console's languages, the built style, and how long the place's law lets pictures be kept."""

from __future__ import annotations

from hallwatch.adapters.profiles import read_profile
from hallwatch.core.notice import KeptFor
from hallwatch.report.papers import Papers
from hallwatch.web.built import PAPER, static_folder
from hallwatch.web.texts import LANGUAGES, texts_in


def papers_under(jurisdiction: str) -> Papers:
    """Papers for a site under this place's law. Raises UserError where the style has not been built."""
    kept = read_profile(jurisdiction).retention
    return Papers(
        {code: texts_in(code) for code in LANGUAGES},
        (static_folder() / PAPER).read_text(encoding="utf-8"),
        KeptFor(kept.unanswered_hours, kept.confirmed_days),
    )
