"""What the device says of its health, in the session's words. What is not plainly good is a fault of the whole device.

No answer and no push names a channel: the result is the device's own number, negative as it writes it.
"""

from __future__ import annotations

from nmes.core.events import DeviceFault, Fault
from nmes.devices.sciencemode2.numbers import Pushed, Result

WHOLE_DEVICE = 0

_PUSHED: dict[int, Fault] = {
    Pushed.EMERGENCY_SWITCH: Fault.EMERGENCY_STOP,
    Pushed.ELECTRODE: Fault.ELECTRODE,
    Pushed.MODULE: Fault.MODULE,
}


def of_push(error: int) -> DeviceFault:
    """A StimulationError: the device has stopped everything."""
    return DeviceFault(_PUSHED.get(error, Fault.REFUSED), WHOLE_DEVICE, error)


def of_result(result: int) -> DeviceFault:
    """A request that was not carried out. In the wrong mode it is, because it has left the one it was put in."""
    fault = Fault.NOT_INITIALISED if result == Result.WRONG_MODE else Fault.REFUSED
    return DeviceFault(fault, WHOLE_DEVICE, result)


def of_mode(mode: int, expected: int) -> DeviceFault:
    """It is in another mode than it was put in: let go by itself, or doing what nobody asked for."""
    return DeviceFault(Fault.NOT_INITIALISED if mode < expected else Fault.REFUSED, WHOLE_DEVICE, 0)


RESTARTED = DeviceFault(Fault.RESTARTED, WHOLE_DEVICE, 0)
"""It announces itself although it was connected: it has lost us, or its power."""
