"""Cameras that do not exist: walk-by videos made from face photos."""
