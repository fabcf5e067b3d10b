"""Who has taken the course, browsers on shift, the calendar of duty and rings of phones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ASIDE = "kept_of_0011_"
KEPT = ("training", "shift", "ring")


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("used", sa.DateTime(), nullable=False),
        sa.Column("pause_s", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session"], ["session.digest"], name="fk_device_session_session", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session", name="pk_device"),
    )
    if f"{ASIDE}training" in set(sa.inspect(op.get_bind()).get_table_names()):
        for table in KEPT:
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
    op.create_table(
        "shift",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("shift_id", "school", "account_id", "day", "begins", "last")
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_shift_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shift_id", name="pk_shift"),
    )
    op.create_table(
        "ring",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("account_id", "ring_id", "outcome")),
        sa.Column("rung", sa.DateTime(), nullable=False),
        sa.Column("answered", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_ring_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_ring"),
    )


def downgrade() -> None:
    """Courses and duty are kept aside: an older Hallwatch knows none, and the way forward brings them back. It knows no
    PIN: browsers on shift are signed out. It knows no answer without a course: those become answers like all others."""
    op.execute("DELETE FROM session WHERE digest IN (SELECT session FROM device)")
    op.drop_table("device")
    for table in KEPT:
        op.rename_table(table, f"{ASIDE}{table}")
    op.execute("UPDATE step SET act = 'answer' WHERE act = 'untrained'")
