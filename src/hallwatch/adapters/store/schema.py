"""Bringing a database to this version's tables, or back to an earlier one's; refusing one that is ahead of us."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from hallwatch.adapters.store import account_tables as account_tables
from hallwatch.adapters.store import alert_tables as alert_tables  # its tables are ours, too
from hallwatch.adapters.store import floor_tables as floor_tables
from hallwatch.adapters.store import import_tables as import_tables  # its tables are of the same metadata
from hallwatch.adapters.store.appeal_tables import Base
from hallwatch.adapters.store.place import Place
from hallwatch.errors import SettingsError
from hallwatch.ports import Vault

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, place: Place, vault: Vault) -> None:
    """Apply the missing migrations, all or none. Raises SettingsError for a database of a newer Hallwatch."""
    with _migrating(engine) as connection:
        config = _config(connection, vault)
        scripts = ScriptDirectory.from_config(config)
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
            raise SettingsError(
                f"{place} was written by a newer Hallwatch (its tables are version {current}, ours go "
                f"up to {scripts.get_current_head()}); install that version again, or name another database"
            )
        command.upgrade(config, "head")


def downgrade(engine: Engine, revision: str, vault: Vault) -> None:
    """Go back to the tables of ``revision``, all or nothing. Raises SettingsError when that would lose data."""
    with _migrating(engine) as connection:
        config = _config(connection, vault)
        known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
        if revision not in known:
            raise SettingsError(
                f"there are no tables of version {revision}; there are {', '.join(sorted(known))}"
            )
        command.downgrade(config, revision)


def rebuild(connection: Connection, revision: str, vault: Vault) -> None:
    """Drop all our tables in the caller's transaction and make them anew, empty, as of ``revision``."""
    there = MetaData()
    ours = {*Base.metadata.tables, "alembic_version"}
    there.reflect(connection, only=lambda name, _: name in ours or name.startswith("kept_of_"))
    there.drop_all(connection)
    command.upgrade(_config(connection, vault), revision)


def newest() -> str:
    """The version of the tables that this Hallwatch makes."""
    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())


def _config(connection: Connection, vault: Vault) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes.update(connection=connection, vault=vault)
    return config


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """One transaction. SQLite rebuilds a table by dropping it, which must not take its children along."""
    lite = engine.dialect.name == "sqlite"
    if lite:
        _pragma(engine, "foreign_keys=OFF")
    try:
        with engine.begin() as connection:
            yield connection
            if lite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                raise SettingsError(f"the migration would leave rows without their owner in {broken[0]}")
    finally:
        if lite:
            _pragma(engine, "foreign_keys=ON")


def _pragma(engine: Engine, pragma: str) -> None:
    """Outside of any transaction, where alone it has an effect."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute(f"PRAGMA {pragma}")
    finally:
        raw.close()
