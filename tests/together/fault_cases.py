"""Every fault the simulator can inject, with what must follow; the columns are in `fault_rows`.

Each kind of the simulator's catalogue is here in its worst and in its everyday form: a frame is lost, every frame is
lost; a pad off, hanging on, dry, worn; found at once, found at the next change, never found. Here are the P24's rows,
and those that every family has, made for a family by its `Dial`; the others' own are in modules of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from together.fault_moments import HALTED, HALTING, Moment
from together.fault_rows import (
    FALSE_OFF,
    FOR_EVER_MS,
    P24,
    Cannot,
    Case,
    Dial,
    Ends,
    GoesOn,
    Outcome,
    Since,
    fault,
    halted,
    no_end,
    over,
    unconfirmed,
)

from nmes.core.view import Word

LOW_UA = 4_000
"""Soon reached; enough where no pad and no current is what is broken."""
AT_END: Mapping[Moment, Outcome] = {Moment.ENDING: over()}
ELECTRODE = fault("electrode", 1, 10)
LOW_CURRENT = fault("low_current", 1, 28)


def pulses(name: str, kind: str, outcome: Outcome, *, channel: int | None = None, **params: int | str) -> Case:
    """A fault that shows in pulses; at the end of the session it needs a few before the halt."""
    return Case(name=name, kind=kind, outcome=outcome, channel=channel, params=params, others=AT_END, lead_ms=60)


P24_ELECTRODES = (
    pulses("a pad comes off", "electrode_off", ELECTRODE, channel=1),
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
    pulses("a pad is dry", "electrode_dry", LOW_CURRENT, channel=1),
    pulses("a pad is worn", "electrode_dry", GoesOn(unknowable="the current is reached"), channel=1, load="worn"),
    pulses(
        "two pads touch",
        "electrode_short",
        GoesOn(unknowable="the current is reached easily; the P24 has no word for too little resistance"),
        channel=1,
    ),
)


def outputs(dial: Dial) -> tuple[Case, ...]:
    """Nothing on the line of any family tells what current flows."""
    unread = GoesOn(unknowable=f"the {dial.model} reports no current")
    return (
        replace(
            pulses("a fifth too much", "gain_error", unread, gain_permille=1200), most_ua=lambda ua: ua * 6 // 5 + 1
        ),
        pulses("a third too little", "gain_error", unread, gain_permille=667),
        replace(
            pulses("stuck where it was", "stuck_output", unread, mode="level"),
            never=dict.fromkeys((Moment.TITRATING, *HALTING), "it sticks at what is wanted there anyway"),
        ),
        replace(
            pulses("stuck at 35 mA", "stuck_output", unread, mode="level", level_ua=35_000),
            most_ua=lambda ua: max(ua, 35_000),
        ),
        replace(
            pulses("2 mA more in every phase", "dac_offset", unread, offset_ua=2_000), most_ua=lambda ua: ua + 2_000
        ),
        replace(
            pulses(
                "a tenth more back than forth",
                "charge_imbalance",
                GoesOn(unknowable=f"the {dial.model} reports no charge"),
                imbalance_permille=100,
            ),
            most_ua=lambda ua: ua * 11 // 10 + 1,
        ),
    )


def once(case: Case) -> Case:
    """The same, mended at its first effect."""
    return replace(case, once=True)


def line(name: str, kind: str, direction: str, outcome: Outcome, ending: Outcome, **params: int | str) -> Case:
    """A fault of the line. Every frame is hit, so that a case needs no luck; the level plays no part, so it is low."""
    return Case(
        name=f"{name}, {direction.replace('_', ' ')}",
        kind=kind,
        params={"direction": direction} | params,
        outcome=outcome,
        level_ua=LOW_UA,
        others={Moment.ENDING: ending},
    )


EVERY: Mapping[str, int | str] = {"permille": 1000, "unit": "frame"}
HARMLESS = GoesOn(unknowable="nothing is lost and nothing is late")
IN_TIME = GoesOn(unknowable="every answer still comes in its time")
"""Where a family's answers may take longer than a P24's."""


def seen_at_a_change(case: Case) -> Case:
    """At a level that nobody changes there is nothing to be late for."""
    steady = GoesOn(unknowable="every answer comes, and none is waited for")
    return replace(case, others={**case.others, Moment.TITRATING: steady}, line_ms=30)


def lines(dial: Dial) -> tuple[Case, ...]:
    """What may become of bytes on their way."""
    lost, unheard, unanswered = dial.halted(), dial.unheard, dial.unanswered
    deaf_end, silent_end = dial.deaf_end, dial.silent_end
    slow = halted(250, Since.TOLD)  # too late to clear a change of output; found at the next change
    late = unconfirmed("unanswered", dial.polled_ms + 300)  # the halt that follows is as late as everything else
    return (
        once(line("a frame is lost", "drop_bytes", "to_device", lost, over(), **EVERY)),
        once(line("a frame is lost", "drop_bytes", "to_host", lost, over(), **EVERY)),
        line("every frame is lost", "drop_bytes", "to_device", unheard, deaf_end, **EVERY),
        line("every frame is lost", "drop_bytes", "to_host", unanswered, silent_end, **EVERY),
        once(line("a bit is turned over", "corrupt_bytes", "to_device", lost, over(), **EVERY)),
        once(line("a bit is turned over", "corrupt_bytes", "to_host", lost, over(), **EVERY)),
        line("a bit of every frame", "corrupt_bytes", "to_device", unheard, deaf_end, **EVERY),
        line("a bit of every frame", "corrupt_bytes", "to_host", unanswered, silent_end, **EVERY),
        line("every frame comes twice", "duplicate_bytes", "to_device", HARMLESS, over(), **EVERY),
        line("every frame comes twice", "duplicate_bytes", "to_host", HARMLESS, over(), **EVERY),
        line("every byte comes twice", "duplicate_bytes", "to_device", unheard, deaf_end, permille=1000),
        line("every byte comes twice", "duplicate_bytes", "to_host", unanswered, silent_end, permille=1000),
        replace(line("5 ms late", "delay_bytes", "both", HARMLESS, over(), delay_us=5_000), line_ms=5),
        seen_at_a_change(line("60 ms late", "delay_bytes", "to_host", slow, over(), delay_us=60_000)),
        line("0.3 s late", "delay_bytes", "to_device", late, no_end(dial.halts_ms), delay_us=300_000),
        line("0.3 s late", "delay_bytes", "to_host", unanswered, silent_end, delay_us=300_000),
        replace(line("a few bytes at a time", "split_bytes", "both", HARMLESS, over(), piece=5, gap_us=300), line_ms=2),
        seen_at_a_change(line("byte by byte, slowly", "split_bytes", "both", slow, over(), piece=1, gap_us=2_000)),
    )


NOT_ON = GoesOn(unknowable="nothing was on, and every start begins with a start-up of its own")


def restarts(dial: Dial, outcome: Outcome, others: Mapping[Moment, Outcome]) -> tuple[Case, ...]:
    """It loses its power, for a moment or for longer."""
    return (
        Case(name="it restarts", level_ua=LOW_UA, kind="reset", outcome=outcome, others=AT_END | dict(others)),
        Case(
            name="it restarts and stays down for 5 s",
            level_ua=LOW_UA,
            kind="reset",
            for_us=5_000_000,
            outcome=dial.unanswered,
            others={Moment.ENDING: dial.silent_end},
        ),
    )


def cable(dial: Dial) -> Case:
    """Before it is pulled a halt may have been confirmed; then nothing is unsure."""
    unplugged = unconfirmed("link_lost", dial.deaf_ms, ("LinkLost",), dial.deaf)
    ended = Ends(word=Word.ENDED, why="link_lost", records=("LinkLost",), silent_ms=0, again=False)
    # asked for in the turn that lost the line: the alarm stays on the summary
    left = replace(ended, records=("LinkLost", "End"), silent_ms=dial.deaf_ms, since=dial.deaf)
    return Case(
        name="the cable is pulled",
        kind="disconnect",
        outcome=unplugged,
        others=dict.fromkeys(HALTED, ended) | {Moment.ENDING: left, Moment.STOPPING: unplugged},
    )


def silences(dial: Dial) -> tuple[Case, ...]:
    """It no longer speaks, or no longer hears."""
    return (
        Case(
            name="it answers nothing",
            level_ua=LOW_UA,
            kind="mute",
            outcome=dial.unanswered,
            others={Moment.ENDING: dial.silent_end},
        ),
        Case(
            name="it hears nothing",
            level_ua=LOW_UA,
            kind="deaf",
            outcome=dial.unheard,
            others={Moment.ENDING: dial.deaf_end},
        ),
    )


def hangs(dial: Dial) -> tuple[Case, ...]:
    """Its firmware stands still, and its timer may too."""
    return (
        Case(
            name="it hangs",
            level_ua=LOW_UA,
            kind="hang",
            outcome=dial.unheard,
            others={Moment.ENDING: dial.deaf_end},
        ),
        Case(
            name="it hangs and its timer too",
            kind="hang",
            params={"output": "goes_on"},
            for_us=8_000_000,
            outcome=unconfirmed("unanswered", 8_000),
            others={Moment.ENDING: no_end(8_000)},
            dead_man_ms=9_000,
        ),
    )


def supply(dial: Dial, sagging: Outcome) -> tuple[Case, ...]:
    """Its supply is weak."""
    return (
        pulses("the supply sags", "supply_sag", sagging, compliance_mv=20_000, restart_below_mv=10_000),
        Case(
            name="the supply breaks down for 5 s",
            kind="supply_sag",
            params={"compliance_mv": 20_000, "restart_below_mv": 40_000},
            for_us=5_000_000,
            outcome=dial.unanswered,
            others={Moment.ENDING: dial.silent_end},
        ),
    )


def clocks(dial: Dial, dead_man_ms: int) -> tuple[Case, ...]:
    """Nobody on the line is told the device's time. `dead_man_ms`: its timer by a clock that is 20 % slow."""
    untold = GoesOn(unknowable=f"the {dial.model} tells no time")
    slow = pulses("its clock is 20 % slow", "clock_drift", untold, ppm=-200_000)
    return pulses("its clock is 2 % fast", "clock_drift", untold, ppm=20_000), replace(slow, dead_man_ms=dead_man_ms)


