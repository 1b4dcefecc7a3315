"""The RehaMove3's rows: a test pulse before each pulse, one bit of a fault per channel, one bit for all that runs.

A bad electrode leaves its pulses out and nothing more: the device goes on, and would resume at full current as soon as
the pad lies on the skin again. So it is the session that halts, at the next answer that tells of it.
"""

from __future__ import annotations

from dataclasses import replace

from together.fault_cases import (
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
from together.fault_rows import DEAF_MS, POLLED_MS, Cannot, Case, Dial, GoesOn, Since, fault

REHAMOVE3 = Dial(key="rehamove3", model="RehaMove3", polled_ms=POLLED_MS, halts_ms=420, deaf_ms=DEAF_MS)
ELECTRODE = fault("electrode", 1, 0)
"""Its answer's result stays 0 [inferred]."""
NO_WORD = "the RehaMove3 tests the electrode, and has no word for a current that is too small"

ELECTRODES = (
    pulses("a pad comes off", "electrode_off", ELECTRODE, channel=1),
    replace(
        pulses(
            "a pad comes off and lies on again after 0.3 s",
            "electrode_off",
            replace(ELECTRODE, silent_ms=POLLED_MS, since=Since.FAULT),
            channel=1,
        ),
        for_us=300_000,
        never=dict.fromkeys(
            (moment for moment in Moment if moment not in (Moment.TITRATING, Moment.HOLD, Moment.RAMP_DOWN)),
            "these 0.3 s are over before 15 mA, from which on it is tested",
        ),
    ),
    pulses("a lead breaks", "electrode_open", ELECTRODE, channel=1),
    replace(
        pulses("a pad comes off at 10 mA", "electrode_off", GoesOn(unknowable="not tested below 15 mA"), channel=1),
        level_ua=10_000,
    ),
    pulses(
        "a pad hangs on by 40 %",
        "electrode_off",
        GoesOn(unknowable="the whole current still flows, through less skin; no voltage is reported"),
        channel=1,
        contact_permille=400,
    ),
    pulses("a pad is dry", "electrode_dry", GoesOn(unknowable=NO_WORD), channel=1),
    pulses("a pad is worn", "electrode_dry", GoesOn(unknowable="the current is reached"), channel=1, load="worn"),
    pulses(
        "two pads touch",
        "electrode_short",
        GoesOn(unknowable="the current is reached easily; too little resistance is not reported"),
        channel=1,
    ),
)
LIE = Case(
    name="it says yes to a change and does nothing",
    kind="lying_ack",
    params={"to": "update"},
    outcome=fault("refused", 0, 0, since=Since.TOLD),
    others=dict.fromkeys((*HALTED, Moment.STARTING, Moment.REST), fault("channel_silent", 1, 0, since=Since.TOLD)),
    never=UNCHANGED,
)
RESTARTED = fault("not_initialised", 0, 7, since=Since.FAULT)
CASES = (
    *ELECTRODES,
    *outputs(REHAMOVE3),
    *lines(REHAMOVE3),
    *silences(REHAMOVE3),
    cable(REHAMOVE3),
    *restarts(
        REHAMOVE3,
        RESTARTED,
        dict.fromkeys((Moment.STARTING, Moment.RAMP_UP), REHAMOVE3.halted()) | dict.fromkeys(HALTED, NOT_ON),
    ),
    *hangs(REHAMOVE3),
    *supply(REHAMOVE3, GoesOn(unknowable=NO_WORD)),
    *clocks(REHAMOVE3, 2_500),
    *lies(REHAMOVE3, LIE),
)
CANNOT = (
    Cannot(
        name="the emergency switch is pressed",
        kind="emergency_switch",
        why="a RehaMove3 has no emergency stop input",
    ),
    Cannot(name="a stimulation module fails", kind="module_error", why="a RehaMove3 has no word for it"),
)
OTHER = frozenset(
    {
        "a pad comes off",
        "a pad comes off and lies on again after 0.3 s",
        "a pad is dry",
        "every frame is lost, to device",
        "it restarts",
    }
)
"""What is in every run."""
