"""What this installation is bound to (its jurisdiction), kept beside the keys under a seal of the site's own key.

The database holds the same; who alters or deletes one of the two is found by the other.
"""

from __future__ import annotations

import os

from hallwatch.adapters.keys.keystore import SITE, KeyStore
from hallwatch.errors import KeysError, SealBroken

NAME = "jurisdiction.sealed"
ABOUT = "binding/jurisdiction"


def bound_to(store: KeyStore) -> str | None:
    """The jurisdiction's code; None before the first start. Raises KeysError for an altered seal."""
    path = store.folder / NAME
    try:
        return store.unseal(SITE, path.read_bytes(), ABOUT).decode()
    except FileNotFoundError:
        return None
    except SealBroken as error:
        raise KeysError(
            f"{path} was altered: which law this installation is under is not known any more, so no camera is matched"
        ) from error


def bind_to(store: KeyStore, code: str) -> None:
    """Keep the code, in one step, on disk when this returns."""
    path = store.folder / NAME
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(store.seal(SITE, code.encode(), ABOUT))
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
