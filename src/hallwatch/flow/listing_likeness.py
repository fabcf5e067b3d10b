"""What the keeper holds about look-alikes: nobody with a template is proposed uncompared, and a yes to somebody whom
many strangers match says why."""

from __future__ import annotations

from hallwatch.core.audit import Plain
from hallwatch.core.import_requests import ImportEntry
from hallwatch.core.likeness import Likeness
from hallwatch.core.listing import ListingRecord
from hallwatch.core.listing_requests import AnswerListing, EmergencyListing, ProposeListing
from hallwatch.flow.books import Books

NOT_SEEN = "the photos were not compared with everybody listed; take the file in by this version's own import"
UNCOMPARED = "the photos were not compared with everybody listed; propose it on the person's page"


def not_compared(
    books: Books, record: ListingRecord, request: ProposeListing | EmergencyListing
) -> list[str]:
    """What is wrong with the comparison that a proposal brings along."""
    if request.likeness is None:
        return [UNCOMPARED] if books.people.has_templates(record.person_id) else []
    if isinstance(request, EmergencyListing):
        why = _unexplained(request.likeness, request)
        return [] if why is None else [why]
    return []


def why_not_imported(request: ImportEntry) -> str | None:
    """Why somebody cannot come in by an import: not compared, or alike to so many that it takes a reason of its own."""
    likeness = request.likeness
    if likeness is None:
        return NOT_SEEN if any(photo.template for photo in request.photos or ()) else None
    if not likeness.wolf:
        return None
    return (
        f"{likeness.matched} of {likeness.cohort} strangers match this person, at most {likeness.most} expected: likely"
        " to raise many false alerts; use a better photo, or list the person by hand, where the reason is asked for"
    )


def why_no_yes(record: ListingRecord, request: AnswerListing) -> str | None:
    """Why a yes does not count as it stands: many strangers match, by the look at proposing or by a later one."""
    if not request.approve:
        return None
    found = [one for one in (record.likeness, request.likeness) if one is not None and one.wolf]
    return _unexplained(found[0], request) if found else None


def seen(*found: Likeness | None) -> dict[str, Plain]:
    """What the audit trail keeps of it: numbers of how many."""
    detail: dict[str, Plain] = {}
    for one in found:
        if one is not None:
            detail = {"alike": one.like, "strangers": one.matched, "cohort": one.cohort, "expected": one.most}
    return detail


def _unexplained(likeness: Likeness, request: AnswerListing | EmergencyListing) -> str | None:
    if not likeness.wolf or (request.despite and request.by.reason.strip()):
        return None
    return (
        f"{likeness.matched} of {likeness.cohort} strangers match this person, at most {likeness.most} expected: likely"
        " to raise many false alerts; tick that you list the person all the same, and write why"
    )
