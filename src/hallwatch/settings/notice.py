"""[notice] of hallwatch.toml: what notices and answers to appeals say of the district."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hallwatch.core.appeal import MOST_ANSWER_DAYS
from hallwatch.settings.section import IN_CONSOLE, Section


class NoticeSection(Section):
    """[notice]: particulars of the district; without an office for appeals no notice is made."""

    district: str = Field(
        default="",
        max_length=200,
        description="Who lists people, as notices call it; without it, the site's name.",
        json_schema_extra=IN_CONSOLE,
    )
    appeals_to: str = Field(
        default="",
        max_length=200,
        description="The office or person that appeals go to; without it no notice is made.",
        json_schema_extra=IN_CONSOLE,
    )
    address: str = Field(
        default="", max_length=300, description="Where that office is.", json_schema_extra=IN_CONSOLE
    )
    phone: str = Field(
        default="", max_length=60, description="Its telephone number.", json_schema_extra=IN_CONSOLE
    )
    days_to_appeal: int = Field(
        default=10,
        ge=1,
        le=365,
        description="How many days after the notice somebody may appeal.",
        json_schema_extra=IN_CONSOLE,
    )
    answer_days: int = Field(
        default=30,
        ge=1,
        le=MOST_ANSWER_DAYS,
        description="Within how many days an appeal is answered.",
        json_schema_extra=IN_CONSOLE,
    )
    language: Literal["en", "es"] = Field(
        default="en",
        description="The language that notices begin with: en or es; the other follows.",
        json_schema_extra=IN_CONSOLE,
    )
