"""What pages ask the records about people on lists."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from hallwatch.core.appeal import Appeal
from hallwatch.core.dossier import AskedLines, Dossier, Line
from hallwatch.core.listing import ListingRecord
from hallwatch.core.model import Person
from hallwatch.core.own_list import OwnList
from hallwatch.core.policy.roles import Account
from hallwatch.flow.listing_acts import ListPages


class OverviewQuestions(Protocol):
    """Listings of an account's schools as lines, the newest change first."""

    def page(self, account: Account, asked: AskedLines, number: int, size: int) -> tuple[list[Line], bool]:
        """The page of this number, from 1 on, and whether another one follows."""

    def waiting(self, account: Account, most: int) -> list[Line]:
        """Those that wait for a yes or no of this account."""

    def overdue(self, account: Account, now: datetime) -> int:
        """Of how many somebody should have been told by now."""

    def unlisted(self, account: Account) -> list[tuple[str, Person]]:
        """Who was added and never listed, with their numbers."""

    def any(self) -> bool:
        """Whether anybody is listed at all."""


class ListQuestions(Protocol):
    """People and their listings, as they stand now; may raise HallwatchError as above."""

    def dossier(self, person_id: str) -> Dossier | None:
        """Everything that is kept of a person."""

    def overview(self) -> AbstractContextManager[OverviewQuestions]:
        """Questions of the lists page, all answered from one moment."""

    def listing(self, listing_id: str) -> ListingRecord | None:
        """The listing of this number."""

    def people_named(
        self, words: str, limit: int, schools: Collection[str] | None = None
    ) -> list[tuple[str, Person]]:
        """People (of these schools; None: of all) whose name or id holds these words, with their numbers."""

    def person_of(self, external_id: str) -> str | None:
        """The number of the person with this external id."""

    def appeal(self, appeal_id: str) -> Appeal | None:
        """The appeal of this number."""

    def open_appeals(self) -> list[Appeal]:
        """Those that wait for an answer, the most urgent first."""

    def own_lists(self) -> list[OwnList]:
        """The lists of the district's own, whatever became of them."""

    def conditions(self, external_id: str, school: str, today: date) -> list[str]:
        """The conditions under which somebody listed for this school may come on this day all the same."""

    def list_pages(self) -> AbstractContextManager[ListPages]:
        """Lists as a whole, all answered from one moment."""
