"""What changes for the patient from one protocol to another: first how much current, then everything else. Pure.

Figures come from the two plans at the most that may be set, values from the two files. Nothing is left out: a field
that differs has a sentence, and a list differs line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest
from typing import Final, TypeVar

from nmes.core import protocol_phrases as phrases
from nmes.core.dose import density_na_per_mm2, phase_charge_nc
from nmes.core.plan import Plan
from nmes.core.plan_most import at_ceiling, most
from nmes.core.protocol import Channel, Evidence, Protocol
from nmes.core.screening import CATALOGUE

_Part = TypeVar("_Part")


class Way(Enum):
    """Whether the patient gets more or less of it; OTHER where that is no question."""

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
    """Everything that differs, the patient's current first. Versions, changes and citations are not compared."""
    found = (
        *_figures(old_plan, new_plan),
        *_channels(old, new, CURRENT, phrases.PULSE),
        *_stages(old, new),
        *_said(TARGET, "", phrases.INTENSITY, old.intensity, new.intensity),
        *_channels(old, new, PLACE, phrases.PLACE),
        *_said(PLACE, "", phrases.POSTURE, old, new),
        *_screening(old, new),
        *_lines(STOP, "stop rule", old.stop_rules, new.stop_rules),
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
        made = [one for one in plan.delivered if one.slot.channel == total.channel]
        pad_mm2 = next(one.pad_mm2 for one in plan.channels if one.channel == total.channel)
        pulses = [
            (plan.waveforms[one.slot.waveform], one.ceiling_ua, plan.capabilities.amplitude_step_ua) for one in made
        ]
        points = [(waveform.points(ceiling, step), waveform.period_us) for waveform, ceiling, step in pulses]
        found[total.channel] = {
            "most current on its pads": max(one.ceiling_ua for one in made),
            "charge of one phase": max(phase_charge_nc(pulse) for pulse, _ in points),
            "r.m.s. density on the pad": max(density_na_per_mm2(pulse, period, pad_mm2) for pulse, period in points),
            "charge of the whole treatment": total.charge_nc,
            "contractions in all": total.contractions,
            "pulses in all": total.pulses,
            "time with current": total.on_ms,
        }
    return found


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
        if was and now and was != now:
            yield Difference(topic, f"{name}: {now} instead of {was}")
        elif was != now:
            yield Difference(topic, f"{name}: {now}, before none" if now else f"{name}: none, before {was}")


def _channels(old: Protocol, new: Protocol, topic: str, table: phrases.Phrases[Channel]) -> Iterator[Difference]:
    """Of the channels that both have; a new one and one that is gone are told by the figures."""
    for number, (was, now) in enumerate(zip(old.channels, new.channels, strict=False), 1):
        yield from _said(topic, f"channel {number}, ", table, was, now)


def _stages(old: Protocol, new: Protocol) -> Iterator[Difference]:
    for number, (was, now) in enumerate(zip_longest(old.stages, new.stages), 1):
        if was is None:
            yield Difference(WORK, f"Stage {number} ({now.name.replace('_', ' ')}) is new", Way.MORE)
        elif now is None:
            yield Difference(WORK, f"Stage {number} ({was.name.replace('_', ' ')}) is gone", Way.LESS)
        else:
            where = "" if len(old.stages) == len(new.stages) == 1 else f"stage {number}, "
            yield from _said(WORK, where, phrases.STAGE, was, now)


# --- lists ---


def _lines(topic: str, what: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Difference]:
    """What is new and what is gone; a line that was reworded is both."""
    before, after = tuple(old), tuple(new)
    yield from (Difference(topic, f"No longer {what}: {line}") for line in before if line not in after)
    yield from (Difference(topic, f"Now {what}: {line}") for line in after if line not in before)


def _screening(old: Protocol, new: Protocol) -> Iterator[Difference]:
    yield from _lines(SCREENING, "asked", _questions(old), _questions(new))
    yield from _said(SCREENING, "", phrases.CARE, old, new)


def _questions(protocol: Protocol) -> tuple[str, ...]:
    return tuple(CATALOGUE[code].question for code in protocol.screening_codes)


def _course(old: Protocol, new: Protocol) -> Iterator[Difference]:
    for what, was, now in (
        ("in the first session", old.first_session, new.first_session),
        ("for going on", old.progression, new.progression),
        ("for doing less", old.deload, new.deload),
    ):
        yield from _lines(COURSE, what, was, now)
    if old.schedule and new.schedule:
        yield from _said(COURSE, "", phrases.SCHEDULE, old.schedule, new.schedule)
    elif new.schedule:
        yield Difference(COURSE, "A schedule is given, before none")
    elif old.schedule:
        yield Difference(COURSE, "No schedule is given any more")


def _trust(old: Protocol, new: Protocol) -> Iterator[Difference]:
    if old.grade != new.grade:
        yield Difference(TRUST, f"Grade {new.grade} instead of {old.grade}")
    for path, origin in new.provenance.items():
        before = old.provenance.get(path)
        if before is not None and before.tag != origin.tag:
            yield Difference(TRUST, f"{path}: {_TAGS[origin.tag]} instead of {_TAGS[before.tag]}")
    yield from _lines(TRUST, "evidence for", _texts(old.evidence_for), _texts(new.evidence_for))
    yield from _lines(TRUST, "evidence against", _texts(old.evidence_against), _texts(new.evidence_against))
    yield from _lines(TRUST, "to verify", old.to_verify, new.to_verify)


_TAGS: Final = {"source": "read in a source", "verify": "TO VERIFY", "design": "our default", "computed": "computed"}


def _texts(found: Iterable[Evidence]) -> tuple[str, ...]:
    return tuple(one.text for one in found)
