"""Keys for programs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ASIDE = "kept_of_0007_api_key"


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if ASIDE in there:
        op.rename_table(ASIDE, "api_key")
        return
    op.create_table(
        "api_key",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("key_id", "digest", "account_id", "scopes", "schools")
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("used", sa.DateTime(), nullable=True),
        sa.Column("revoked", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_api_key_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_key"),
    )
    op.create_index("ix_api_key_digest", "api_key", ["digest"], unique=True)
    op.create_index("ix_api_key_account_id", "api_key", ["account_id"])


def downgrade() -> None:
    """Kept aside: an older Hallwatch knows no keys, and the way forward brings them back."""
    op.rename_table("api_key", ASIDE)
