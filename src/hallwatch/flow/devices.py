"""What the keeper does about browsers on shift: enrolled with a PIN, locked while nobody acts, out after wrong PINs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hallwatch.core.audit import Plain
from hallwatch.core.device import LOCKED, MOST_HOURS, TRIES, Device
from hallwatch.core.device_requests import DeviceRequest, EnrolDevice, TryPin
from hallwatch.core.requests import By, Done, Refused, Reply
from hallwatch.core.sessions import LONGEST
from hallwatch.flow.books import Transaction, WithAccounts

NOT_SIGNED_IN = "this browser is not signed in any more"


@dataclass(frozen=True, slots=True)
class DeviceKeeping:
    """Answers requests about browsers on shift."""

    transaction: Callable[[], Transaction]

    def answer(self, request: DeviceRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened."""
        with self.transaction() as books:
            found = books.accounts.by_session(request.session, now)
            if found is None or found[0].account_id != request.by.actor:
                return Refused(NOT_SIGNED_IN)
            device = books.accounts.device(request.session)
            if isinstance(request, EnrolDevice):
                return _enrol(request, device, found[1].opened, books, now)
            return (
                Refused("this device is not on shift")
                if device is None
                else _try(request, device, books, now)
            )


def _enrol(
    request: EnrolDevice, known: Device | None, opened: datetime, books: WithAccounts, now: datetime
) -> Reply:
    if known is not None:
        return Refused("this device is on shift already; sign out, and in again, to choose another PIN")
    if not 1 <= request.hours <= MOST_HOURS:
        return Refused(f"a shift has 1 to {MOST_HOURS} hours")
    ends = min(now + timedelta(hours=request.hours), opened + LONGEST)
    pause = timedelta(minutes=max(1, request.pause_min))
    books.accounts.put_device(Device(request.session, request.pin, ends, now, pause))
    detail: dict[str, Plain] = {"ends": ends.isoformat(), "pause_min": request.pause_min}
    books.audit.add(request.by.does("device.enrol", request.by.actor, detail=detail), now)
    return Done(at=ends)


def _try(request: TryPin, device: Device, books: WithAccounts, now: datetime) -> Reply:
    """``number`` is how many tries are left; 0 is a browser that is signed out."""
    if request.fits and device.wrong < TRIES:
        books.accounts.put_device(replace(device, used=now, wrong=0))
        books.audit.add(request.by.does("device.unlock", request.by.actor), now)
        return Done(number=TRIES)
    left = max(0, TRIES - device.wrong - 1)
    detail: dict[str, Plain] = {"left": left}
    books.audit.add(request.by.does("device.wrong", request.by.actor, detail=detail), now)
    if left:
        books.accounts.put_device(replace(device, wrong=device.wrong + 1))
    else:
        books.accounts.close_session(request.session)
        books.audit.add(request.by.does("device.out", request.by.actor), now)
    return Done(number=left)


def is_locked(books: WithAccounts, session: str, now: datetime) -> bool:
    """Whether this browser asks for its PIN before anything is done on it; asking is no use of it."""
    device = books.accounts.device(session) if session else None
    return device is not None and device.is_locked(now)


def why_locked(books: WithAccounts, by: By, session: str, now: datetime) -> str | None:
    """Why a browser may not act just now; None where it may. One that acts is in use."""
    if not session:
        return None  # asked by none of the pages
    found = books.accounts.by_session(session, now)
    if found is None or found[0].account_id != by.actor:
        return NOT_SIGNED_IN
    device = books.accounts.device(session)
    if device is None:
        return None
    if device.is_locked(now):
        return LOCKED
    books.accounts.put_device(replace(device, used=now))
    return None
