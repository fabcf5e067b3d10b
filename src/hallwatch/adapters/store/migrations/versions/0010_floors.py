"""Floor plans with cameras on them; alerts found by their time, for figures over a period."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ASIDE = "kept_of_0010_"
TABLES = ("floor", "spot")


def upgrade() -> None:
    op.create_index("ix_alert_at", "alert", ["at", "alert_id"])
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if f"{ASIDE}floor" in there:
        for table in TABLES:
            op.rename_table(f"{ASIDE}{table}", table)
        return
    op.create_table(
        "floor",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("floor_id", "school", "building", "name")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("level", "width", "height")),
        sa.Column("north", sa.Integer(), nullable=True),
        sa.Column("changed", sa.DateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("floor_id", name="pk_floor"),
    )
    op.create_table(
        "spot",
        sa.Column("camera", sa.Text(), nullable=False),
        sa.Column("floor_id", sa.Text(), nullable=False),
        sa.Column("x", sa.Float(), nullable=False),
        sa.Column("y", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["floor_id"], ["floor.floor_id"], name="fk_spot_floor_id_floor", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("camera", name="pk_spot"),
    )


def downgrade() -> None:
    """Plans are kept aside: an older Hallwatch shows no map, and the way forward brings them back."""
    op.drop_index("ix_alert_at", "alert")
    for table in TABLES:
        op.rename_table(table, f"{ASIDE}{table}")
