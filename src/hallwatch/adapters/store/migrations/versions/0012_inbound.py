"""Reports of other systems: which one raised an alert or saw a stop, its score in its own words, and incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hallwatch.errors import SettingsError

revision = "0012"
down_revision = "0011"

ASIDE = "kept_of_0012_"
COLUMNS = (("alert", "source"), ("alert", "incident"), ("path", "source"), ("path", "said"))


def upgrade() -> None:
    for table, name in COLUMNS:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        with op.batch_alter_table(table) as batch:
            batch.alter_column(name, existing_type=sa.Text(), existing_nullable=False, server_default=None)
    if f"{ASIDE}path" not in sa.inspect(op.get_bind()).get_table_names():
        return
    op.execute(f"UPDATE alert SET source = k.source FROM {ASIDE}alert k WHERE k.alert_id = alert.alert_id")
    op.execute(
        f"UPDATE path SET source = k.source, said = k.said FROM {ASIDE}path k"
        " WHERE k.alert_id = path.alert_id AND k.number = path.number"
    )
    op.drop_table(f"{ASIDE}alert")
    op.drop_table(f"{ASIDE}path")


def downgrade() -> None:
    """Who reported what is kept aside. An older Hallwatch would take incidents for matches of erased people."""
    found = op.get_bind().execute(sa.text("SELECT count(*) FROM alert WHERE incident <> ''")).scalar()
    if found:
        raise SettingsError(
            f"{found} incidents of other systems are in the database, which an earlier Hallwatch cannot show"
        )
    op.execute(f"CREATE TABLE {ASIDE}alert AS SELECT alert_id, source FROM alert WHERE source <> ''")
    op.execute(
        f"CREATE TABLE {ASIDE}path AS SELECT alert_id, number, source, said FROM path WHERE source <> ''"
    )
    for table, name in COLUMNS:
        with op.batch_alter_table(table) as batch:
            batch.drop_column(name)
