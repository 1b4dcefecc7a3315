"""Law: an answer has the number of its request plus one and begins with a result.

Results and errors are signed bytes. [source: ScienceMode2 document, section 4]
"""

from enum import IntEnum

from firmware_sim.sciencemode2.requests import MOTOMED, Command


class Result(IntEnum):
    """What an answer says of its request."""

    OK = 0
    TRANSFER = -1
    PARAMETER = -2
    WRONG_MODE = -3
    NO_MOTOMED = -4
    BUSY = -8


class StimulationError(IntEnum):
    """Why the device has ended the stimulation by itself."""

    EMERGENCY_SWITCH = -1
    ELECTRODE = -2
    MODULE = -3


MOTOMED_UNCONNECTED = -1
"""The mode of a MOTOmed that is not there."""

ANSWERED = MOTOMED | {
    Command.GET_STIMULATION_MODE,
    Command.GET_MOTOMED_MODE,
    Command.INIT_CHANNEL_LIST,
    Command.START_CHANNEL_LIST,
    Command.STOP_CHANNEL_LIST,
    Command.SINGLE_PULSE,
}
"""Requests that have an answer: neither InitAck nor Watchdog has one."""


def byte(value: int) -> int:
    """A signed value as it stands on the line."""
    return value & 0xFF


def plain(result: int) -> bytes:
    """An answer of nothing but its result."""
    return bytes((byte(result),))


def mode(value: int) -> bytes:
    """Result 0 and a mode."""
    return bytes((Result.OK, byte(value)))
