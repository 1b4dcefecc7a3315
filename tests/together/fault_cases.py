"""Every fault the simulator can inject, with what must follow; the columns are in `fault_rows`.

Each kind of the simulator's catalogue is here in its worst and in its everyday form: a frame is lost, every frame is
lost; a pad off, hanging on, dry, worn; found at once, found at the next change, never found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from together.fault_moments import HALTED, HALTING, Moment
from together.fault_rows import (
    AT_END,
    DEAF,
    DEAF_MS,
    ELECTRODE,
    FALSE_OFF,
    FOR_EVER_MS,
    LOW_CURRENT,
    NO_END,
    NOT_HEARD,
    NOT_STOPPED,
    POLLED_MS,
    RESTARTED,
    UNANSWERED,
    Case,
    Ends,
    GoesOn,
    Outcome,
    Since,
    fault,
    halted,
    over,
    unconfirmed,
)

from nmes.core.view import Word

LOW_UA = 4_000
"""Soon reached; enough where no pad and no current is what is broken."""
NO_READING = "the P24 reports no current"
NO_CLOCK = "the P24 tells no time"


def pulses(name: str, kind: str, outcome: Outcome, *, channel: int | None = None, **params: int | str) -> Case:
    """A fault that shows in pulses; at the end of the session it needs a few before the halt."""
    return Case(name=name, kind=kind, outcome=outcome, channel=channel, params=params, others=AT_END, lead_ms=60)


ELECTRODES = (
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

UNREAD = GoesOn(unknowable=NO_READING)
OUTPUTS = (
    replace(pulses("a fifth too much", "gain_error", UNREAD, gain_permille=1200), most_ua=lambda ua: ua * 6 // 5 + 1),
    pulses("a third too little", "gain_error", UNREAD, gain_permille=667),
    replace(
        pulses("stuck where it was", "stuck_output", UNREAD, mode="level"), never=(Moment.TITRATING, *HALTING)
    ),  # it sticks at what is wanted there anyway
    replace(
        pulses("stuck at 35 mA", "stuck_output", UNREAD, mode="level", level_ua=35_000),
        most_ua=lambda ua: max(ua, 35_000),
    ),
    replace(pulses("2 mA more in every phase", "dac_offset", UNREAD, offset_ua=2_000), most_ua=lambda ua: ua + 2_000),
    replace(
        pulses(
            "a tenth more back than forth",
            "charge_imbalance",
            GoesOn(unknowable="the P24 reports no charge"),
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
SLOW = halted(250, Since.TOLD)
"""Too late to clear a change of output; found at the next change."""
LATE_HALT = unconfirmed("unanswered", POLLED_MS + 300)
"""The halt that follows is as late as everything else."""
HARMLESS = GoesOn(unknowable="nothing is lost and nothing is late")


def seen_at_a_change(case: Case) -> Case:
    """At a level that nobody changes there is nothing to be late for."""
    steady = GoesOn(unknowable="every answer comes, and none is waited for")
    return replace(case, others={**case.others, Moment.TITRATING: steady}, line_ms=30)


HALF, DEAF_END, LATE_END = (
    NO_END[Moment.ENDING],
    NOT_HEARD[Moment.ENDING],
    unconfirmed("halt_unconfirmed", 420, ("End", "HaltUnconfirmed")),
)

LINE = (
    once(line("a frame is lost", "drop_bytes", "to_device", halted(), over(), **EVERY)),
    once(line("a frame is lost", "drop_bytes", "to_host", halted(), over(), **EVERY)),
    line("every frame is lost", "drop_bytes", "to_device", DEAF, DEAF_END, **EVERY),
    line("every frame is lost", "drop_bytes", "to_host", UNANSWERED, HALF, **EVERY),
    once(line("a bit is turned over", "corrupt_bytes", "to_device", halted(), over(), **EVERY)),
    once(line("a bit is turned over", "corrupt_bytes", "to_host", halted(), over(), **EVERY)),
    line("a bit of every frame", "corrupt_bytes", "to_device", DEAF, DEAF_END, **EVERY),
    line("a bit of every frame", "corrupt_bytes", "to_host", UNANSWERED, HALF, **EVERY),
    line("every frame comes twice", "duplicate_bytes", "to_device", HARMLESS, over(), **EVERY),
    line("every frame comes twice", "duplicate_bytes", "to_host", HARMLESS, over(), **EVERY),
    line("every byte comes twice", "duplicate_bytes", "to_device", DEAF, DEAF_END, permille=1000),
    line("every byte comes twice", "duplicate_bytes", "to_host", UNANSWERED, HALF, permille=1000),
    replace(line("5 ms late", "delay_bytes", "both", HARMLESS, over(), delay_us=5_000), line_ms=5),
    seen_at_a_change(line("60 ms late", "delay_bytes", "to_host", SLOW, over(), delay_us=60_000)),
    line("0.3 s late", "delay_bytes", "to_device", LATE_HALT, LATE_END, delay_us=300_000),
    line("0.3 s late", "delay_bytes", "to_host", UNANSWERED, HALF, delay_us=300_000),
    replace(line("a few bytes at a time", "split_bytes", "both", HARMLESS, over(), piece=5, gap_us=300), line_ms=2),
    seen_at_a_change(line("byte by byte, slowly", "split_bytes", "both", SLOW, over(), piece=1, gap_us=2_000)),
)

NOT_ON = GoesOn(unknowable="nothing was on, and every start begins with a start-up of its own")
IN_START = {Moment.STARTING: halted()}
"""The answer to the start-up is lost with the device's memory."""
IN_RAMP = {Moment.RAMP_UP: halted()}
"""That to an update, which was under way at this moment."""
UNPLUGGED = unconfirmed("link_lost", DEAF_MS, ("LinkLost",))
ENDED_UNPLUGGED = Ends(word=Word.ENDED, why="link_lost", records=("LinkLost",), silent_ms=0, again=False)
"""Halted before, and confirmed."""
LEFT_UNPLUGGED = Ends(word=Word.ENDED, why="link_lost", records=("LinkLost", "End"), silent_ms=DEAF_MS, again=False)
"""The end was asked for in the turn that lost the line: the alarm stays on the summary."""

