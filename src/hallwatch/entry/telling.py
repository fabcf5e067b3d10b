"""Logging of the long-running commands: to standard error, cameras and counts, never names."""

from __future__ import annotations

import logging


def start_logging() -> None:
    """One line an event; other libraries speak only when something is wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("hallwatch").setLevel(logging.INFO)
