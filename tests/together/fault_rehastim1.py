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
from together.fault_moments import HALTED, HALTING, Moment
from together.fault_rows import (
    FOR_EVER_MS,
    POLLED_MS,
    UNTIL_IT_OBEYS,
    Cannot,
    Case,
    Dial,
    GoesOn,
    Since,
    fault,
    over,
    unconfirmed,
)

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
STOPPED_AGAIN = GoesOn(unknowable="nothing is on, and a stop that is not acknowledged is sent again")
AT_REST = dict.fromkeys(HALTED, STOPPED_AGAIN)
UNSTARTED = {Moment.STARTING: REHASTIM1.halted()}
"""A start begins with a stop; one that is refused, or answered otherwise, counts as one that is not answered."""
UNREST = dict.fromkeys(HALTED, unconfirmed("unanswered", 0))
"""It is stopped once a second; three that are not acknowledged are told before a person wants anything."""
HALTED_BEFORE = dict.fromkeys(HALTED, REHASTIM1.halted())
"""The stop of a start is not answered in its time; of the halt that follows two are, and nothing was on."""
ONE_BYTE = "a halt and its answer are one byte each, which cannot be cut"
STOPPED_AT_REST = (Moment.RAMP_DOWN, Moment.REST)
"""A whole cycle later, when STOP is pressed, the plan rests."""


def _its_own(case: Case) -> tuple[Case, ...]:
    """A packet has a sum of five bits and no end, an answer three bits that mean something and no number: what answers
    an earlier stop counts for a later one, and the device has stopped all the same.
    """
    match case.name:
        case "a frame is lost, to device" | "a frame is lost, to host":
            return (replace(case, others=case.others | AT_REST),)
        case "a bit is turned over, to device":
            return (
                replace(
                    case,
                    name="a bit of the sum is turned over, to device",
                    outcome=REFUSED,
                    others=case.others | AT_REST,
                ),
            )
        case "a bit is turned over, to host":
            others = case.others | AT_REST | UNSTARTED
            return (
                replace(case, name="a bit without a meaning is turned over, to host", outcome=UNREAD_BIT),
                replace(
                    case, name="the bit that says yes is turned over, to host", seed=9, outcome=REFUSED, others=others
                ),
                replace(
                    case,
                    name="a bit that names the request is turned over, to host",
                    seed=4,
                    outcome=STRAY,
                    others=others,
                ),
            )
        case "a bit of every frame, to host":
            return (replace(case, outcome=STRAY, others=AT_END | HALTED_BEFORE),)
        case "every frame comes twice, to device" | "every frame comes twice, to host":
            return ()
        case "every byte comes twice, to device":
            # with pulses of 300 us one of 2 mA could pass for another, which nobody can know: `test_unseen_bit`
            return (replace(case, outcome=REFUSED, others=AT_END, phase_us=200),)
        case "every byte comes twice, to host":
            return (replace(case, outcome=STRAY, others=AT_END),)
        case "a bit of every frame, to device":
            return (replace(case, outcome=UNHALTED, others=case.others | UNREST),)
        case "0.3 s late, to device":
            return (replace(case, others=case.others | HALTED_BEFORE),)
        case "0.3 s late, to host":
            return (replace(case, others=case.others | HALTED_BEFORE | UNSTARTED),)
        case "60 ms late, to host":
            return (replace(case, outcome=IN_TIME),)
        case "byte by byte, slowly, both":
            return (replace(case, outcome=IN_TIME, never={Moment.ENDING: ONE_BYTE}),)
        case "a few bytes at a time, both":
            return (replace(case, never=dict.fromkeys(HALTING, ONE_BYTE)),)
        case "it says yes to a halt and does nothing":
            return (_lying(case),)
        case _:
            return (case,)


def _lying(case: Case) -> Case:
    """An acknowledged stop is all there is, so nobody can tell; at rest the list it goes on with gives no current."""
    return replace(
        case,
        outcome=GoesOn(
            unknowable="nobody has told it to halt yet; then it answers that it has", after_stop=UNTIL_IT_OBEYS
        ),
        others={Moment.ENDING: replace(over(FOR_EVER_MS), since=Since.MENDED), Moment.STOPPING: UNTIL_IT_OBEYS},
        dead_man_ms=FOR_EVER_MS,
        false_off=tuple(moment for moment in Moment if moment not in STOPPED_AT_REST),
    )


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
    *(own for case in lies(REHASTIM1, LIE) for own in _its_own(case)),
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
