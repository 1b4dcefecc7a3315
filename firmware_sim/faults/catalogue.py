"""Law: every kind of fault is a row of this table. A row says what it does, what it takes and how it is counted.

Nothing here acts. `checked` turns what a person or a file asked for into complete, valid parameters, or gives one
sentence (ValueError); `firmware_sim.simulator` carries them out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum

from firmware_sim.faults.params import Param, Takes, Version, Whole, Word


class Channel(Enum):
    """Whether a kind is put on one channel."""

    NONE = "all channels at once"
    NEEDED = "one channel, to be named"
    OPTIONAL = "one channel, or all"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault. `counts` names what one effect is."""

    name: str
    does: str
    counts: str
    channel: Channel = Channel.NONE
    takes: Mapping[str, Takes] = field(default_factory=dict)


_DIRECTION = Word(("both", "to_device", "to_host"), "which bytes")
_UNIT = Word(("byte", "frame"), "decided for each byte, or for each frame as a whole")
_SHARE = Whole(1, 1000, 20, "per mille", "how many are hit, drawn from the seed")
_BYTES: dict[str, Takes] = {"permille": _SHARE, "unit": _UNIT, "direction": _DIRECTION}

_ROWS = (
    Kind(
        "electrode_off",
        "a pad comes off: no contact, or a part of it with contact_permille",
        "pulses that the lifted pad changed",
        Channel.NEEDED,
        {"contact_permille": Whole(0, 999, 0, "per mille", "the part that still lies on the skin")},
    ),
    Kind(
        "electrode_dry",
        "a pad has dried out",
        "pulses that the dry pad changed",
        Channel.NEEDED,
        {"load": Word(("dry", "worn"), "how far")},
    ),
    Kind("electrode_open", "a lead is broken or unplugged", "pulses that found no way", Channel.NEEDED),
    Kind("electrode_short", "two pads or leads touch", "pulses that the short circuit changed", Channel.NEEDED),
    Kind(
        "gain_error",
        "the output gives another current than was set, in proportion",
        "pulses changed",
        Channel.OPTIONAL,
        takes={"gain_permille": Whole(0, 10_000, 1_200, "per mille", "what flows of what was set")},
    ),
    Kind(
        "stuck_output",
        "mode level: the amplitude stays where it was; mode after_stop: pulses go on after the channel was stopped",
        "pulses changed, or pulses after the stop",
        Channel.OPTIONAL,
        {
            "mode": Word(("level", "after_stop"), "what sticks"),
            "level_ua": Whole(0, 130_000, None, "uA", "mode level: where (default: the last pulse's amplitude)"),
        },
    ),
    Kind(
        "dac_offset",
        "a constant current is added to every phase of a pulse",
        "pulses changed",
        Channel.OPTIONAL,
        takes={"offset_ua": Whole(-40_000, 40_000, 2_000, "uA", "what is added")},
    ),
    Kind(
        "charge_imbalance",
        "the second phase takes out more or less charge than the first put in",
        "pulses changed",
        Channel.OPTIONAL,
        takes={"imbalance_permille": Whole(-1000, 1000, 100, "per mille", "of the second phase")},
    ),
    Kind("drop_bytes", "bytes or whole frames are lost on the line", "bytes lost", takes=_BYTES),
    Kind("corrupt_bytes", "one bit of a byte is turned over", "bits turned over", takes=_BYTES),
    Kind("duplicate_bytes", "bytes or whole frames arrive twice", "bytes that came again", takes=_BYTES),
    Kind(
        "delay_bytes",
        "frames arrive late, in their order",
        "bytes delayed",
        takes={
            "delay_us": Whole(0, 60_000_000, 300_000, "us", "the least delay of a frame"),
            "jitter_us": Whole(0, 60_000_000, 0, "us", "up to so much more, drawn for each frame"),
            "direction": _DIRECTION,
        },
    ),
    Kind(
        "split_bytes",
        "bytes arrive a few at a time with gaps between",
        "cuts made",
        takes={
            "piece": Whole(1, 64, 1, "bytes", "how many stay together"),
            "gap_us": Whole(1, 1_000_000, 1_000, "us", "between two pieces"),
            "direction": _DIRECTION,
        },
    ),
    Kind("mute", "it executes requests, and no answer reaches the host", "bytes lost"),
    Kind("deaf", "no byte of the host reaches it", "bytes lost"),
    Kind("disconnect", "the line is gone; a client on a socket or terminal is dropped", "cuts and bytes lost"),
    Kind(
        "reset",
        "a power glitch: it restarts, and stays down as long as the fault lasts",
        "restarts and bytes unheard",
    ),
    Kind(
        "hang",
        "the firmware hangs: nothing is processed or answered; its pulses end by the dead-man, or never while it hangs",
        "bytes unheard or unsent, and pulses that its timer should have ended",
        takes={"output": Word(("dead_man", "goes_on"), "goes_on is the worst case: the timer hangs too")},
    ),
    Kind(
        "supply_sag",
        "the supply is weak: less output voltage, and below a threshold it restarts and stays down",
        "pulses changed, restarts and bytes unheard",
        takes={
            "compliance_mv": Whole(0, 150_000, 60_000, "mV", "the output voltage that is left"),
            "restart_below_mv": Whole(0, 150_000, 40_000, "mV", "where it restarts"),
        },
    ),
    Kind(
        "clock_drift",
        "its own clock is wrong: pulse periods, answers and dead-man are shorter (plus) or longer (minus)",
        "pulses that came at another time than without it",
        takes={"ppm": Whole(-200_000, 200_000, 10_000, "ppm", "how much faster its clock runs")},
    ),
    Kind(
        "wrong_version",
        "it tells another version when it is asked for its own",
        "wrong versions told",
        takes={
            "firmware": Version("9.9.9", "the firmware's"),
            "sciencemode": Version("3.2.4", "the protocol's"),
        },
    ),
    Kind(
        "lying_ack",
        "it acknowledges a request and does not carry it out",
        "requests ignored that would have changed something",
        takes={"to": Word(("update", "stop", "both"), "which requests")},
    ),
)

