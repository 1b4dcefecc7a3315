"""What an answer says of the device's health, in the session's words. What is not plainly good is a fault."""

from __future__ import annotations

from typing import assert_never

from nmes.core.events import DeviceFault, Fault
from nmes.devices.sciencemode4.numbers import ALL_CHANNELS, FOUR_CHANNELS, Result
from nmes.devices.sciencemode4.requests import CHANNELS
from nmes.devices.sciencemode4.responses import ChannelStates, CurrentData, ElectrodeBits

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


def of_poll(answer: CurrentData, playing: tuple[int, ...], selector: int) -> tuple[DeviceFault, ...]:
    """The faults in the state of all channels; none if it is clean.

    `playing` are the channels the last acknowledged update switched on. A channel with an error comes before channels
    that are merely silent, because the device stops those along with it. One that stimulates although it was switched
    off refuses what it was asked for. An answer with another selector than was asked for tells its result at most.
    """
    result, body = answer.result, _asked_for(answer, selector)
    if body is None:
        return (of_result(result),)
    faulty = tuple(DeviceFault(fault, channel, result) for channel, fault in _complaints(body))
    if faulty:
        return faulty
    if result != Result.OK:
        return (of_result(result),)
    active = _stimulating(body, playing)
    silent = (DeviceFault(Fault.CHANNEL_SILENT, channel, result) for channel in playing if channel not in active)
    unasked = (DeviceFault(Fault.REFUSED, channel, result) for channel in sorted(active.difference(playing)))
    return (*silent, *unasked)


def stimulating(answer: CurrentData, playing: tuple[int, ...], selector: int) -> frozenset[int] | None:
    """The channels that stimulate by this answer; None if it does not tell."""
    body = _asked_for(answer, selector)
    return None if body is None else _stimulating(body, playing)


def _asked_for(answer: CurrentData, selector: int) -> ChannelStates | ElectrodeBits | None:
    match answer.body:
        case ChannelStates() as body if selector == ALL_CHANNELS:
            return body
        case ElectrodeBits(groups) as body if selector == FOUR_CHANNELS and len(groups) == 1:
            return body
        case _:
            return None


def _complaints(body: ChannelStates | ElectrodeBits) -> list[tuple[int, Fault]]:
    """`(channel, fault)` of the channels that report one."""
    match body:
        case ChannelStates(states=states):
            numbered = zip(range(1, CHANNELS + 1), states, strict=True)
            return [(channel, _BY_STATE.get(state, Fault.REFUSED)) for channel, state in numbered if state]
        case ElectrodeBits(groups):
            return [(channel, Fault.ELECTRODE) for _, faulty in groups for channel in faulty]
        case _:
            assert_never(body)


def _stimulating(body: ChannelStates | ElectrodeBits, playing: tuple[int, ...]) -> frozenset[int]:
    """A RehaMove3 has one bit for all of its channels: it stands for what was asked for, or else for the device."""
    match body:
        case ChannelStates(active):
            return frozenset(channel for channel in range(1, CHANNELS + 1) if active >> channel - 1 & 1)
        case ElectrodeBits(groups):
            runs = any(running for running, _ in groups)
            return frozenset(playing or (WHOLE_DEVICE,)) if runs else frozenset()
        case _:
            assert_never(body)
