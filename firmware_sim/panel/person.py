"""The patient in words and bars: forces with their history, fatigue, cramps, what is felt, how much it hurts.

Pure, and separate from the words of the device because a simulator may run without a patient.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from firmware_sim.panel.braille import bar, level, sparkline
from firmware_sim.panel.state import Felt, Muscle, PanelState, Patient

NOBODY: Final = "No virtual patient on these electrodes. Start with --patient PROFILE to see forces, pain and cramps."
KEPT: Final = 60
"""Seconds of force kept per muscle. [design]"""
LEAST_SCALE_MN: Final = 10_000
"""Full bar at the least, so that a twitch of nothing does not fill it [design]."""
ONE_ROW: Final = 74
"""Columns from which on a muscle fits on one row. [design]"""


def full_name(muscle: Muscle) -> str:
    return f"{muscle.name} {muscle.side}".rstrip()


@dataclass(slots=True)
class Forces:
    """The strongest force of each second of the device's time, newest last, by muscle."""

    seen: dict[str, deque[int]] = field(default_factory=dict)
    second: int = -1

    def note(self, state: PanelState) -> None:
        """Take one reading. Seconds nobody looked at are left out; a time that goes back begins afresh."""
        second = state.t_us // 1_000_000
        if second < self.second:
            self.seen.clear()
        fresh, self.second = second != self.second, second
        for muscle in state.patient.muscles if state.patient is not None else ():
            kept = self.seen.setdefault(full_name(muscle), deque(maxlen=KEPT))
            if fresh or not kept:
                kept.append(muscle.force_mn)
            else:
                kept[-1] = max(kept[-1], muscle.force_mn)

    def scale_mn(self, muscle: Muscle) -> int:
        """What a full bar stands for."""
        return max(LEAST_SCALE_MN, muscle.peak_mn, *self.seen.get(full_name(muscle), (0,)))

    def drawn(self, muscle: Muscle, room: int) -> str:
        """A bar of now and a line of the seconds before, together `room` columns."""
        most = self.scale_mn(muscle)
        seen = tuple(self.seen.get(full_name(muscle), ()))
        now = bar_columns(room)
        return f"{bar(muscle.force_mn, most, now)} {sparkline(seen, most, room - now - 1)}"


def bar_columns(room: int) -> int:
    """A third is for the bar, the rest for the history."""
    return max(2, room // 3)


def pain_words(pain: float) -> str:
    """The word beside the score, after the verbal rating scale. [design]"""
    words = ("no pain", "mild pain", "moderate pain", "severe pain")
    return words[0 if pain < 0.5 else 1 if pain < 4 else 2 if pain < 7 else 3]


def lines(patient: Patient, forces: Forces, width: int) -> list[str]:
    """Who it is and how they are, then every muscle, then every channel that is felt."""
    pain = f"pain {patient.pain:.1f}/10 {level(patient.pain, 10, 10)} {pain_words(patient.pain)}"
    who = f"{patient.profile}   {pain}   comfort {patient.comfort:.1f}/10"
    narrow = width < ONE_ROW
    return [
        *([who] if len(who) <= width else [f"{patient.profile}   comfort {patient.comfort:.1f}/10", pain]),
        *(_tall_muscles if narrow else _muscle_table)(patient.muscles, forces, width),
        *(line for one in patient.felt for line in felt_lines(one, muscle_under(patient, one.channel), width)),
    ]


def _muscle_table(muscles: Sequence[Muscle], forces: Forces, width: int) -> list[str]:
    """A row per muscle under one head."""
    if not muscles:
        return []
    name = max([10, *(min(22, len(full_name(muscle))) for muscle in muscles)])
    room = max(12, min(60, width - name - 45))
    now = bar_columns(room)
    head = (
        f"{'Muscle':<{name}} Force N {'now':<{now}} {f'last {room - now - 1} s':>{room - now - 1}}  fresh CTF Hz  State"
    )
    rows = [
        f"{cut(full_name(muscle), name):<{name}} {muscle.force_mn / 1000:>7.1f} {forces.drawn(muscle, room)} "
        f"{_fresh(muscle):>6} {_ctf(muscle):>6}  {state_word(muscle)}"
        for muscle in muscles
    ]
    return [head, *rows]


def _tall_muscles(muscles: Sequence[Muscle], forces: Forces, width: int) -> list[str]:
    """Two rows per muscle: words, then bar and history over the whole width."""
    found = []
    for muscle in muscles:
        found.append(f"{cut(full_name(muscle), width - 18)}  {state_word(muscle)}")
        figures = f"{muscle.force_mn / 1000:.1f} N  {_fresh(muscle)} fresh  CTF {_ctf(muscle)} Hz"
        found.append(f"  {figures:<33} {forces.drawn(muscle, max(12, width - 36))}")
    return found


def _fresh(muscle: Muscle) -> str:
    return f"{muscle.strength_permille / 10:.0f} %"


def _ctf(muscle: Muscle) -> str:
    return f"{muscle.ctf_mhz / 1000:.1f}" if muscle.ctf_mhz else "-"


def state_word(muscle: Muscle) -> str:
    """Cramp before all, then what it does and how it is held."""
    if muscle.cramping:
        return "✖ CRAMP"
    doing = "▲ pulls" if muscle.force_mn >= 1000 else "– rests"
    return f"{doing}, {muscle.length}" if muscle.length else doing


def felt_lines(felt: Felt, muscle: Muscle | None, width: int) -> list[str]:
    """What a channel feels like, with the multiples of the thresholds behind the words."""
    said = f"Ch {felt.channel} {full_name(muscle) if muscle else 'no muscle'}: {felt.words}"
    times = (
        f"felt {_times(felt.sensory_permille)}, moves {_times(felt.motor_permille)}, pain {_times(felt.pain_permille)}"
    )
    together = f"{said}  {times}"
    return [together] if len(together) <= width else [said, f"  {times} of the threshold"]


def _times(permille: int) -> str:
    return f"{permille / 1000:.1f}x"


def cut(text: str, width: int) -> str:
    """At most `width` characters; an ellipsis says that there was more."""
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"


def alarm(patient: Patient | None) -> str:
    """What must be seen whichever pane is in front: pain and cramps."""
    if patient is None:
        return ""
    cramp = " ✖ CRAMP" if any(muscle.cramping for muscle in patient.muscles) else ""
    return f", pain {patient.pain:.0f}{cramp}" if cramp or patient.pain >= 0.5 else ""


def muscle_under(patient: Patient, channel: int) -> Muscle | None:
    """The muscle that a channel's pads lie on."""
    return next((muscle for muscle in patient.muscles if channel in muscle.channels), None)
