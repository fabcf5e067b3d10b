"""Notices, appeals and lists of the district's own. Whoever is listed already has to be told, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ASIDE = "kept_of_0006_"
TABLES = ("notice", "appeal", "own_list")


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if f"{ASIDE}notice" in there:
        for table in TABLES:
            op.rename_table(f"{ASIDE}{table}", table)
    else:
        _make_notice()
        _make_appeal()
        op.create_table(
            "own_list",
            sa.Column("slug", sa.Text(), nullable=False),
            sa.Column("state", sa.Text(), nullable=False),
            sa.Column("written", sa.DateTime(), nullable=False),
            sa.Column("sealed", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("slug", name="pk_own_list"),
        )
    empty = "x''" if op.get_bind().dialect.name == "sqlite" else "''::bytea"
    op.execute(
        "INSERT INTO notice (listing_id, person_id, due, recorded_by, sealed)"
        f" SELECT listing_id, person_id, changed, '', {empty} FROM listing"
        " WHERE state IN ('active', 'suspended') AND emergency_until IS NULL"
        " AND listing_id NOT IN (SELECT listing_id FROM notice)"
    )


def downgrade() -> None:
    """Kept aside: an older Hallwatch knows none of it, and the way forward brings it back."""
    for table in TABLES:
        op.rename_table(table, f"{ASIDE}{table}")


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _make_notice() -> None:
    op.create_table(
        "notice",
        *_texts("listing_id", "person_id"),
        sa.Column("due", sa.DateTime(), nullable=False),
        *_texts("given", nullable=True),
        *_texts("recorded_by"),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.person_id"], name="fk_notice_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing_id", name="pk_notice"),
    )
    op.create_index("ix_notice_person_id", "notice", ["person_id"])


def _make_appeal() -> None:
    op.create_table(
        "appeal",
        *_texts("appeal_id", "listing_id", "person_id", "received", "acknowledge_by", "answer_by"),
        *_texts("acknowledged", "outcome", "answered", nullable=True),
        *_texts("recorded_by", "acknowledged_by", "answered_by"),
        sa.Column("involved", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.person_id"], name="fk_appeal_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("appeal_id", name="pk_appeal"),
    )
    op.create_index("ix_appeal_person_id", "appeal", ["person_id"])
    op.create_index("ix_appeal_listing_id", "appeal", ["listing_id"])
