"""Who has taken the course, and browsers on shift."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"

ASIDE = "kept_of_0011_training"


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
    if ASIDE in set(sa.inspect(op.get_bind()).get_table_names()):
        op.rename_table(ASIDE, "training")
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
    """Courses are kept aside: an older Hallwatch asks for none, and the way forward brings them back. It knows no PIN:
    browsers on shift are signed out. It knows no answer without a course: those become answers like all others."""
    op.execute("DELETE FROM session WHERE digest IN (SELECT session FROM device)")
    op.drop_table("device")
    op.rename_table("training", ASIDE)
    op.execute("UPDATE step SET act = 'answer' WHERE act = 'untrained'")
