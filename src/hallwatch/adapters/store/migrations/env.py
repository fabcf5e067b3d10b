"""Run by Alembic: uses the connection and transaction that schema.upgrade opened."""

from __future__ import annotations

from alembic import context

from hallwatch.adapters.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
context.run_migrations()
