"""What a listing that is over leaves behind: words and photos for whoever asks later, and no template."""

from __future__ import annotations

from hallwatch.core.listing import State
from hallwatch.flow.books import Books

SEARCHED = (State.WAITING, State.ACTIVE, State.SUSPENDED)
"""While a listing is one of these its person has templates; whoever proposes another has them made anew."""


def drop_idle_templates(books: Books, person_id: str) -> None:
    """Destroy the templates of somebody whom no listing looks for, or soon may."""
    if not books.listings.listings(SEARCHED, person_id):
        books.people.drop_templates(person_id)
