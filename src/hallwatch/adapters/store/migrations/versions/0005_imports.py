"""Imports: files of people that are approved as one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hallwatch.errors import SettingsError

revision = "0005"
down_revision = "0004"

TABLES = ("import", "import_person", "import_item", "import_photo")


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if _aside(TABLES[0]) in there:
        for name in TABLES:
            op.rename_table(_aside(name), name)
        return
    op.create_table(
        "import",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("schools", sa.Text(), nullable=False),
        sa.Column("reading", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("opened", sa.DateTime(), nullable=False),
        sa.Column("changed", sa.DateTime(), nullable=False),
        sa.Column("asked", sa.DateTime(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", name="pk_import"),
    )
    op.create_index("ix_import_number", "import", ["number"], unique=True)
    op.create_index("ix_import_state", "import", ["state"])
    op.create_table(
        "import_person",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("new", sa.Boolean(), nullable=False),
        sa.Column("careful", sa.Boolean(), nullable=False),
        sa.Column("reading", sa.Integer(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _of_import("import_person"),
        _of_person("import_person"),
        sa.PrimaryKeyConstraint("import_id", "person_id", name="pk_import_person"),
    )
    op.create_index("ix_import_person_person_id", "import_person", ["person_id"])
    op.create_table(
        "import_item",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("listing_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        _of_import("import_item"),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["listing.listing_id"],
            name="fk_import_item_listing_id_listing",
            ondelete="CASCADE",
        ),
        _of_person("import_item"),
        sa.PrimaryKeyConstraint("import_id", "listing_id", name="pk_import_item"),
    )
    op.create_index("ix_import_item_person_id", "import_item", ["person_id"])
    op.create_index("ix_import_item_listing_id", "import_item", ["listing_id"])
    op.create_table(
        "import_photo",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("template", sa.LargeBinary(), nullable=False),
        _of_import("import_photo"),
        _of_person("import_photo"),
        sa.PrimaryKeyConstraint("import_id", "person_id", "place", name="pk_import_photo"),
    )


def downgrade() -> None:
    """Kept aside: an older Hallwatch knows no imports, and the way forward brings them back.

    It would let one person approve a single listing of an import that waits: none may.
    """
    open_ones = "SELECT count(*) FROM import WHERE state IN ('reading', 'waiting', 'approved')"
    if op.get_bind().execute(sa.text(open_ones)).scalar():
        raise SettingsError(
            "an import waits for a yes, or is being taken over: answer it in the console first"
        )
    for name in TABLES:
        op.rename_table(name, _aside(name))


def _aside(name: str) -> str:
    return f"kept_of_0005_{name}"


def _of_import(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["import_id"], ["import.import_id"], name=f"fk_{table}_import_id_import")


def _of_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"], ["person.person_id"], name=f"fk_{table}_person_id_person", ondelete="CASCADE"
    )
