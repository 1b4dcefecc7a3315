"""One try, or two side by side, as lines of a terminal. Nothing needs colour; nothing is wider than asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import Final

from nmes.cli import try_body as b
from nmes.cli import try_words as w
from nmes.cli.try_buts import buts
from nmes.trial.assess import Assessed
from nmes.trial.judge import Margin
from nmes.trial.trying import Trial
from nmes.ui.numbers import clock, cm2, hz, ma, percent

LABEL: Final = 12
BAR: Final = 20
LEAST_BAR: Final = 4
NARROW: Final = 70
"""Below this a bar gets every column there is."""
_NAMES: Final = max(map(len, w.WHAT.values())) + 1


def lines(trial: Trial, width: int) -> Iterator[str]:
    """Everything but the plots."""
    protocol = trial.setup.loaded.protocol
    yield from wrap(w.BANNER, width)
    yield ""
    yield from wrap(f"{protocol.title} ({protocol.id}, version {protocol.version})", width)
    yield from wrap(f"tried on {w.patient(trial)}", width)
    yield ""
    yield from result(trial, width)
    if trial.setup.rounded_from_ua is not None:
        given_ua = trial.setup.level_ua or 0
        asked = f"{trial.setup.rounded_from_ua / 1000:g} mA is not on the stimulator's grid"
        yield from said("", [f"{asked}: rounded down to {ma(given_ua)} mA"], width)
    yield from said("Level", w.levels(trial), width)
    yield from said("Delivered", [w.delivered(figures) for figures in trial.slots], width)
    yield ""
    yield from limits(trial, width)
    yield ""
    yield from said("Felt", filter(None, map(w.felt, trial.slots)), width)
    for muscle in trial.course.muscles if trial.run.treatment_us is not None else ():
        yield from said("Force", [b.muscle_name(trial, muscle), *b.force(trial, muscle)], width)
    yield from said("Discomfort", b.discomforts(trial), width)
    yield from said("Cramp", b.cramps_and_trains(trial), width)
    yield from said("Dose", doses(trial), width)
    yield ""
    yield from wrap(w.MARKS, width)


def result(trial: Trial, width: int) -> Iterator[str]:
    """First and, because the plots push it off the screen, last."""
    yield from said("RESULT", [w.verdict(trial)], width)
    for but in buts(trial):
        yield from said("But:", [but.said], width)


def doses(trial: Trial) -> Iterator[str]:
    plan = trial.plan
    contractions = sum(len(muscle.contractions) for muscle in trial.course.muscles)
    many = "" if any(stage.continuous for stage in plan.stages) else f", {contractions} contractions"
    if trial.run.treatment_us is None:
        yield f"the treatment of {clock(plan.duration_ms)} min did not begin"
    else:
        yield f"{clock(plan.duration_ms)} min of treatment{many}"
    for one in trial.doses:
        name = f"channel {one.channel}: " if len(trial.doses) > 1 else ""
        yield f"{name}{w.dose(one)}"


def said(label: str, texts: Iterable[str], width: int) -> Iterator[str]:
    """Texts behind a label, each wrapped under itself."""
    head = f"{label:<{LABEL}}"
    for text in texts:
        for line in wrap(text, width - LABEL, subsequent_indent="  "):
            yield f"{head}{line}"
            head = " " * LABEL


# --- limits ---


def limits(trial: Trial | Assessed, width: int) -> Iterator[str]:
    """A table: figure, value, limit, the part that is used, and a bar of it."""
    many = len(trial.plan.channels) > 1
    for channel in trial.plan.channels:
        name = f" of channel {channel.channel}" if many else ""
        head = f"Limits{name}, on pads of {cm2(channel.pad_mm2)}, {w.judged(trial, channel.channel)}"
        yield from wrap(head, width)
        yield from (row(margin, width) for margin in trial.margins if margin.channel == channel.channel)


def row(margin: Margin, width: int) -> str:
    value = w.value(margin.value, margin.unit)
    if margin.limit is None:
        return f"  {w.WHAT[margin.what]:<{_NAMES}}{value:>12}"
    limit = w.value(margin.limit, margin.unit)
    text = f"  {w.WHAT[margin.what]:<{_NAMES}}{value:>12} of {limit:<12}{w.used(margin):>6}"
    if not margin.within:
        return f"{text}  OVER"
    space = " " if width < NARROW else "  "
    room = min(BAR, width - len(text) - len(space))
    return f"{text}{space}{bar(margin, room)}" if room >= LEAST_BAR else text


def bar(margin: Margin, width: int) -> str:
    """The used part of a limit; at least one mark for anything above 0."""
    full = min(width, -(-(margin.permille or 0) * width // 1000))
    return "█" * full + "░" * (width - full)


# --- side by side ---


def compared(trials: Sequence[Trial], width: int) -> Iterator[str]:
    """The figures of two tries beside each other, after the banner."""
    yield from wrap(w.BANNER, width)
    yield ""
    yield from wrap(f"both tried on {w.whom(trials[0])}", width)
    yield ""
    left = _NAMES + 1
    column = (width - left) // len(trials)
    for name, *texts in figures(trials):
        cells = [wrap(text, column - 2) or [""] for text in texts]
        for number in range(max(map(len, cells))):
            parts = [cell[number] if number < len(cell) else "" for cell in cells]
            yield (f"{name if number == 0 else '':<{left}}" + "".join(f"{part:<{column}}" for part in parts)).rstrip()


def figures(trials: Sequence[Trial]) -> Iterator[tuple[str, ...]]:
    """Rows of name and one text for each try; also what the page shows side by side."""
    yield ("protocol", *(trial.setup.loaded.protocol.id for trial in trials))
    yield ("result", *(w.verdict(trial) for trial in trials))
    yield ("but", *("; ".join(but.said for but in buts(trial)) or "nothing" for trial in trials))
    yield ("muscle length", *(_length(trial) for trial in trials))
    yield ("level", *("; ".join(_levels(trial)) for trial in trials))
    yield ("frequency", *("; ".join(dict.fromkeys(_frequencies(trial))) for trial in trials))
    for what, name in w.WHAT.items():
        yield (name, *("; ".join(_worst(trial, what)) for trial in trials))
    yield ("first contraction", *(_force(trial, first=True) for trial in trials))
    yield ("last contraction", *(_force(trial, first=False) for trial in trials))
    yield ("discomfort", *(b.discomfort(trial.course) for trial in trials))
    yield ("cramp", *("; ".join(b.cramps(trial.course)) for trial in trials))
    yield ("treatment", *("; ".join(doses(trial)) for trial in trials))


def _length(trial: Trial) -> str:
    assumed = trial.setup.assumed
    return f"{assumed.length} ({assumed.why})" if trial.course.muscles else "no muscle"


def _levels(trial: Trial) -> Iterator[str]:
    for one in trial.slots:
        yield "none" if one.found is None else f"{ma(one.found.level_ua)} mA"


def _frequencies(trial: Trial) -> Iterator[str]:
    for one in trial.slots:
        yield f"{hz(one.made.asked_frequency_mhz)} Hz asked, {hz(one.made.frequency_mhz)} Hz delivered{w.gap(one.made)}"


def _worst(trial: Trial, what: str) -> Iterator[str]:
    """The channel that comes nearest to its limit."""
    found = [margin for margin in trial.margins if margin.what == what]
    margin = max(found, key=lambda one: (one.permille or 0, one.value))
    yield f"{w.value(margin.value, margin.unit)}{f' ({w.used(margin)} of the limit)' if margin.limit else ''}"


def _force(trial: Trial, *, first: bool) -> str:
    told = []
    for muscle in trial.course.muscles:
        one = muscle.first if first else muscle.last
        if one is None or muscle.first is None:
            told.append("none")
        elif not b.contracts(muscle):
            told.append(b.hardly(muscle, trial.setup.loaded.protocol.kind))
        elif first:
            told.append(f"{b.newtons(one.peak_mn)} ({percent(one.peak_mn, muscle.maximum_mn)} of the muscle)")
        else:
            told.append(f"{b.newtons(one.peak_mn)} ({percent(one.peak_mn, muscle.first.peak_mn)} of the first)")
    return "; ".join(told)
