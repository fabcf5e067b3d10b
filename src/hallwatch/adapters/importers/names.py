"""Whole names in one cell, taken apart as a pattern such as ``LAST, FIRST MIDDLE`` says."""

from __future__ import annotations

import re

SUFFIXES = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"}
Parts = tuple[str, str, str, str]
"""Last, first, middle, suffix."""


def split_name(name: str, pattern: str) -> Parts | None:
    """The parts, or None when the name is not written so.

    What stands between two commas belongs to that place of the pattern; of several words there the first goes to the
    first part, all that are left to the last. A surname before a comma may have any number of words.
    """
    wanted = [re.findall("[A-Z]+", piece) for piece in pattern.upper().split(",")]
    pieces = [piece.split() for piece in name.split(",")]
    suffix = ""
    if len(pieces) == len(wanted) + 1 and len(pieces[-1]) == 1 and pieces[-1][0].casefold() in SUFFIXES:
        suffix = pieces.pop()[0]
    if len(pieces) != len(wanted) or not all(pieces[:1]):
        return None
    found: dict[str, str] = {}
    for parts, words in zip(wanted, pieces, strict=True):
        if (
            "SUFFIX" not in parts
            and not suffix
            and len(words) > len(parts)
            and words[-1].casefold() in SUFFIXES
        ):
            suffix = words.pop()
        if len(parts) > 1 and parts[-1] == "LAST" and len(words) < len(parts):
            # FIRST MIDDLE LAST with two words: the middle is what is missing.
            parts = [parts[0], parts[-1]]
        for place, part in enumerate(parts):
            final = place == len(parts) - 1
            found[part] = " ".join(words[place:] if final else words[place : place + 1])
    last, first = found.get("LAST", ""), found.get("FIRST", "")
    if not (last or first):
        return None
    return last, first, found.get("MIDDLE", ""), found.get("SUFFIX", "") or suffix
