"""The tables as SQLAlchemy sees them; a test holds them equal to what the migrations make.

Columns of type LargeBinary that are called ``sealed`` hold what only a key opens: see ``adapters/store/sealed.py``.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as naive UTC because SQLite has no zone to keep."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone was about to be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class PersonRow(Base):
    """Somebody on a list. ``person_id`` is also the number of the key; ``tag`` finds the external id again.

    ``sealed`` is the core.model.Person as JSON; ``content`` a keyed digest of everything that is kept of the person,
    by which the same again is known.
    """

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_tag", "tag", unique=True),)

    person_id: Mapped[str] = mapped_column(Text, primary_key=True)
    tag: Mapped[bytes] = mapped_column(LargeBinary)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class PhotoRow(Base):
    """A listed photo as a sealed JPEG; ``place`` is its number among the person's photos."""

    __tablename__ = "photo"

    person_id: Mapped[str] = mapped_column(
        Text, ForeignKey("person.person_id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class TemplateRow(Base):
    """The template of a listed photo, sealed, as the pack of this fingerprint makes it at this site."""

    __tablename__ = "template"

    person_id: Mapped[str] = mapped_column(
        Text, ForeignKey("person.person_id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ListVersionRow(Base):
    """The list as it became at ``at``: core.ledger.ListVersion, its tags one after the other."""

    __tablename__ = "list_version"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    tags: Mapped[bytes] = mapped_column(LargeBinary)


class AlertRow(Base):
    """One alert: see core.kept.KeptAlert for the meaning of each column; ``sealed`` is who it names, as JSON.

    Of an incident ``person_id`` is "site": the site's key seals what was said.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_sequence", "sequence", unique=True),
        Index("ix_alert_person_id", "person_id"),
        Index("ix_alert_at", "at", "alert_id"),
    )

    alert_id: Mapped[str] = mapped_column(Text, primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    camera: Mapped[str] = mapped_column(Text)
    school: Mapped[str] = mapped_column(Text)
    building: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_camera: Mapped[str] = mapped_column(Text)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    score: Mapped[float] = mapped_column(Float)
    threshold: Mapped[float] = mapped_column(Float)
    face_px: Mapped[int] = mapped_column(Integer)
    shots: Mapped[int] = mapped_column(Integer)
    pack: Mapped[str] = mapped_column(Text)
    meaning: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    answered: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disputed: Mapped[bool] = mapped_column(Boolean)
    outcome: Mapped[str] = mapped_column(Text)
    braked: Mapped[bool] = mapped_column(Boolean)
    security_only: Mapped[bool] = mapped_column(Boolean)
    reviewers_only: Mapped[bool] = mapped_column(Boolean)
    lapsed: Mapped[bool] = mapped_column(Boolean)
    source: Mapped[str] = mapped_column(Text)
    incident: Mapped[str] = mapped_column(Text)


class SettingRow(Base):
    """A setting of the site that was changed while it ran, sealed with the site's key."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditRow(Base):
    """One entry of the audit trail: core.audit.AuditEntry. ``at`` and ``detail`` are the very texts of the digest."""

    __tablename__ = "audit"

    sequence: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    school: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class CheckpointRow(Base):
    """A signed head of the audit trail: core.audit.Checkpoint."""

    __tablename__ = "checkpoint"

    sequence: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class ListingRow(Base):
    """A listing: core.listing.ListingRecord. ``sealed`` holds its terms and words as JSON, under the person's key;
    ``starts`` and ``ends`` are days as text (ISO 8601)."""

    __tablename__ = "listing"
    __table_args__ = (Index("ix_listing_person_id", "person_id"), Index("ix_listing_state", "state"))

    listing_id: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[str] = mapped_column(Text, ForeignKey("person.person_id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    schools: Mapped[str] = mapped_column(Text)
    starts: Mapped[str] = mapped_column(Text)
    ends: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    written: Mapped[datetime] = mapped_column(UtcDateTime)
    changed: Mapped[datetime] = mapped_column(UtcDateTime)
    asked: Mapped[datetime | None] = mapped_column(UtcDateTime)
    emergency: Mapped[bool] = mapped_column(Boolean)
    emergency_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class DeliveryRow(Base):
    """An alert on its way through one channel: core.delivery.Delivery."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_state", "state", "channel"),
        Index("ix_delivery_alert_id", "alert_id"),
    )

    delivery_id: Mapped[str] = mapped_column(Text, primary_key=True)
    alert_id: Mapped[str] = mapped_column(Text, ForeignKey("alert.alert_id", ondelete="CASCADE"))
    what: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    school: Mapped[str] = mapped_column(Text)
    step: Mapped[int] = mapped_column(Integer)
    reaches: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(Text)
    made: Mapped[datetime] = mapped_column(UtcDateTime)
    due: Mapped[datetime] = mapped_column(UtcDateTime)
    wait_s: Mapped[float] = mapped_column(Float)
    attempts: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(Text)
    changed: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SubscriptionRow(Base):
    """A browser of an account that wants push messages: where they go and with which keys, as JSON under a key that
    only keeper and deliverer have."""

    __tablename__ = "push_subscription"

    subscription_id: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[str] = mapped_column(Text, ForeignKey("account.account_id", ondelete="CASCADE"))
    made: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