DEVICE = (
    Case(name="it answers nothing", level_ua=LOW_UA, kind="mute", outcome=UNANSWERED, others=NO_END),
    Case(name="it hears nothing", level_ua=LOW_UA, kind="deaf", outcome=DEAF, others=NOT_HEARD),
    Case(
        name="the cable is pulled",
        kind="disconnect",
        outcome=UNPLUGGED,
        others=dict.fromkeys(HALTED, ENDED_UNPLUGGED) | {Moment.ENDING: LEFT_UNPLUGGED, Moment.STOPPING: UNPLUGGED},
    ),
    Case(
        name="it restarts",
        level_ua=LOW_UA,
        kind="reset",
        outcome=RESTARTED,
        others=AT_END | IN_START | IN_RAMP | dict.fromkeys(HALTED, NOT_ON),
    ),
    Case(
        name="it restarts and stays down for 5 s",
        level_ua=LOW_UA,
        kind="reset",
        for_us=5_000_000,
        outcome=UNANSWERED,
        others=NO_END,
    ),
    Case(name="it hangs", level_ua=LOW_UA, kind="hang", outcome=DEAF, others=NOT_HEARD),
    Case(
        name="it hangs and its timer too",
        kind="hang",
        params={"output": "goes_on"},
        for_us=8_000_000,
        outcome=unconfirmed("unanswered", 8_000),
        others={Moment.ENDING: unconfirmed("halt_unconfirmed", 8_000, ("End", "HaltUnconfirmed"))},
        dead_man_ms=9_000,
    ),
    pulses("the supply sags", "supply_sag", LOW_CURRENT, compliance_mv=20_000, restart_below_mv=10_000),
    Case(
        name="the supply breaks down for 5 s",
        kind="supply_sag",
        params={"compliance_mv": 20_000, "restart_below_mv": 40_000},
        for_us=5_000_000,
        outcome=UNANSWERED,
        others=NO_END,
    ),
    pulses("its clock is 2 % fast", "clock_drift", GoesOn(unknowable=NO_CLOCK), ppm=20_000),
    replace(
        pulses("its clock is 20 % slow", "clock_drift", GoesOn(unknowable=NO_CLOCK), ppm=-200_000), dead_man_ms=2_500
    ),
    Case(
        name="it says yes to a change and does nothing",
        kind="lying_ack",
        params={"to": "update"},
        outcome=fault("refused", 1, 0, since=Since.TOLD),
        others=dict.fromkeys((*HALTED, Moment.STARTING, Moment.REST), fault("channel_silent", 1, 0, since=Since.TOLD))
        | {Moment.TITRATING: GoesOn(unknowable="the P24 does not tell which current it gives")},
        never=(Moment.TITRATING, *HALTING),
    ),
    Case(
        name="it says yes to a halt and does nothing",
        kind="lying_ack",
        params={"to": "stop"},
        outcome=GoesOn(unknowable="nobody has told it to halt yet", after_stop=NOT_STOPPED),
        others=NOT_HEARD,
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
        false_off=True,
    ),
)

CASES = (*ELECTRODES, *OUTPUTS, *LINE, *DEVICE)
