"""What the line mode says at each step of a session that has a protocol's values in it: pads, levels, tests, results.

Separate from the teller, which knows what was said before; here the same View always gives the same lines. What a
protocol only believes is called TO VERIFY wherever it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nmes.core.course import Course
from nmes.core.measurement import CTF
from nmes.core.plan import Plan, Slot
from nmes.core.protocol import Protocol
from nmes.core.protocol_trust import doubt, pulse_doubts
from nmes.core.view import View
from nmes.runtime.measured_words import (
    BEGIN_ANEW,
    NAMES,
    amount,
    how,
    hz,
    origin_sentence,
    pause_sentence,
    unfindable,
    warning,
    whose,
)


def places(protocol: Protocol, view: View) -> Iterator[str]:
    """For whom, and where the pads go."""

    def word(path: str) -> str:
        return doubt(protocol, path)

    yield from _for_whom(view)
    yield f"Position: {protocol.position}{word('position')}"
    for index, channel in enumerate(protocol.channels):
        where = f"channels.{index}"
        pads = f"pads {channel.pad_cm2} cm² (the smaller one){word(f'{where}.pad_cm2')}"
        sites = f"{channel.sites}{word(f'{where}.sites') or word(f'{where}.body_sites')}"
        polarity = f"{channel.polarity}{word(f'{where}.polarity')}"
        yield f"Channel {index + 1}: {channel.muscle}, {channel.side}, {pads}. {sites}. {polarity}"


def level_lines(protocol: Protocol, view: View, pulses: Callable[[Course], str]) -> Iterator[str]:
    """The levels that are to be found, numbered as `titrate` wants them; `pulses` words bursts and sweeps."""
    for number, slot in enumerate(view.slots, 1):
        made = view.plan.delivered[view.plan.slots.index(slot.slot)]
        course = view.plan.course(slot.slot)
        level = "not found yet" if slot.level_ua is None else ma(slot.level_ua)
        rate = pulses(course) or hz(made.frequency_mhz)
        phase = "" if course.phases.cycle_ms else f", {made.phase_us} µs"
        pulse = f"{rate}{phase}{_waxing(view.plan, slot.slot)}{pulse_doubts(protocol, slot.slot.channel)}"
        yield f"Level {number} of {len(view.slots)}: channel {slot.slot.channel}, {slot.muscle}, {pulse}: {level}"


def _waxing(plan: Plan, slot: Slot) -> str:
    """How the level is modulated where it is played; "" where it is not."""
    index = plan.slots.index(slot)
    played = (track.modulation for stage in plan.stages for track in stage.tracks if track.slot == index)
    permille = next((one.permille for one in played if one is not None), None)
    if permille is None:
        return ""
    return f", level down to {min(permille.values) / 10:g} % and back every {permille.cycle_ms / 1000:g} s"


def basis_lines(view: View) -> Iterator[str]:
    """For whom, and where the frequency comes from."""
    yield from _for_whom(view)
    if view.origin is not None:
        yield origin_sentence(view.origin)
        if warning(view.origin):
            yield warning(view.origin)


def _for_whom(view: View) -> Iterator[str]:
    if view.who.code or view.who.side:
        yield f"For: {whose(view.who.code, view.who.side)}"


def alone(view: View) -> Iterator[str]:
    """Of a test whose result nobody could find again: what to do about it while there is time."""
    if _unfindable(view):
        yield f"{_unfindable(view)} {BEGIN_ANEW}"


def _unfindable(view: View) -> str:
    return unfindable(view.plan.assessment, view.who.code, view.who.side)


def how_to_test(protocol: Protocol, view: View) -> Iterator[str]:
    """What a test needs of the person at the keys, before it begins."""
    yield from alone(view)
    if view.plan.assessment == CTF:
        first, last = view.plan.stages[0].step_mhz or 0, view.plan.stages[-1].step_mhz or 0
        yield f"{len(view.plan.stages)} trains, {hz(first)} to {hz(last)}, all at this one level, each from 0 mA."
        yield "Type cramp the moment the muscle cramps: the output goes to 0 and the frequency is kept."
        yield pause_sentence(view.plan, protocol.operator_absent_limit_ms)


def results(view: View) -> Iterator[str]:
    """What was measured, and of whom."""
    for one in view.measured:
        yield f"{how(one)} of {whose(view.who.code, view.who.side)}: {NAMES[one.what]} {amount(one.what, one.value)}"


def results_at_the_end(view: View) -> Iterator[str]:
    """With a word on what becomes of them."""
    yield from results(view)
    if view.measured and _unfindable(view):
        yield _unfindable(view)


def ma(amplitude_ua: int) -> str:
    """Amplitude with the device's half milliampere."""
    return f"{amplitude_ua / 1000:.1f} mA"
