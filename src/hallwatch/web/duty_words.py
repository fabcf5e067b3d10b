"""How days and hours of duty are said, in the language of whoever looks at the page."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from babel.dates import format_date, format_datetime

from hallwatch.core.duty import Shift
from hallwatch.web.texts import gettext, locale


def hour(at: datetime, zone: tzinfo | None) -> str:
    """Day and hour of a moment: Mon, Nov 30, 07:00."""
    local = at.astimezone(zone)
    return f"{format_date(local.date(), 'EEE, MMM d', locale=locale())}, {_clock(local)}"


def span(starts: datetime, ends: datetime, zone: tzinfo | None) -> str:
    """From when until when; the second day only where it is another one."""
    first, last = starts.astimezone(zone), ends.astimezone(zone)
    return f"{hour(starts, zone)} – {_clock(last) if first.date() == last.date() else hour(ends, zone)}"


def shift_words(shift: Shift) -> str:
    """When a shift of the calendar is worked."""
    begins = datetime.combine(shift.day, shift.begins)
    hours = f"{_clock(begins)} – {_clock(begins + timedelta(minutes=shift.minutes))}"
    day = format_date(shift.day, "long", locale=locale())
    if not shift.weekly:
        return f"{day}, {hours}"
    weekday = format_date(shift.day, "EEEE", locale=locale())
    line = gettext("every {weekday}, {hours}, from {day}").format(weekday=weekday, hours=hours, day=day)
    if shift.last is None:
        return line
    last = format_date(shift.last, "long", locale=locale())
    return gettext("{shift} until {last}").format(shift=line, last=last)


def _clock(local: datetime) -> str:
    return format_datetime(local, "HH:mm", locale=locale())
