"""Law: whatever happened at the device can be read afterwards, in order, with the time it happened.

One JSON object per line, `t_us` first: a pulse, a frame that arrived, a reply, a change of state, the dead-man.
Each line is written through at once, so that the file is complete up to the moment a process is killed.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TextIO, assert_never

from firmware_sim.stage.pulse import Delivery, Pulse


@dataclass(frozen=True, slots=True)
class FrameArrived:
    """A well-formed frame, whatever the device then answered."""

    t_us: int
    command: int
    packet_number: int


@dataclass(frozen=True, slots=True)
class Replied:
    """A reply was queued at `t_us`; its bytes are due at `due_us`."""

    t_us: int
    number: int
    packet_number: int
    result: int
    due_us: int


@dataclass(frozen=True, slots=True)
class StateChanged:
    t_us: int
    state: str
    high_voltage: bool


@dataclass(frozen=True, slots=True)
class DeadManFired:
    t_us: int


@dataclass(frozen=True, slots=True)
class ChannelFailed:
    """`error` is the half-byte the device then shows: 1 electrode, 2 pulse timeout, 3 low current."""

    t_us: int
    channel: int
    error: int


@dataclass(frozen=True, slots=True)
class Restarted:
    t_us: int


@dataclass(frozen=True, slots=True)
class FaultBegan:
    """An injected fault begins; `injection` is its number."""

    t_us: int
    injection: int
    kind: str
    channel: int | None


@dataclass(frozen=True, slots=True)
class FaultEnded:
    t_us: int
    injection: int
    kind: str
    effects: int


@dataclass(frozen=True, slots=True)
class Restored:
    """From here on everything continues as it was at `from_us`, when the snapshot `name` was taken."""

    t_us: int
    name: str
    from_us: int


_in_json = json.JSONEncoder(separators=(",", ":")).encode
"""Made once: `json.dumps` makes one for every line. [computed: a fifth of a line's time]"""

Event = (
    FrameArrived
    | Replied
    | StateChanged
    | DeadManFired
    | ChannelFailed
    | Restarted
    | FaultBegan
    | FaultEnded
    | Restored
)


def told(event: Event, clock: Callable[[int], int]) -> Event:
    """The event with its times turned by `clock`."""
    if isinstance(event, Replied):
        return replace(event, t_us=clock(event.t_us), due_us=clock(event.due_us))
    return replace(event, t_us=clock(event.t_us))


def line(item: Pulse | Event) -> str:
    """One trace line without its line end."""
    return _in_json({"t_us": item.t_us, **_fields(item)})


def _fields(item: Pulse | Event) -> dict[str, object]:
    match item:
        case Pulse():
            return {"pulse": _pulse_fields(item)}
        case FrameArrived():
            return {"frame": item.command, "packet_number": item.packet_number}
        case Replied():
            return {
                "reply": item.number,
                "packet_number": item.packet_number,
                "result": item.result,
                "due_us": item.due_us,
            }
        case StateChanged():
            return {"state": item.state, "high_voltage": item.high_voltage}
        case DeadManFired():
            return {"dead_man": True}
        case ChannelFailed():
            return {"channel_failed": item.channel, "error": item.error}
        case Restarted():
            return {"restarted": True}
        case FaultBegan():
            return {"fault_began": item.kind, "injection": item.injection, "channel": item.channel}
        case FaultEnded():
            return {"fault_ended": item.kind, "injection": item.injection, "effects": item.effects}
        case Restored():
            return {"restored": item.name, "from_us": item.from_us}
        case _:
            assert_never(item)


def _pulse_fields(pulse: Pulse) -> dict[str, object]:
    return {
        "channel": pulse.channel,
        "amplitude_ua": pulse.amplitude_ua,
        "current_ua": [point.current_ua for point in pulse.points],
        "phase_us": list(pulse.phase_us),
        "peak_current_ua": pulse.peak_current_ua,
        "charge_nc": list(pulse.charge_nc),
        "net_charge_nc": pulse.net_charge_nc,
        "contact": pulse.contact.name.lower(),
    }


class Lines:
    """Trace lines one after another; a pulse like the one before it on its channel is not encoded a second time."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[Delivery, str]] = {}

    def line(self, item: Pulse | Event) -> str:
        """The same as `line` of this module."""
        if not isinstance(item, Pulse):
            return line(item)
        last = self._last.get(item.channel)
        if last is None or last[0] is not item.delivery:
            last = self._last[item.channel] = item.delivery, _in_json(_pulse_fields(item))
        return f'{{"t_us":{item.t_us},"pulse":{last[1]}}}'


class TraceFile:
    """Writes trace lines to a text file that it flushes line by line."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write_line(self, text: str) -> None:
        """Write one line and hand it to the operating system."""
        self._file.write(text + "\n")
        self._file.flush()
