"""Accounts, their sessions and one-time links, requests for a second person's yes; the school of an alert."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ASIDE = "kept_of_0003_"
KEPT = ("account", "passkey", "second")
SCHOOLS = f"{ASIDE}school"


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if f"{ASIDE}account" in there:
        for table in KEPT:
            op.rename_table(f"{ASIDE}{table}", table)
    else:
        _make_kept_tables()
    _make_passing_tables()
    with op.batch_alter_table("alert") as alert:
        alert.add_column(sa.Column("school", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("alert") as alert:
        alert.alter_column("school", existing_type=sa.Text(), existing_nullable=False, server_default=None)
    if SCHOOLS in there:
        op.execute(
            f"UPDATE alert SET school = (SELECT school FROM {SCHOOLS} k WHERE k.alert_id = alert.alert_id)"
            f" WHERE alert_id IN (SELECT alert_id FROM {SCHOOLS})"
        )
        op.drop_table(SCHOOLS)


def downgrade() -> None:
    """Accounts and schools are kept aside; sessions and links end, as they would within hours."""
    op.create_table(
        SCHOOLS,
        sa.Column("alert_id", sa.Text(), nullable=False, primary_key=True),
        sa.Column("school", sa.Text(), nullable=False),
    )
    op.execute(f"INSERT INTO {SCHOOLS} SELECT alert_id, school FROM alert")
    with op.batch_alter_table("alert") as alert:
        alert.drop_column("school")
    for table in ("session", "link"):
        op.drop_table(table)
    for table in KEPT:
        op.rename_table(table, f"{ASIDE}{table}")


def _make_kept_tables() -> None:
    op.create_table(
        "account",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("schools", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("disabled", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_account"),
    )
    op.create_index("ix_account_tag", "account", ["tag"], unique=True)
    op.create_table(
        "passkey",
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name="fk_passkey_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("credential_id", name="pk_passkey"),
    )
    op.create_table(
        "second",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("request_id", "what", "subject", "digest", "asked_by")
        ),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name="pk_second"),
    )


def _make_passing_tables() -> None:
    for table, moments in (("session", ("opened", "seen", "proved")), ("link", ("ends",))):
        op.create_table(
            table,
            sa.Column("digest", sa.Text(), nullable=False),
            sa.Column("account_id", sa.Text(), nullable=False),
            *(sa.Column(name, sa.DateTime(), nullable=False) for name in moments),
            *([sa.Column("used", sa.DateTime(), nullable=True)] if table == "link" else []),
            sa.ForeignKeyConstraint(
                ["account_id"],
                ["account.account_id"],
                name=f"fk_{table}_account_id_account",
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint("digest", name=f"pk_{table}"),
        )
