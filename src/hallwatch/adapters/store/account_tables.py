"""Tables of those who sign in, of their keys, and of requests for a second yes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from hallwatch.adapters.store.tables import Base, UtcDateTime


class AccountRow(Base):
    """Somebody who signs in. ``sealed`` holds login and name, ``secret`` password hash and code, as JSON under the
    site's key; ``tag`` finds the login again."""

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_tag", "tag", unique=True),)

    account_id: Mapped[str] = mapped_column(Text, primary_key=True)
    tag: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    role: Mapped[str] = mapped_column(Text)
    schools: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PasskeyRow(Base):
    """A passkey of an account: core.sessions.Passkey as JSON under the site's key."""

    __tablename__ = "passkey"

    credential_id: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[str] = mapped_column(Text, ForeignKey("account.account_id", ondelete="CASCADE"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class SessionRow(Base):
    """A browser that is signed in: the SHA-256 of its token, never the token."""

    __tablename__ = "session"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[str] = mapped_column(Text, ForeignKey("account.account_id", ondelete="CASCADE"))
    opened: Mapped[datetime] = mapped_column(UtcDateTime)
    seen: Mapped[datetime] = mapped_column(UtcDateTime)
    proved: Mapped[datetime] = mapped_column(UtcDateTime)


class DeviceRow(Base):
    """A browser on shift: core.device.Device. ``sealed`` is its PIN's hash under the site's key."""

    __tablename__ = "device"

    session: Mapped[str] = mapped_column(
        Text, ForeignKey("session.digest", ondelete="CASCADE"), primary_key=True
    )
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    used: Mapped[datetime] = mapped_column(UtcDateTime)
    pause_s: Mapped[int] = mapped_column(Integer)
    wrong: Mapped[int] = mapped_column(Integer)


class LinkRow(Base):
    """A one-time link: the SHA-256 of its token, whom it is for, until when."""

    __tablename__ = "link"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[str] = mapped_column(Text, ForeignKey("account.account_id", ondelete="CASCADE"))
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    used: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiKeyRow(Base):
    """A key for programs: core.api_keys.ApiKey. ``digest`` is the SHA-256 of its text, ``sealed`` its name under the
    site's key."""

    __tablename__ = "api_key"
    __table_args__ = (
        Index("ix_api_key_digest", "digest", unique=True),
        Index("ix_api_key_account_id", "account_id"),
    )

    key_id: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(Text)
    account_id: Mapped[str] = mapped_column(Text, ForeignKey("account.account_id", ondelete="CASCADE"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[str] = mapped_column(Text)
    schools: Mapped[str] = mapped_column(Text)
    made: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    used: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TrainingRow(Base):
    """The last course that an account passed: core.training.Training."""

    __tablename__ = "training"

    account_id: Mapped[str] = mapped_column(
        Text, ForeignKey("account.account_id", ondelete="CASCADE"), primary_key=True
    )
    passed: Mapped[datetime] = mapped_column(UtcDateTime)
    course: Mapped[int] = mapped_column(Integer)
    demonstration: Mapped[bool] = mapped_column(Boolean)


class ShiftRow(Base):
    """A shift of the calendar: core.duty.Shift; days and times are those of the site's clock."""

    __tablename__ = "shift"

    shift_id: Mapped[str] = mapped_column(Text, primary_key=True)
    school: Mapped[str] = mapped_column(Text)
    account_id: Mapped[str] = mapped_column(Text, ForeignKey("account.account_id", ondelete="CASCADE"))
    day: Mapped[str] = mapped_column(Text)
    begins: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int] = mapped_column(Integer)
    weekly: Mapped[bool] = mapped_column(Boolean)
    last: Mapped[str] = mapped_column(Text)


class RingRow(Base):
    """The last ring of an account's phone: core.duty.Ring."""

    __tablename__ = "ring"

    account_id: Mapped[str] = mapped_column(
        Text, ForeignKey("account.account_id", ondelete="CASCADE"), primary_key=True
    )
    ring_id: Mapped[str] = mapped_column(Text)
    rung: Mapped[datetime] = mapped_column(UtcDateTime)
    answered: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(Text)


class SecondRow(Base):
    """A request for a second person's yes: core.second.SecondRequest."""

    __tablename__ = "second"

    request_id: Mapped[str] = mapped_column(Text, primary_key=True)
    what: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved: Mapped[bool | None] = mapped_column(Boolean)
