"""Law: a request is what its bytes say, or malformed with the reason; nothing is guessed and nothing is cut off.

Commands and fields: ScienceMode2 document, section 4. Most significant byte first, as each field table has it.
"""

from dataclasses import dataclass
from enum import IntEnum

from firmware_sim.sciencemode2 import limits


class Command(IntEnum):
    """The numbers on the line; an answer has the number of its request plus one."""

    INIT = 1
    INIT_ACK = 2
    UNKNOWN_COMMAND = 3
    WATCHDOG = 4
    GET_STIMULATION_MODE = 10
    GET_MOTOMED_MODE = 12
    INIT_CHANNEL_LIST = 30
    START_CHANNEL_LIST = 32
    STOP_CHANNEL_LIST = 34
    SINGLE_PULSE = 36
    STIMULATION_ERROR = 38


MOTOMED = frozenset((50, 52, 54, 56, 70, 72, 74, 76, 80, 82, 84, 86))
"""The requests that are for a MOTOmed; their answers have the next number, as all others."""


@dataclass(frozen=True, slots=True)
class InitAck:
    """The host's answer to Init: 0 accepted, -5 incompatible version."""

    result: int


@dataclass(frozen=True, slots=True)
class Watchdog:
    """Nothing but a sign of life."""


@dataclass(frozen=True, slots=True)
class GetStimulationMode:
    """Which mode is the stimulation in?"""


@dataclass(frozen=True, slots=True)
class GetMotomedMode:
    """Which mode is the MOTOmed in?"""


@dataclass(frozen=True, slots=True)
class InitChannelList:
    """Which channels, and how often. `main_us` 0 is the one-shot mode."""

    skips: int
    channels: tuple[int, ...]
    low_frequency: tuple[int, ...]
    group_us: int
    main_us: int
    execution: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What one channel of the list does: 1, 2 or 3 pulses per group, width in µs and coded current in mA."""

    pulses: int
    width_us: int
    current_ma: int


@dataclass(frozen=True, slots=True)
class StartChannelList:
    """One entry per channel of the list, ascending; which channels those are is not in the packet."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class StopChannelList:
    """End the channel list mode."""


@dataclass(frozen=True, slots=True)
class SinglePulse:
    """One pulse on a channel from 1 to 8."""

    channel: int
    width_us: int
    current_ma: int


@dataclass(frozen=True, slots=True)
class Motomed:
    """A request for a MOTOmed, whatever it says."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A known command with a value out of range, or too many or too few of them."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A command this device does not have."""


Request = (
    InitAck
    | Watchdog
    | GetStimulationMode
    | GetMotomedMode
    | InitChannelList
    | StartChannelList
    | StopChannelList
    | SinglePulse
    | Motomed
    | Malformed
    | Unknown
)

_LENGTHS: dict[int, int] = {
    Command.INIT_ACK: 1,
    Command.WATCHDOG: 0,
    Command.GET_STIMULATION_MODE: 0,
    Command.GET_MOTOMED_MODE: 0,
    Command.INIT_CHANNEL_LIST: 7,
    Command.STOP_CHANNEL_LIST: 0,
    Command.SINGLE_PULSE: 4,
}


def decode(command: int, data: bytes) -> Request:
    """What `command` with `data` asks for."""
    if command in MOTOMED:
        return Motomed()
    if command == Command.START_CHANNEL_LIST:
        return _start(data)
    if command not in _LENGTHS:
        return Unknown()
    if len(data) != _LENGTHS[command]:
        return Malformed(f"{len(data)} bytes of data, not {_LENGTHS[command]}")
    match command:
        case Command.INIT_ACK:
            return InitAck(signed(data[0]))
        case Command.WATCHDOG:
            return Watchdog()
        case Command.GET_STIMULATION_MODE:
            return GetStimulationMode()
        case Command.GET_MOTOMED_MODE:
            return GetMotomedMode()
        case Command.INIT_CHANNEL_LIST:
            return _init(data)
        case Command.STOP_CHANNEL_LIST:
            return StopChannelList()
        case _:
            return _pulse(data)


def _init(data: bytes) -> Request:
    skips, active, low_frequency, interval, main_high, main_low, execution = data
    main = main_high << 8 | main_low
    if skips > limits.MOST_SKIPS:
        return Malformed("low-frequency factor")
    if main > limits.MOST_MAIN_CODE:
        return Malformed("main interval")
    if execution > 1:
        return Malformed("channel execution")
    return InitChannelList(
        skips=skips,
        channels=_channels(active),
        low_frequency=_channels(low_frequency),
        group_us=interval * 500 + 1_500,
        main_us=main * 500 + 1_000 if main else 0,
        execution=execution,
    )


def _channels(bits: int) -> tuple[int, ...]:
    return tuple(channel for channel in range(1, 9) if bits >> channel - 1 & 1)


def _start(data: bytes) -> Request:
    if not data or len(data) % 4:
        return Malformed(f"{len(data)} bytes of data, not 4 per channel")
    entries = []
    for at in range(0, len(data), 4):
        mode, high, low, current_ma = data[at : at + 4]
        if mode > 2:
            return Malformed("mode")
        bad = _bad_pulse(high << 8 | low, current_ma)
        if bad is not None:
            return bad
        entries.append(Entry(mode + 1, high << 8 | low, current_ma))
    return StartChannelList(tuple(entries))


def _pulse(data: bytes) -> Request:
    channel, high, low, current_ma = data
    if channel > 7:
        return Malformed("channel")
    return _bad_pulse(high << 8 | low, current_ma) or SinglePulse(channel + 1, high << 8 | low, current_ma)


def _bad_pulse(width_us: int, current_ma: int) -> Malformed | None:
    if width_us > limits.MOST_WIDTH_US:
        return Malformed("pulse width")
    return Malformed("current") if current_ma > limits.MOST_MA else None


def signed(byte: int) -> int:
    """Results and errors are signed bytes."""
    return byte - 256 if byte > 127 else byte
