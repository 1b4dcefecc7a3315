"""The rows of the RehaStim 1 and the MotionStim 8: acknowledgements are all that is heard of it, and it has no timer.

No electrode, no emergency button and no state is told. Whatever keeps a halt from it keeps the output on: the keeper
halts it as soon as the line carries a halt again, and until then only the emergency button can.
"""

from __future__ import annotations

from dataclasses import replace

from together.fault_cases import (
    AT_END,
    IN_TIME,
    NOT_ON,
    UNCHANGED,
    cable,
    clocks,
    hangs,
    lies,
    lines,
    outputs,
    pulses,
    restarts,
    silences,
    supply,
)
from together.fault_moments import HALTED, Moment
from together.fault_rows import POLLED_MS, Cannot, Case, Dial, GoesOn, Since, fault, unconfirmed

REHASTIM1 = Dial(key="rehastim1", model="RehaStim 1", polled_ms=POLLED_MS, halts_ms=420, deaf_ms=150, deaf=Since.MENDED)
NOT_TOLD = GoesOn(unknowable="the RehaStim 1 tells of no electrode")

ELECTRODES = (
    pulses("a pad comes off", "electrode_off", NOT_TOLD, channel=1),
    pulses("a lead breaks", "electrode_open", NOT_TOLD, channel=1),
    pulses("a pad hangs on by 40 %", "electrode_off", NOT_TOLD, channel=1, contact_permille=400),
    pulses("a pad is dry", "electrode_dry", NOT_TOLD, channel=1),
    pulses("a pad is worn", "electrode_dry", NOT_TOLD, channel=1, load="worn"),
    pulses("two pads touch", "electrode_short", NOT_TOLD, channel=1),
)
LIE = Case(
    name="it says yes to a change and does nothing",
    kind="lying_ack",
    params={"to": "update"},
    outcome=GoesOn(unknowable="the RehaStim 1 does not tell which current it gives"),
    never=UNCHANGED,
)
SWITCH = Case(
    name="the emergency switch is pressed",
    kind="emergency_switch",
    outcome=GoesOn(unknowable="the switch ends the output, and the RehaStim 1 does not tell"),
    others=AT_END,
)
HANGS = replace(
    hangs(REHASTIM1)[1],
    name="it hangs, and its pulses go on",
    outcome=REHASTIM1.unheard,
    others={Moment.ENDING: REHASTIM1.deaf_end},
    dead_man_ms=0,
)
REFUSED = fault("refused", 0, 1, silent_ms=POLLED_MS, since=Since.FAULT)
STRAY = fault("stray", 0, 1, silent_ms=POLLED_MS, since=Since.FAULT)
UNREAD_BIT = GoesOn(unknowable="five of the eight bits of an answer mean nothing")
UNHALTED = unconfirmed("halt_unconfirmed", 150, ("DeviceFault", "HaltUnconfirmed"), Since.MENDED)
"""It refuses what is not whole, the halts too."""


def _its_own(case: Case) -> tuple[Case, ...]:
    """A packet has a sum of five bits and no end, an answer three bits that mean something."""
    match case.name:
        case "a bit is turned over, to device":
            return (replace(case, name="a bit of the sum is turned over, to device", outcome=REFUSED),)
        case "a bit is turned over, to host":
            return (
                replace(case, name="a bit without a meaning is turned over, to host", outcome=UNREAD_BIT),
                replace(case, name="the bit that says yes is turned over, to host", seed=9, outcome=REFUSED),
                replace(case, name="a bit that names the request is turned over, to host", seed=4, outcome=STRAY),
            )
        case "a bit of every frame, to host":
            return (replace(case, outcome=STRAY, others=AT_END),)
        case "every frame comes twice, to device" | "every frame comes twice, to host":
            return ()
        case "every byte comes twice, to device":
            return (replace(case, outcome=REFUSED, others=AT_END),)
        case "every byte comes twice, to host":
            return (replace(case, outcome=STRAY, others=AT_END),)
        case "a bit of every frame, to device":
            return (replace(case, outcome=UNHALTED),)
        case "60 ms late, to host" | "byte by byte, slowly, both":
            return (replace(case, outcome=IN_TIME),)
        case _:
            return (case,)


CASES = (
    *ELECTRODES,
    *outputs(REHASTIM1),
    *(own for case in lines(REHASTIM1) for own in _its_own(case)),
    *silences(REHASTIM1),
    cable(REHASTIM1),
    *restarts(
        REHASTIM1,
        fault("refused", 0, 1, since=Since.FAULT),
        dict.fromkeys(HALTED, NOT_ON) | {Moment.STARTING: REHASTIM1.halted()},
    ),
    HANGS,
    *supply(REHASTIM1, GoesOn(unknowable="the RehaStim 1 tells of no current that is too small")),
    *clocks(REHASTIM1, 0),
    *lies(REHASTIM1, LIE),
    SWITCH,
)
CANNOT = (
    Cannot(
        name="it hangs, and its timer ends the pulses",
        kind="hang",
        why="a RehaStim 1 has no dead-man; only output=goes_on can happen",
        params={"output": "dead_man"},
    ),
    Cannot(
        name="every frame comes twice",
        kind="duplicate_bytes",
        why="no byte marks the end of a RehaStim 1's packet; use unit=byte",
        params={"unit": "frame"},
    ),
    Cannot(name="a stimulation module fails", kind="module_error", why="a RehaStim 1 has no word for it"),
    Cannot(name="another version", kind="wrong_version", why="a RehaStim 1 tells no version"),
)
OTHER = frozenset(
    {
        "a pad comes off",
        "a bit of the sum is turned over, to device",
        "a bit that names the request is turned over, to host",
        "every frame is lost, to device",
        "the cable is pulled",
        "it restarts",
        HANGS.name,
        SWITCH.name,
    }
)
"""What is in every run."""
