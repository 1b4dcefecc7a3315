"""What changes for the patient from one protocol to another: first how much current, then everything else. Pure.

Figures come from the two plans at the most that may be set, values from the two files. The law: nothing is left out but
the protocol's id, version and changes. A field that differs has a sentence, a list differs line by line and by its
order, an origin by tag, citation and note. A channel or a stage that only one of the two has is told as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeVar

from nmes.core import protocol_phrases as phrases
from nmes.core.dose import density_na_per_mm2, phase_charge_nc
from nmes.core.plan import Plan
from nmes.core.plan_most import at_ceiling, most
from nmes.core.protocol import Channel, Evidence, Progress, Protocol
from nmes.core.protocol_pairs import cited, differing_origins, paired_stages
from nmes.core.protocol_screening_rules import LISTS
from nmes.core.screening import CATALOGUE
from nmes.core.waveform import Waveform

_Part = TypeVar("_Part")


class Way(Enum):
    """Whether the patient gets more or less of it, or is less or more protected; OTHER where that is no question."""

    MORE = "more"
    LESS = "less"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Difference:
    """One sentence under a heading."""

    topic: str
    sentence: str
    way: Way = Way.OTHER


CURRENT, WORK, TARGET, PLACE = "CURRENT AND DOSE", "TIME AND WORK", "INTENSITY", "WHERE"
SCREENING, STOP, COURSE = "SCREENING AND SUPERVISION", "STOP RULES", "FROM SESSION TO SESSION"
TOLD, TRUST, ABOUT = "WHAT IS TOLD AND MEASURED", "EVIDENCE AND TRUST", "WHAT IT IS"
_TOPICS: Final = (CURRENT, WORK, TARGET, PLACE, SCREENING, STOP, COURSE, TOLD, TRUST, ABOUT)
"""In the order in which a patient would ask."""


def differences(old: Protocol, new: Protocol, old_plan: Plan, new_plan: Plan) -> tuple[Difference, ...]:
    """Everything that differs, the patient's current first."""
    found = (
        *_figures(old_plan, new_plan),
        *_channels(old, new, CURRENT, phrases.PULSE),
        *_stages(old, new),
        *_said(TARGET, "", phrases.INTENSITY, old.intensity, new.intensity),
        *_channels(old, new, PLACE, phrases.PLACE),
        *_said(PLACE, "", phrases.POSTURE, old, new),
        *_screening(old, new),
        *_lines(STOP, "stop rule", old.stop_rules, new.stop_rules, protects=True),
        *_course(old, new),
        *_lines(TOLD, "told to the patient", old.patient_instructions, new.patient_instructions),
        *_lines(TOLD, "measured", old.outcomes, new.outcomes),
        *_trust(old, new),
        *_said(ABOUT, "", phrases.WHOLE, old, new),
    )
    return tuple(sorted(found, key=lambda one: _TOPICS.index(one.topic)))


# --- figures ---


def _clock(time_ms: int) -> str:
    return f"{time_ms // 60_000}:{time_ms // 1000 % 60:02d} min"


_Figures = dict[str, int]
_WORDED: Final[dict[str, tuple[str, Callable[[int], str]]]] = {
    "most current on its pads": (CURRENT, lambda ua: f"{ua / 1000:g} mA"),
    "charge of one phase": (CURRENT, lambda nc: f"{nc / 1000:.1f} µC"),
    "r.m.s. density on the pad": (CURRENT, lambda na: f"{na / 10_000:.2f} mA/cm²"),
    "charge of the whole treatment": (CURRENT, lambda nc: f"{nc / 1_000_000:.1f} mC"),
    "contractions in all": (WORK, str),
    "pulses in all": (WORK, str),
    "time with current": (WORK, _clock),
}


def _figures(old: Plan, new: Plan) -> Iterator[Difference]:
    """Channel by channel at its ceiling; a channel that only one has is told as a whole."""
    before, after = _by_channel(old), _by_channel(new)
    for channel in sorted({*before, *after}):
        if channel not in after:
            yield Difference(CURRENT, f"Channel {channel} is gone", Way.LESS)
        elif channel not in before:
            yield Difference(CURRENT, f"Channel {channel} is new", Way.MORE)
        else:
            for name, (topic, worded) in _WORDED.items():
                was, now = before[channel][name], after[channel][name]
                yield from _number(topic, f"Channel {channel}, {name}", was, now, worded)
    yield from _number(WORK, "The whole treatment", old.duration_ms, new.duration_ms, _clock)


