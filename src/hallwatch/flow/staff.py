"""What the keeper does for those who answer alerts: their course, their devices on shift, their duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from hallwatch.core.device_requests import DeviceRequest, EnrolDevice, TryPin
from hallwatch.core.duty_requests import DutyRequest
from hallwatch.core.requests import Reply
from hallwatch.core.training_requests import DemonstrateCourse, PassCourse, TrainingRequest
from hallwatch.flow.devices import DeviceKeeping
from hallwatch.flow.duty import DutyKeeping
from hallwatch.flow.training import TrainingKeeping

StaffRequest: TypeAlias = TrainingRequest | DeviceRequest | DutyRequest


@dataclass(frozen=True, slots=True)
class StaffKeeping:
    """Answers requests about those who answer alerts."""

    training: TrainingKeeping
    devices: DeviceKeeping
    duty: DutyKeeping

    def answer(self, request: StaffRequest, now: datetime) -> Reply:
        """Done when it is committed, Refused when nothing happened."""
        match request:
            case PassCourse() | DemonstrateCourse():
                return self.training.answer(request, now)
            case EnrolDevice() | TryPin():
                return self.devices.answer(request, now)
            case _:
                return self.duty.answer(request, now)