def lies(dial: Dial, change: Case) -> tuple[Case, ...]:
    """It says yes. `change`: where it does so to a change of its output."""
    return (
        change,
        Case(
            name="it says yes to a halt and does nothing",
            kind="lying_ack",
            params={"to": "stop"},
            outcome=GoesOn(
                unknowable="nobody has told it to halt yet",
                after_stop=unconfirmed("halt_unconfirmed", dial.deaf_ms, ("HaltUnconfirmed",), dial.deaf),
            ),
            others={Moment.ENDING: dial.deaf_end},
            obeys_halts=False,
        ),
        Case(
            name="it gives pulses after it has stopped",
            kind="stuck_output",
            params={"mode": "after_stop"},
            outcome=GoesOn(unknowable="it answers that it is off", after_stop=FALSE_OFF),
            others={Moment.ENDING: over(silent_ms=FOR_EVER_MS)},
            lead_ms=60,
            obeys_halts=False,
            dead_man_ms=FOR_EVER_MS,
            false_off=tuple(Moment),
        ),
    )


UNCHANGED = dict.fromkeys((Moment.TITRATING, *HALTING), "no change of its output is asked for then")
P24_LIE = Case(
    name="it says yes to a change and does nothing",
    kind="lying_ack",
    params={"to": "update"},
    outcome=fault("refused", 1, 0, since=Since.TOLD),
    others=dict.fromkeys((*HALTED, Moment.STARTING, Moment.REST), fault("channel_silent", 1, 0, since=Since.TOLD)),
    never=UNCHANGED,
)
RESTARTED = fault("not_initialised", 0, 7, since=Since.FAULT)
ANSWER_GONE = dict.fromkeys((Moment.STARTING, Moment.RAMP_UP), P24.halted())
"""What was under way, a start-up or an update, is lost with the device's memory, and its answer."""

CASES = (
    *P24_ELECTRODES,
    *outputs(P24),
    *lines(P24),
    *silences(P24),
    cable(P24),
    *restarts(P24, RESTARTED, ANSWER_GONE | dict.fromkeys(HALTED, NOT_ON)),
    *hangs(P24),
    *supply(P24, LOW_CURRENT),
    *clocks(P24, 2_500),
    *lies(P24, P24_LIE),
)
CANNOT = (
    Cannot(name="the emergency switch is pressed", kind="emergency_switch", why="a P24 has no emergency stop input"),
    Cannot(name="a stimulation module fails", kind="module_error", why="a P24 has no word for it"),
)
