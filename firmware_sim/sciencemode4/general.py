"""Law: general requests are answered in every state and change nothing, Reset apart.

Numbers that only the RehaMove3 and the C library know are unknown to this device, unless switched on.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from firmware_sim.faults import Faults
from firmware_sim.sciencemode4 import replies, requests
from firmware_sim.sciencemode4.replies import Result, Version
from firmware_sim.sciencemode4.states import Level, State
from firmware_sim.sciencemode4.switches import Switches

MAIN_STATUS = {State.NONE: 0, State.LL: 1, State.ML_INIT: 1, State.ML_RUN: 2}  # [source: C library]

GeneralRequest = (
    requests.GetBatteryStatus
    | requests.GetDeviceId
    | requests.GetStimStatus
    | requests.GetExtendedVersion
    | requests.RehaMove3
)


@dataclass(slots=True)
class General:
    """What the device tells of itself."""

    level: Level
    switches: Switches
    faults: Faults
    battery: tuple[int, int]
    """Percent and mV."""

    def knows(self, request: requests.Request) -> bool:
        """Whether the number of this request is one of this device's."""
        match request:
            case requests.Unknown():
                return False
            case requests.GetBatteryStatus():
                return self.switches.battery_status_answered
            case requests.RehaMove3():
                return self.switches.rehamove3_answered
            case _:
                return True

    def tell(self, request: GeneralRequest, serial: bytes, version: Version) -> bytes:
        """The reply data."""
        match request:
            case requests.GetDeviceId():
                return replies.device_id(Result.OK, serial)
            case requests.GetExtendedVersion():
                return replies.extended_version(Result.OK, self._told(version))
            case requests.GetStimStatus():
                return replies.stim_status(Result.OK, self.level.state.value, self.level.voltage_code)
            case requests.GetBatteryStatus():
                return replies.battery_status(Result.OK, *self.battery)
            case requests.RehaMove3():
                return self._rehamove3(request, self._told(version))
            case _:
                assert_never(request)

    def _rehamove3(self, request: requests.RehaMove3, version: Version) -> bytes:
        match request.command:
            case requests.GET_VERSION_MAIN | requests.GET_VERSION_STIM:
                return replies.short_version(Result.OK, version)
            case requests.GET_MAIN_STATUS:
                return bytes((Result.OK, MAIN_STATUS[self.level.state]))
            case _:
                return bytes((Result.OK,))

    def _told(self, version: Version) -> Version:
        if self.faults.versions is None:
            return version
        firmware, sciencemode = self.faults.versions
        told = replace(version, firmware=firmware, sciencemode=sciencemode)
        if told != version:
            self.faults.took("versions")
        return told
