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
from nmes.core.view import View
from nmes.language import _
from nmes.runtime.measured_words import (
    BEGIN_ANEW,
    NAMES,
    amount,
    how,
    muscle_words,
    origin_sentence,
    pause_sentence,
    unfindable,
    warning,
    whose,
)
from nmes.runtime.numbers import in_hz, in_ma
from nmes.runtime.trust_words import doubt, pulse_doubts


def places(protocol: Protocol, view: View) -> Iterator[str]:
    """For whom, and where the pads go."""

    def word(path: str) -> str:
        return doubt(protocol, path)

    yield from _for_whom(view)
    yield _("Position: {position}{doubt}").format(position=protocol.position, doubt=word("position"))
    for index, channel in enumerate(protocol.channels):
        where = f"channels.{index}"
        size = f"{channel.pad_cm2} cm²"
        pads = _("pads {size} (the smaller one){doubt}").format(size=size, doubt=word(f"{where}.pad_cm2"))
        sites = f"{channel.sites}{word(f'{where}.sites') or word(f'{where}.body_sites')}"
        polarity = f"{channel.polarity}{word(f'{where}.polarity')}"
        said = _("Channel {channel}: {muscle}, {side}, {pads}. {sites}. {polarity}")
        words = {
            "muscle": muscle_words(channel.muscle),
            "side": channel.side,
            "pads": pads,
            "sites": sites,
            "polarity": polarity,
        }
        yield said.format(channel=index + 1, **words)


def level_lines(protocol: Protocol, view: View, pulses: Callable[[Course], str]) -> Iterator[str]:
    """The levels that are to be found, numbered as `titrate` wants them; `pulses` words bursts and sweeps."""
    for number, slot in enumerate(view.slots, 1):
        made = view.plan.delivered[view.plan.slots.index(slot.slot)]
        course = view.plan.course(slot.slot)
        level = _("not found yet") if slot.level_ua is None else in_ma(slot.level_ua)
        rate = pulses(course) or in_hz(made.frequency_mhz)
        phase = "" if course.phases.cycle_ms else f", {made.phase_us} µs"
        pulse = f"{rate}{phase}{_waxing(view.plan, slot.slot)}{pulse_doubts(protocol, slot.slot.channel)}"
        said = _("Level {number} of {all}: channel {channel}, {muscle}, {pulse}: {level}")
        words = {"channel": slot.slot.channel, "muscle": muscle_words(slot.muscle), "pulse": pulse, "level": level}
        yield said.format(number=number, all=len(view.slots), **words)


def last_levels(view: View) -> Iterator[str]:
    """What the levels were in the last session of this patient, side and protocol: told, and nothing set."""
    said = _("Level {number} was {level} last time, on {day}. That is a mark only: it starts at 0 mA all the same.")
    for number, slot in enumerate(view.slots, 1):
        if slot.last_ua is not None and slot.level_ua is None:
            yield said.format(number=number, level=in_ma(slot.last_ua), day=slot.last_utc[:10])


def _waxing(plan: Plan, slot: Slot) -> str:
    """How the level is modulated where it is played; "" where it is not."""
    index = plan.slots.index(slot)
    played = (track.modulation for stage in plan.stages for track in stage.tracks if track.slot == index)
    permille = next((one.permille for one in played if one is not None), None)
    if permille is None:
        return ""
    said = _(", level down to {percent} % and back every {seconds} s")
    return said.format(percent=f"{min(permille.values) / 10:g}", seconds=f"{permille.cycle_ms / 1000:g}")


def basis_lines(view: View) -> Iterator[str]:
    """For whom, and where the frequency comes from."""
    yield from _for_whom(view)
    if view.origin is not None:
        yield origin_sentence(view.origin)
        if warning(view.origin):
            yield warning(view.origin)


def _for_whom(view: View) -> Iterator[str]:
    if view.who.code or view.who.side:
        yield _("For: {patient}").format(patient=whose(view.who.code, view.who.side))


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
        said = _("{trains} trains, {first} to {last}, all at this one level, each from 0 mA.")
        yield said.format(trains=len(view.plan.stages), first=in_hz(first), last=in_hz(last))
        yield _("Type cramp the moment the muscle cramps: the output goes to 0 and the frequency is kept.")
        yield pause_sentence(view.plan, protocol.operator_absent_limit_ms)


def results(view: View) -> Iterator[str]:
    """What was measured, and of whom."""
    for one in view.measured:
        said = _("{how} of {patient}: {name} {amount}")
        patient = whose(view.who.code, view.who.side)
        yield said.format(how=how(one), patient=patient, name=NAMES[one.what], amount=amount(one.what, one.value))


def results_at_the_end(view: View) -> Iterator[str]:
    """With a word on what becomes of them."""
    yield from results(view)
    if view.measured and _unfindable(view):
        yield _unfindable(view)
