"""A cohort of strangers: templates without names, sealed with the site's key, to compare new templates with."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime

from hallwatch.core.requests import Done, Refused, Reply
from hallwatch.core.site_requests import MOST_COHORT, KeepCohort
from hallwatch.flow.books import Books

COHORT = "cohort"
"""The setting that holds it: the fingerprint and the templates, in Base64."""


def keep_cohort(request: KeepCohort, books: Books, now: datetime) -> Reply:
    """Keep the cohort, or end it."""
    width = 4 * request.dimensions
    if width <= 0 or len(request.templates) % width:
        return Refused("these are no templates of this pack")
    count = len(request.templates) // width
    if count > MOST_COHORT:
        return Refused(f"a cohort has at most {MOST_COHORT} people")
    if not request.by.reason.strip():
        return Refused("write down who these people are, and by what right they are compared with")
    if count:
        text = f"{request.fingerprint} {b64encode(request.templates).decode()}"
        books.settings.put(COHORT, text, now)
    else:
        books.settings.drop(COHORT)
    books.audit.add(request.by.does("cohort.keep", detail={"people": count}), now)
    return Done(number=count)
