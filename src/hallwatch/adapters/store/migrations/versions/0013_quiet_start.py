"""Alerts that a quiet start shows to reviewers only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

ASIDE = "kept_of_0013_quiet"


def upgrade() -> None:
    with op.batch_alter_table("alert") as alert:
        alert.add_column(sa.Column("reviewers_only", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("alert") as alert:
        alert.alter_column(
            "reviewers_only", existing_type=sa.Boolean(), existing_nullable=False, server_default=None
        )
    if ASIDE in set(sa.inspect(op.get_bind()).get_table_names()):
        yes = sa.text(
            f"UPDATE alert SET reviewers_only = :yes WHERE alert_id IN (SELECT alert_id FROM {ASIDE})"
        )
        op.get_bind().execute(yes.bindparams(yes=True))
        op.drop_table(ASIDE)


def downgrade() -> None:
    """An older Hallwatch shows these alerts to everybody of the school. Which they were is kept aside."""
    op.create_table(ASIDE, sa.Column("alert_id", sa.Text(), nullable=False, primary_key=True))
    kept = sa.text(f"INSERT INTO {ASIDE} (alert_id) SELECT alert_id FROM alert WHERE reviewers_only = :yes")
    op.get_bind().execute(kept.bindparams(yes=True))
    with op.batch_alter_table("alert") as alert:
        alert.drop_column("reviewers_only")
