"""Whether records and keys belong together."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, select

from hallwatch.adapters.store.sealed import Seals
from hallwatch.adapters.store.tables import SettingRow
from hallwatch.errors import KeyGone, SealBroken
from hallwatch.ports import Vault


def is_sealed_elsewhere(connection: Connection, vault: Vault) -> bool:
    """Whether there are settings of the site, and not one of them opens with the vault's keys.

    Every site has some, sealed with its own key, which no erasure destroys and no other master key changes. A single
    one that was altered says nothing.
    """
    if not inspect(connection).has_table(SettingRow.__tablename__):
        return False
    seals, some = Seals(vault), False
    for row in connection.execute(select(SettingRow.name, SettingRow.sealed)):
        some = True
        if _opens(seals, row.name, bytes(row.sealed)):
            return False
    return some


def _opens(seals: Seals, name: str, sealed: bytes) -> bool:
    try:
        seals.open_site(f"setting/{name}", sealed)
    except (SealBroken, KeyGone):
        return False
    return True
