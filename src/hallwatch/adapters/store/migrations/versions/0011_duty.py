"""Who has taken the course."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"

ASIDE = "kept_of_0011_"
TABLES = ("training",)


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if f"{ASIDE}training" in there:
        for table in TABLES:
            op.rename_table(f"{ASIDE}{table}", table)
        return
    op.create_table(
        "training",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("passed", sa.DateTime(), nullable=False),
        sa.Column("course", sa.Integer(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_training_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_training"),
    )


def downgrade() -> None:
    """Kept aside: an older Hallwatch asks nobody for a course, and the way forward brings them back. It knows no answer
    without one: those become answers like all others."""
    op.execute("UPDATE step SET act = 'answer' WHERE act = 'untrained'")
    for table in TABLES:
        op.rename_table(table, f"{ASIDE}{table}")
