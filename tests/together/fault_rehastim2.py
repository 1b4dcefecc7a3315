"""The RehaStim2's rows: it tests the electrode before each pulse, ends everything by itself and says so unasked.

What it says names no channel. Of what it gives it says nothing at all: an answer tells its mode.
"""

from __future__ import annotations

from dataclasses import replace

from together.fault_cases import (
    AT_END,
    IN_TIME,
    LOW_UA,
    NOT_ON,
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
from together.fault_moments import HALTED, HALTING, Moment
from together.fault_rows import POLLED_MS, Case, Dial, GoesOn, Since, fault, halted

REHASTIM2 = Dial(key="rehastim2", model="RehaStim2", polled_ms=POLLED_MS, halts_ms=420, deaf_ms=1_400)
"""Its own timer: 1.2 s."""
ELECTRODE = fault("electrode", 0, -2)
NO_WORD = "the RehaStim2 tests the electrode, and has no word for a current that is too small"


def told_at_once(name: str, kind: str) -> Case:
    """The device ends everything before a person could, so that no halt is asked for meanwhile."""
    return replace(pulses(name, kind, ELECTRODE, channel=1), never=HALTING)


ELECTRODES = (
    told_at_once("a pad comes off", "electrode_off"),
    replace(told_at_once("a pad comes off at 4 mA", "electrode_off"), level_ua=LOW_UA),
    told_at_once("a lead breaks", "electrode_open"),
    pulses(
        "a pad hangs on by 40 %",
        "electrode_off",
        GoesOn(unknowable="the whole current still flows, through less skin; no voltage is reported"),
        channel=1,
        contact_permille=400,
    ),
    pulses("a pad is dry", "electrode_dry", GoesOn(unknowable=NO_WORD), channel=1),
    pulses("a pad is worn", "electrode_dry", GoesOn(unknowable="the current is reached"), channel=1, load="worn"),
    told_at_once("two pads touch", "electrode_short"),
)
LIE = Case(
    name="it says yes to a change and does nothing",
    kind="lying_ack",
    params={"to": "update"},
    outcome=GoesOn(unknowable="the RehaStim2 does not tell which current it gives"),
    never=(Moment.TITRATING, *HALTING),
)
SWITCH = Case(
    name="the emergency switch is pressed",
    kind="emergency_switch",
    outcome=fault("emergency_stop", 0, -1, since=Since.FAULT),
    others=AT_END,
)
MODULE = Case(
    name="a stimulation module fails",
    kind="module_error",
    outcome=fault("module", 0, -3, since=Since.FAULT),
    others=AT_END,
)
RESTARTED = fault("restarted", 0, 0, since=Since.FAULT)


def _its_own(case: Case) -> Case:
    """Its answers may take 150 ms and more, and a late one to an earlier try of the same halt counts as one."""
    match case.name:
        case "60 ms late, to host" | "byte by byte, slowly, both":
            return replace(case, outcome=IN_TIME)
        case "0.3 s late, to device":
            return replace(case, outcome=halted(POLLED_MS + 300))
        case "0.3 s late, to host":
            return replace(case, outcome=REHASTIM2.halted())
        case _:
            return case


CASES = (
    *ELECTRODES,
    *outputs(REHASTIM2),
    *map(_its_own, lines(REHASTIM2)),
    *silences(REHASTIM2),
    cable(REHASTIM2),
    *restarts(
        REHASTIM2,
        RESTARTED,
        dict.fromkeys((*HALTED, Moment.STARTING), NOT_ON),
    ),
    *hangs(REHASTIM2),
    *supply(REHASTIM2, GoesOn(unknowable=NO_WORD)),
    *clocks(REHASTIM2, 1_500),
    *lies(REHASTIM2, LIE),
    SWITCH,
    MODULE,
)
CANNOT = ()
OTHER = frozenset(
    {
        "a pad comes off at 4 mA",
        "two pads touch",
        "a frame is lost, to host",
        "every frame is lost, to device",
        "it restarts",
        SWITCH.name,
        MODULE.name,
    }
)
"""What is in every run."""
