"""The tables of imports; beside ``tables.py``, and of the same metadata."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from hallwatch.adapters.store.tables import Base, UtcDateTime


class ImportRow(Base):
    """An import of a file: core.import_batch.BatchRecord. ``sealed`` holds its words as JSON under the site's key."""

    __tablename__ = "import"
    __table_args__ = (Index("ix_import_number", "number", unique=True), Index("ix_import_state", "state"))

    import_id: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    schools: Mapped[str] = mapped_column(Text)
    reading: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(Text)
    opened: Mapped[datetime] = mapped_column(UtcDateTime)
    changed: Mapped[datetime] = mapped_column(UtcDateTime)
    asked: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ImportPersonRow(Base):
    """Somebody in an import: core.import_batch.BatchPerson. ``sealed`` is the Person as they will be, under the
    person's key, empty once it is done."""

    __tablename__ = "import_person"
    __table_args__ = (Index("ix_import_person_person_id", "person_id"),)

    import_id: Mapped[str] = mapped_column(Text, ForeignKey("import.import_id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(
        Text, ForeignKey("person.person_id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(Integer)
    new: Mapped[bool] = mapped_column(Boolean)
    careful: Mapped[bool] = mapped_column(Boolean)
    reading: Mapped[int] = mapped_column(Integer)
    done: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ImportItemRow(Base):
    """One listing that an import makes active, or ends: core.import_batch.BatchItem."""

    __tablename__ = "import_item"
    __table_args__ = (
        Index("ix_import_item_person_id", "person_id"),
        Index("ix_import_item_listing_id", "listing_id"),
    )

    import_id: Mapped[str] = mapped_column(Text, ForeignKey("import.import_id"), primary_key=True)
    listing_id: Mapped[str] = mapped_column(
        Text, ForeignKey("listing.listing_id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(Text, ForeignKey("person.person_id", ondelete="CASCADE"))
    act: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)


class ImportPhotoRow(Base):
    """A photo that takes the place of the one that is kept when its import is approved; both sealed with the person's
    key."""

    __tablename__ = "import_photo"

    import_id: Mapped[str] = mapped_column(Text, ForeignKey("import.import_id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(
        Text, ForeignKey("person.person_id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)
    template: Mapped[bytes] = mapped_column(LargeBinary)
