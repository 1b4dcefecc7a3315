"""What the device says: one frozen value per response, and the two it says unasked.

A response too short for its fields is `Malformed`, which counts as no answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from nmes.devices.sciencemode2.numbers import Command


class Malformed(ValueError):
    """The frame is intact, its data are not those of its command."""


@dataclass(frozen=True, slots=True)
class Init:
    """Unasked, each 500 ms while nobody has answered: here I am, and I speak this version."""

    version: int


@dataclass(frozen=True, slots=True)
class StimulationError:
    """Unasked: everything is stopped, for this reason (numbers.Pushed)."""

    error: int


@dataclass(frozen=True, slots=True)
class Ack:
    """The answers that are a result and nothing else. `result` 0 = done."""

    command: Command
    result: int


@dataclass(frozen=True, slots=True)
class ModeAck:
    """`mode` as in numbers.Mode; -1 where the result is not 0 and the device says none."""

    result: int
    mode: int


@dataclass(frozen=True, slots=True)
class UnknownCommand:
    """The device does not know this command."""

    echoed: int


Response = Ack | ModeAck | UnknownCommand
"""What answers a request."""


def init(data: bytes) -> Init:
    return Init(_at_least(data, 1)[0])


def stimulation_error(data: bytes) -> StimulationError:
    return StimulationError(_signed(data))


def ack(command: Command, data: bytes) -> Ack:
    return Ack(command, _signed(data))


def mode_ack(data: bytes) -> ModeAck:
    result = _signed(data)
    return ModeAck(result, -1 if result else _at_least(data, 2)[1])


def unknown_command(data: bytes) -> UnknownCommand:
    return UnknownCommand(_at_least(data, 1)[0])


def _signed(data: bytes) -> int:
    return int.from_bytes(_at_least(data, 1)[:1], "big", signed=True)


def _at_least(data: bytes, size: int) -> bytes:
    if len(data) < size:
        raise Malformed(f"{len(data)} data bytes where {size} belong: {data.hex(' ')}")
    return data
