"""What the keeper is asked about the course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from hallwatch.core.by import By


@dataclass(frozen=True, slots=True)
class PassCourse:
    """Somebody has answered the practice alerts (case to answer) and the questions (question to choice)."""

    by: By
    course: int
    practised: Mapping[str, str]
    answers: Mapping[str, str]
    kind: Literal["pass-course"] = "pass-course"


@dataclass(frozen=True, slots=True)
class DemonstrateCourse:
    """The guest of a demonstration may answer without the course; anywhere else this is refused."""

    by: By
    account_id: str
    kind: Literal["demonstrate-course"] = "demonstrate-course"


TrainingRequest: TypeAlias = PassCourse | DemonstrateCourse
