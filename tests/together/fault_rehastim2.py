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
from together.fault_rows import POLLED_MS, Case, Dial, GoesOn, Since, fault, halted, over, unconfirmed

from nmes.core.view import Word

REHASTIM2 = Dial(key="rehastim2", model="RehaStim2", polled_ms=POLLED_MS, halts_ms=420, deaf_ms=1_400)
"""Its own timer: 1.2 s."""
ELECTRODE = fault("electrode", 0, -2)
NO_WORD = "the RehaStim2 tests the electrode, and has no word for a current that is too small"


def told_at_once(name: str, kind: str) -> Case:
    """The device has ended everything, and said so, before a person halts."""
    records = ("DeviceFault", "End", "HaltConfirmed")
    ended = replace(ELECTRODE, word=Word.ENDED, records=records, again=False)
    return replace(pulses(name, kind, ELECTRODE, channel=1), others={Moment.ENDING: ended, Moment.STOPPING: ELECTRODE})


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
    others=dict.fromkeys((*HALTED, Moment.STARTING), fault("not_initialised", 0, 0, since=Since.TOLD)),
    never=UNCHANGED,
)
TOLD_TOO = replace(over(), records=("End", "DeviceFault", "HaltConfirmed"), alarmed=True)
SWITCH = Case(
    name="the emergency switch is pressed",
    kind="emergency_switch",
    outcome=fault("emergency_stop", 0, -1, since=Since.FAULT),
    others={Moment.ENDING: TOLD_TOO},
)
MODULE = Case(
    name="a stimulation module fails",
    kind="module_error",
    outcome=fault("module", 0, -3, since=Since.FAULT),
    others={Moment.ENDING: TOLD_TOO},
)
RESTARTED = fault("restarted", 0, 0, since=Since.FAULT)


ASKED_AGAIN = GoesOn(unknowable="nothing is on, and a question that is not answered is asked again")
READ_AGAIN = GoesOn(unknowable="the device says that it could not read the question, and is asked again")
NOT_ENABLED = unconfirmed("halt_unconfirmed", 0, ("HaltUnconfirmed",))
"""It let go long ago, and nothing is on; nobody can tell."""
REFUSED = fault("refused", 0, -1, since=Since.FAULT)
UNREAD = unconfirmed("halt_unconfirmed", 0, ("DeviceFault", "HaltUnconfirmed"))
"""It says that it could not read the list, nor the halts; nothing is on yet."""
SECOND_HALT = over(220)
"""A halt that is lost leaves again when its answer, which may take 100 ms, is 200 ms late."""
SLOW_HALT = over(320)


def _its_own(case: Case) -> tuple[Case, ...]:
    """Its answers may take 150 ms and more, and a late one to an earlier try of the same halt counts as one.

    A frame whose sum is wrong is answered: it was not read. One that does not begin or end as a frame must is not.
    """
    unheard = case.others | dict.fromkeys(HALTED, NOT_ENABLED)
    unanswered = case.others | dict.fromkeys((*HALTED, Moment.STARTING), ASKED_AGAIN)
    lost = {Moment.ENDING: SECOND_HALT} | dict.fromkeys(HALTED, ASKED_AGAIN)
    unread = {Moment.ENDING: SECOND_HALT, Moment.STARTING: REFUSED}
    match case.name:
        case "a frame is lost, to device":
            return (replace(case, others=lost),)
        case "a bit is turned over, to device":
            return (
                replace(case, name="a bit of the first byte is turned over, to device", seed=10, others=lost),
                replace(
                    case, name="a bit of the sum is turned over, to device", seed=1, outcome=READ_AGAIN, others=unread
                ),
            )
        case "a frame is lost, to host" | "a bit is turned over, to host":
            return (replace(case, others=unanswered),)
        case "every frame is lost, to device" | "every byte comes twice, to device" | "it hears nothing":
            return (replace(case, others=unheard),)
        case "a bit of every frame, to device":
            return (replace(case, others=unheard | {Moment.STARTING: UNREAD}),)
        case "60 ms late, to host" | "byte by byte, slowly, both":
            return (replace(case, outcome=IN_TIME),)
        case "0.3 s late, to device":
            return (replace(case, outcome=halted(POLLED_MS + 300), others={Moment.ENDING: SLOW_HALT}),)
        case "0.3 s late, to host":
            return (replace(case, outcome=REHASTIM2.halted(), others=AT_END),)
        case _:
            return (case,)


CASES = (
    *ELECTRODES,
    *outputs(REHASTIM2),
    *(own for case in (*lines(REHASTIM2), *silences(REHASTIM2)) for own in _its_own(case)),
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
