"""What an answer says of the device's health, in the session's words. What is not plainly good is a fault."""

from __future__ import annotations

from nmes.core.events import DeviceFault, Fault
from nmes.devices.sciencemode4.numbers import Result
from nmes.devices.sciencemode4.requests import CHANNELS
from nmes.devices.sciencemode4.responses import ChannelStates, CurrentData

WHOLE_DEVICE = 0

_BY_STATE = {1: Fault.ELECTRODE, 2: Fault.PULSE_TIMEOUT, 3: Fault.LOW_CURRENT}  # Table 26 [source]

_BY_RESULT: dict[int, Fault] = {
    Result.NOT_INITIALISED: Fault.NOT_INITIALISED,
    Result.ELECTRODE_ERROR: Fault.ELECTRODE,
    Result.PULSE_TIMEOUT: Fault.PULSE_TIMEOUT,
    Result.PULSE_LOW_CURRENT: Fault.LOW_CURRENT,
}


def of_result(result: int) -> DeviceFault:
    """The fault a result stands for: of the whole device, and REFUSED if it has no word of its own."""
    return DeviceFault(_BY_RESULT.get(result, Fault.REFUSED), WHOLE_DEVICE, result)


def of_poll(answer: CurrentData, playing: tuple[int, ...]) -> tuple[DeviceFault, ...]:
    """The faults in the state of all channels; none if it is clean.

    `playing` are the channels the last acknowledged update switched on. A channel with an error comes before channels
    that are merely silent, because the device stops those along with it. One that stimulates although it was switched
    off refuses what it was asked for.
    """
    result, body = answer.result, answer.body
    if not isinstance(body, ChannelStates):
        return (of_result(result),)
    faulty = tuple(
        DeviceFault(_BY_STATE.get(state, Fault.REFUSED), channel, result)
        for channel, state in zip(range(1, CHANNELS + 1), body.states, strict=True)
        if state
    )
    if faulty:
        return faulty
    if result != Result.OK:
        return (of_result(result),)
    active = {channel for channel in range(1, CHANNELS + 1) if body.active >> channel - 1 & 1}
    silent = (DeviceFault(Fault.CHANNEL_SILENT, channel, result) for channel in playing if channel not in active)
    unasked = (DeviceFault(Fault.REFUSED, channel, result) for channel in sorted(active.difference(playing)))
    return (*silent, *unasked)
