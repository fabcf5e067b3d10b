"""A listed photo on its way to the keeper."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhotoKept:
    """A listed photo: its name in the list's folder, the picture as a JPEG without metadata, and its template
    (float32, little-endian) of the pack with this fingerprint; empty where faces are not matched."""

    name: str
    jpeg: bytes
    fingerprint: str
    template: bytes