def _by_channel(plan: Plan) -> dict[int, _Figures]:
    found: dict[int, _Figures] = {}
    for total in most(plan, at_ceiling(plan)):
        pad_mm2 = next(one.pad_mm2 for one in plan.channels if one.channel == total.channel)
        pulses, step_ua = _strongest(plan, total.channel), plan.capabilities.amplitude_step_ua
        points = [(waveform.points(ceiling_ua, step_ua), waveform.period_us) for waveform, ceiling_ua in pulses]
        found[total.channel] = {
            "most current on its pads": max(ceiling_ua for _, ceiling_ua in pulses),
            "charge of one phase": max(phase_charge_nc(pulse) for pulse, _ in points),
            "r.m.s. density on the pad": max(density_na_per_mm2(pulse, period, pad_mm2) for pulse, period in points),
            "charge of the whole treatment": total.charge_nc,
            "contractions in all": total.contractions,
            "pulses in all": total.pulses,
            "time with current": total.on_ms,
        }
    return found


def _strongest(plan: Plan, channel: int) -> list[tuple[Waveform, int]]:
    """The strongest pulses of each of its trains, with the most they may have: a test's steps share one slot."""
    tracks = [track for stage in plan.stages for track in stage.tracks if plan.slots[track.slot].channel == channel]
    return [(plan.strongest(track), plan.ceiling_ua(plan.slots[track.slot])) for track in tracks]


def _number(topic: str, what: str, was: int, now: int, worded: Callable[[int], str]) -> Iterator[Difference]:
    if was == now:
        return
    way = Way.MORE if now > was else Way.LESS
    share = f" ({round(100 * (now - was) / was):+d} %)" if was else ""
    yield Difference(topic, f"{what}: {worded(now)} instead of {worded(was)}{share}", way)


# --- values ---


def _said(topic: str, where: str, table: phrases.Phrases[_Part], old: _Part, new: _Part) -> Iterator[Difference]:
    for label, phrase in table:
        was, now = phrase(old), phrase(new)
        name = f"{where}{label}"
        name = name[0].upper() + name[1:]
        way = _way(label, old, new)
        if was and now and was != now:
            yield Difference(topic, f"{name}: {now} instead of {was}", way)
        elif was != now:
            yield Difference(topic, f"{name}: {now}, before none" if now else f"{name}: none, before {was}", way)


_UNLIMITED: Final = 1000
_RISES: Final[dict[str, Callable[[Any], Decimal | int | None]]] = {
    "never over": lambda one: one.ceiling_percent or _UNLIMITED,
    "share": lambda one: one.percent,
    "pauses if nobody touches a key for": lambda one: one.operator_absent_limit_s,
    "clearance needed from": lambda one: one.clearance == "none",
    "sessions a week": lambda one: one.sessions_per_week,
    "weeks at most": lambda one: one.weeks_high,
    "off time": lambda one: None if one.off_s is None else -one.off_s,
    "rest between sets": lambda one: None if one.set_rest_s is None else -one.set_rest_s,
    "ramp up": lambda one: -one.ramp_up_s,
    "ramp down": lambda one: -one.ramp_down_s,
    "frequency": lambda one: one.band_mhz(None)[1],
    "phase": lambda one: one.waveform.phase_us,
    "maximum in the file": lambda one: one.max_amplitude_ma,
}
"""By label: what is greater where the patient gets more, rests less or is watched less; None: not to be compared."""


def _way(label: str, old: object, new: object) -> Way:
    value = _RISES.get(label, lambda _: None)
    was, now = value(old), value(new)
    if was is None or now is None or was == now:
        return Way.OTHER
    return Way.MORE if now > was else Way.LESS


def _channels(old: Protocol, new: Protocol, topic: str, table: phrases.Phrases[Channel]) -> Iterator[Difference]:
    """Of the channels that both have; a new one and one that is gone are told by the figures."""
    for number, (was, now) in enumerate(zip(old.channels, new.channels, strict=False), 1):
        yield from _said(topic, f"channel {number}, ", table, was, now)


