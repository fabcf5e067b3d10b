"""Where the database is: a SQLite file, or a PostgreSQL server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A file of this machine's own; never on a network share."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A database of a PostgreSQL server (13 or newer). ``host`` may be the folder of its Unix socket.

    ``tls`` checks the server's certificate against the system's authorities, or against ``authority`` (a PEM file).
    """

    host: str
    port: int
    database: str
    user: str
    password: str | None = field(default=None, repr=False)
    tls: bool = True
    authority: str | None = None

    def __str__(self) -> str:
        return f"the database {self.database} on {self.host}"


Place = SqliteFile | PostgresServer
