"""Bringing a database to this version's tables, and refusing one that is ahead of us."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from hallwatch.errors import SettingsError

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, path: Path) -> None:
    """Apply the missing migrations, all or none. Raises SettingsError for a database of a newer Hallwatch."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    with engine.begin() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
            raise SettingsError(
                f"{path} was written by a newer Hallwatch (its tables are version {current}, ours go "
                f"up to {scripts.get_current_head()}); install that version again, or name another data_dir"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