MOST_CHANNELS = 8
KINDS: Mapping[str, Kind] = {row.name: row for row in _ROWS}
"""What every family can have."""
SPECIAL: Mapping[str, Kind] = {
    "emergency_switch": Kind(
        "emergency_switch",
        "the emergency switch is pressed, or its plug is pulled, as long as the fault lasts",
        "times the device found it open",
    ),
    "module_error": Kind(
        "module_error",
        "a stimulation module has failed: the device ends everything and says so, as long as the fault lasts",
        "times the device found it broken",
    ),
}
"""What only families with such an input, or such a word, can have; the others refuse it."""
ALL: Mapping[str, Kind] = {**KINDS, **SPECIAL}


def checked(
    kind: str, channel: int | None, params: Mapping[str, object], channels: int = MOST_CHANNELS
) -> dict[str, Param]:
    """All parameters of the fault, defaults filled in (one without a default is left out). ValueError: one sentence.

    `channels` is how many the device has.
    """
    row = ALL.get(kind)
    if row is None:
        near = get_close_matches(str(kind), ALL, 1)
        raise ValueError(
            f"unknown fault {kind!r}; " + (f"did you mean {near[0]}?" if near else f"known: {', '.join(ALL)}")
        )
    _check_channel(row, channel, channels)
    for name in params:
        if name not in row.takes:
            known = ", ".join(row.takes) or "no parameters"
            raise ValueError(f"{kind} does not know {name!r}; it takes {known}")
    complete: dict[str, Param] = {}
    for name, takes in row.takes.items():
        value = params.get(name, takes.default)
        if value is None:
            continue
        try:
            complete[name] = takes.check(value)
        except ValueError as bad:
            raise ValueError(f"{kind}: {name} {bad}") from None
    if kind == "stuck_output" and complete["mode"] != "level" and "level_ua" in complete:
        raise ValueError("stuck_output: level_ua belongs to mode level")
    return complete


def _check_channel(row: Kind, channel: object, channels: int) -> None:
    if channel is None:
        if row.channel is Channel.NEEDED:
            raise ValueError(f"{row.name} needs a channel from 1 to {channels}")
        return
    if row.channel is Channel.NONE:
        raise ValueError(f"{row.name} is not put on one channel: it acts on the whole device")
    if isinstance(channel, bool) or not isinstance(channel, int) or not 1 <= channel <= channels:
        raise ValueError(f"a channel is a whole number from 1 to {channels}, not {channel!r}")


def described() -> list[dict[str, object]]:
    """The table for a person or a program: kind, what it does, its parameters, how it is counted."""
    return [
        {
            "fault": row.name,
            "does": row.does,
            "channel": row.channel.value,
            "params": {
                name: {"values": takes.values, "default": takes.default, "what": takes.what}
                for name, takes in row.takes.items()
            },
            "counts": row.counts,
        }
        for row in ALL.values()
    ]