def _stages(old: Protocol, new: Protocol) -> Iterator[Difference]:
    for was, now in paired_stages(old, new):
        if now is None:
            assert was is not None  # a pair is of one stage at least
            yield Difference(WORK, f"Stage {was + 1} ({_name(old, was)}) is gone", Way.LESS)
        elif was is None:
            yield Difference(WORK, f"Stage {now + 1} ({_name(new, now)}) is new", Way.MORE)
        else:
            where = "" if len(old.stages) == len(new.stages) == 1 else f"stage {now + 1}, "
            yield from _said(WORK, where, phrases.STAGE, old.stages[was], new.stages[now])


def _name(protocol: Protocol, stage: int) -> str:
    return protocol.stages[stage].name.replace("_", " ")


# --- lists ---


def _lines(
    topic: str, what: str, old: Iterable[str], new: Iterable[str], *, protects: bool = False
) -> Iterator[Difference]:
    """What is new, what is gone, and another order; a line that was reworded is both of the former.

    `protects`: without it one is less safe.
    """
    before, after = tuple(old), tuple(new)
    gone, come = (Way.MORE, Way.LESS) if protects else (Way.OTHER, Way.OTHER)
    yield from (Difference(topic, f"No longer {what}: {line}", gone) for line in before if line not in after)
    yield from (Difference(topic, f"Now {what}: {line}", come) for line in after if line not in before)
    kept = [line for line in before if line in after]
    if kept != [line for line in after if line in before]:
        yield Difference(topic, f"In another order: what is {what}")


def _screening(old: Protocol, new: Protocol) -> Iterator[Difference]:
    yield from _lines(SCREENING, "asked", _questions(old), _questions(new), protects=True)
    yield from _same_questions(old, new)
    yield from _said(SCREENING, "", phrases.CARE, old, new)


def _same_questions(old: Protocol, new: Protocol) -> Iterator[Difference]:
    """Of the questions that both ask: what an answer leads to, and the list, which changes nothing of it."""
    was_in, now_in = _list_of_each(old), _list_of_each(new)
    for code in (code for code in was_in if code in now_in):
        entry = CATALOGUE[code]
        if entry.severity(old.kind) is not entry.severity(new.kind):
            words = f"{entry.means(new.kind)}; before: {entry.means(old.kind)}"
            yield Difference(SCREENING, f"If yes or unknown, {entry.question} {words}")
        if was_in[code] != now_in[code]:
            words = f"among the {now_in[code]} instead of the {was_in[code]}, which changes nothing of what it leads to"
            yield Difference(SCREENING, f"Listed {words}: {entry.question}")


def _list_of_each(protocol: Protocol) -> dict[str, str]:
    return {code: name for name in LISTS for code in getattr(protocol, name)}


def _questions(protocol: Protocol) -> tuple[str, ...]:
    return tuple(CATALOGUE[code].question for code in protocol.screening_codes)


def _course(old: Protocol, new: Protocol) -> Iterator[Difference]:
    for what, was, now in (
        ("in the first session", old.first_session, new.first_session),
        ("for going on", old.progression, new.progression),
        ("for doing less", old.deload, new.deload),
    ):
        yield from _lines(COURSE, what, was, now, protects=what != "for going on")
    yield from _said(COURSE, "", phrases.FIRST, old, new)
    yield from _said(COURSE, "", phrases.PROGRESS, old.progress or Progress(), new.progress or Progress())
    if old.schedule and new.schedule:
        yield from _said(COURSE, "", phrases.SCHEDULE, old.schedule, new.schedule)
    elif new.schedule:
        yield Difference(COURSE, "A schedule is given, before none")
    elif old.schedule:
        yield Difference(COURSE, "No schedule is given any more")


def _trust(old: Protocol, new: Protocol) -> Iterator[Difference]:
    if old.grade != new.grade:
        yield Difference(TRUST, f"Grade {new.grade} instead of {old.grade}")
    yield from (Difference(TRUST, sentence) for sentence in differing_origins(old, new))
    yield from _lines(TRUST, "evidence for", _texts(old.evidence_for), _texts(new.evidence_for))
    yield from _lines(TRUST, "evidence against", _texts(old.evidence_against), _texts(new.evidence_against))
    yield from _lines(TRUST, "to verify", old.to_verify, new.to_verify)
    yield from _lines(TRUST, "cited", cited(old), cited(new))


def _texts(found: Iterable[Evidence]) -> tuple[str, ...]:
    return tuple(f"{one.text} [{', '.join(one.cite)}]" for one in found)
