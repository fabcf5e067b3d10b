"""The tables of floor plans."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from hallwatch.adapters.store.tables import Base, UtcDateTime


class FloorRow(Base):
    """A floor of a building: core.floor_plan.Floor; ``sealed`` is its picture, a JPEG, under the site's key."""

    __tablename__ = "floor"

    floor_id: Mapped[str] = mapped_column(Text, primary_key=True)
    school: Mapped[str] = mapped_column(Text)
    building: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    level: Mapped[int] = mapped_column(Integer)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    north: Mapped[int | None] = mapped_column(Integer)
    changed: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class SpotRow(Base):
    """Where a camera hangs: core.floor_plan.Spot."""

    __tablename__ = "spot"

    camera: Mapped[str] = mapped_column(Text, primary_key=True)
    floor_id: Mapped[str] = mapped_column(Text, ForeignKey("floor.floor_id", ondelete="CASCADE"))
    x: Mapped[float] = mapped_column(Float)
    y: Mapped[float] = mapped_column(Float)
