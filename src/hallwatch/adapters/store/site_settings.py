"""Settings of the site in the database, sealed with the site's own key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.tables import SettingRow


class SettingsQuestions:
    """Settings, in any session."""

    def __init__(self, session: Session, seals: Seals) -> None:
        self._session, self._seals = session, seals

    def get(self, name: str) -> str | None:
        """The setting's text. Raises SealBroken for a row that was altered."""
        row = self._session.get(SettingRow, name)
        return None if row is None else self._seals.open_site(f"setting/{name}", row.sealed).decode()

    def names(self, prefix: str) -> list[str]:
        """The names that begin so, whole."""
        return list(
            self._session.scalars(
                select(SettingRow.name).where(SettingRow.name.startswith(prefix, autoescape=True))
            )
        )

    def all(self, prefix: str) -> dict[str, str]:
        """Every setting whose name begins so, under the rest of its name. Raises SealBroken."""
        return {name.removeprefix(prefix): self.get(name) or "" for name in self.names(prefix)}


class SettingsBook(SettingsQuestions):
    """Settings within one transaction of the keeper."""

    def drop(self, name: str) -> None:
        """The setting is what it is without being set."""
        self._session.execute(delete(SettingRow).where(SettingRow.name == name))

    def put(self, name: str, text: str, now: datetime) -> None:
        """Keep the text in place of what was there."""
        row = self._session.get(SettingRow, name)
        if row is None:
            row = SettingRow(name=name)
            self._session.add(row)
        row.sealed, row.updated = self._seals.site(f"setting/{name}", text.encode()), now
        self._session.flush()
