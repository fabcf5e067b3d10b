"""The tables about an alert's life, beside the alert itself in ``tables.py``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from hallwatch.adapters.store.tables import Base, UtcDateTime


class PathRow(Base):
    """A stop on an alert's path: core.kept.Stop; ``sealed`` is its best shot as a sealed JPEG, None where none is kept.

    ``score`` and ``face_px`` are those of that shot.
    """

    __tablename__ = "path"

    alert_id: Mapped[str] = mapped_column(
        Text, ForeignKey("alert.alert_id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    camera: Mapped[str] = mapped_column(Text)
    first: Mapped[datetime] = mapped_column(UtcDateTime)
    last: Mapped[datetime] = mapped_column(UtcDateTime)
    score: Mapped[float] = mapped_column(Float)
    face_px: Mapped[int] = mapped_column(Integer)
    shots: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    source: Mapped[str] = mapped_column(Text)
    said: Mapped[str] = mapped_column(Text)


class StepRow(Base):
    """A step of an alert's life: core.alert.Step; ``sealed`` holds reason, words and pictures shown, as JSON."""

    __tablename__ = "step"

    alert_id: Mapped[str] = mapped_column(
        Text, ForeignKey("alert.alert_id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[str] = mapped_column(Text)
    act: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class RestraintRow(Base):
    """What holds a person's alerts back: core.restraint.Restraint. A brake has no alert, pack or threshold."""

    __tablename__ = "restraint"

    person_id: Mapped[str] = mapped_column(
        Text, ForeignKey("person.person_id", ondelete="CASCADE"), primary_key=True
    )
    what: Mapped[str] = mapped_column(Text, primary_key=True)
    alert_id: Mapped[str] = mapped_column(Text, primary_key=True)
    pack: Mapped[str] = mapped_column(Text)
    threshold: Mapped[float] = mapped_column(Float)
    why: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reviewed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kept_out: Mapped[int] = mapped_column(Integer)
