"""The tables of notices, appeals and lists of the district's own; with ``tables`` all that there are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from hallwatch.adapters.store.tables import Base as Base
from hallwatch.adapters.store.tables import UtcDateTime


class NoticeRow(Base):
    """The notice of a listing: core.notice.Notice. ``given`` is a day as text (ISO 8601); ``sealed`` holds how and to
    whom, under the person's key, and is empty until then."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_person_id", "person_id"),)

    listing_id: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[str] = mapped_column(Text, ForeignKey("person.person_id", ondelete="CASCADE"))
    due: Mapped[datetime] = mapped_column(UtcDateTime)
    given: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class AppealRow(Base):
    """An appeal: core.appeal.Appeal. Days are texts (ISO 8601); ``sealed`` holds who said what and what was answered,
    under the person's key."""

    __tablename__ = "appeal"
    __table_args__ = (Index("ix_appeal_person_id", "person_id"), Index("ix_appeal_listing_id", "listing_id"))

    appeal_id: Mapped[str] = mapped_column(Text, primary_key=True)
    listing_id: Mapped[str] = mapped_column(Text)
    person_id: Mapped[str] = mapped_column(Text, ForeignKey("person.person_id", ondelete="CASCADE"))
    received: Mapped[str] = mapped_column(Text)
    acknowledge_by: Mapped[str] = mapped_column(Text)
    answer_by: Mapped[str] = mapped_column(Text)
    acknowledged: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    answered: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    acknowledged_by: Mapped[str] = mapped_column(Text)
    answered_by: Mapped[str] = mapped_column(Text)
    involved: Mapped[bool] = mapped_column(Boolean)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class OwnListRow(Base):
    """A list of the district's own: core.own_list.OwnList, as JSON under the site's key."""

    __tablename__ = "own_list"

    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    written: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
