"""The table of keys for programs; with ``tables`` and its like all that there are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from hallwatch.adapters.store.tables import Base, UtcDateTime


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
