"""The kinds of value that a pack's manifest holds."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, FiniteFloat, StringConstraints

State = Literal["recommended", "comparison", "last resort"]
STATES: tuple[State, ...] = get_args(State)
ADDRESS = r"^(https://|http://127\.0\.0\.1[:/])\S+$"
"""Plain HTTP only ever names this very machine, and even then the download must be told to allow it."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""Of a pack: it becomes a folder's name and is typed on the command line."""
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=400, pattern=r"^[^\n]*$")
]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Triple = tuple[FiniteFloat, FiniteFloat, FiniteFloat]
Point = tuple[FiniteFloat, FiniteFloat]
