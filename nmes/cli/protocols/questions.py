"""What `nmes protocols new` asks, in order. Ranges, units and choices come from the model's own explanations."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from textwrap import wrap
from typing import Final

from nmes.cli.exits import wrong
from nmes.cli.protocols.listing import width_now
from nmes.core.body_map import SITES, why_forbidden
from nmes.core.explain import Explanation, explain
from nmes.core.problems import ProtocolError, whole_letters
from nmes.core.suggest import nearest
from nmes.runtime.own import new_path

Answers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One answer: `name` is its option, `path` the key it fills; asked only `when`; `default` "" = none."""

    name: str
    path: str
    words: str
    default: Callable[[Answers], str] = lambda _: ""
    when: Callable[[Answers], bool] = lambda _: True
    check: Callable[[str, Answers], str] | None = None

    @property
    def option(self) -> str:
        return f"--{self.name.replace('_', '-')}"


def _fixed(text: str) -> Callable[[Answers], str]:
    return lambda _: text


def _is(*kinds: str) -> Callable[[Answers], bool]:
    return lambda answers: answers["kind"] in kinds


def _contracts(answers: Answers) -> bool:
    return answers["kind"] == "nmes" or (answers["kind"] == "assessment" and answers["measures"] != "ctf")


def _relative(answers: Answers) -> bool:
    return answers["target"].startswith("pct_")


def _target(answers: Answers) -> str:
    match answers["kind"], answers.get("measures"):
        case "assessment", "motor_threshold":
            return "motor_threshold"
        case "assessment", "max_tolerated":
            return "max_tolerated"
        case "tens", _:
            return "strong_comfortable"
        case _:
            return "visible_tetanic"


def _purpose(answers: Answers) -> str:
    return {"tens": "pain", "assessment": "cramp"}.get(answers["kind"], "strength")


def _id(text: str, _: Answers) -> str:
    """Free, and a name; told before anything else is asked."""
    new_path(text)
    return text


def _sites(text: str, answers: Answers) -> str:
    """Places of the body map that lie in the regions named before."""
    codes = [code.strip() for code in text.split(",") if code.strip()]
    for code in codes:
        if code not in SITES:
            raise ValueError(why_forbidden(code) or _no_place(code, answers))
        if code not in _places(answers):
            raise ValueError(f"{code} does not lie in {answers['regions']}")
    if len(codes) < 2:
        raise ValueError("a channel has two pads or more; give their places with a comma between")
    return ", ".join(codes)


def _no_place(code: str, answers: Answers) -> str:
    hint = nearest(code, SITES)
    return f'"{code}" is no place of the body map; {hint or "there are " + ", ".join(_places(answers))}'


def _places(answers: Answers) -> list[str]:
    """The places of these regions, and those that lie wherever the pain is."""
    regions = set(answers["regions"].split(", "))
    return [code for code, site in SITES.items() if not site.regions or regions & set(site.regions)]


def _regions(text: str, _: Answers) -> str:
    codes = [code.strip() for code in text.split(",") if code.strip()]
    for code in codes:
        _chosen(code, explain("body_regions.0").choices)
    if not codes:
        raise ValueError("give at least one")
    return ", ".join(codes)


QUESTIONS: Final = (
    Question("id", "id", "Its id, which is the file's name too", check=_id),
    Question("title", "title", "Its title, as it stands in lists"),
    Question("kind", "kind", "Contractions, pain relief or a test", _fixed("nmes")),
    Question("measures", "assessment.measures", "What the test finds out", _fixed("ctf"), _is("assessment")),
    Question("purpose", "purpose", "What it is for", _purpose),
    Question("indication", "indication", "For whom"),
    Question("regions", "body_regions.0", "Regions of the body, with commas", check=_regions),
    Question("muscle", "channels.0.muscle", "Muscle, nerve or area"),
    Question("side", "channels.0.side", "Side", _fixed("affected side")),
    Question("position", "position", "How the patient lies or sits, and how the limb is held"),
    Question("sites", "channels.0.body_sites.0", "Places of the pads, with commas", check=_sites),
    Question("pad_cm2", "channels.0.pad_cm2", "Area of the smaller pad", _fixed("25")),
    Question("frequency_hz", "stages.0.frequency_hz", "Pulses a second", when=lambda a: a.get("measures") != "ctf"),
    Question("phase_us", "channels.0.waveform.phase_us", "Duration of one phase"),
    Question("max_amplitude_ma", "channels.0.max_amplitude_ma", "The most current that may ever be set", _fixed("40")),
    Question("on_s", "stages.0.on_s", "On time, both ramps included", _fixed("6"), _contracts),
    Question("off_s", "stages.0.off_s", "Off time", _fixed("12"), lambda a: a["kind"] != "tens"),
    Question("contractions", "stages.0.contractions", "How many contractions", _fixed("10"), _contracts),
    Question("minutes", "stages.0.minutes", "How many minutes", _fixed("20"), _is("tens")),
    Question("ramp_up_s", "stages.0.ramp_up_s", "Ramp up", _fixed("1")),
    Question("ramp_down_s", "stages.0.ramp_down_s", "Ramp down", _fixed("1")),
    Question("target", "intensity.target", "What to look for when the level is found", _target),
    Question("percent", "intensity.percent", "Percent of that", when=_relative),
    Question("setting", "setting", "Where it is done", _fixed("clinic")),
)


def ask_all(given: Answers, *, defaults: bool) -> Answers:
    """Every answer, from the options or from the person; a wrong option ends it, a wrong answer is asked again."""
    answers: Answers = {}
    if defaults:
        _all_given(given)
    else:
        _edit_lines()
    for question in QUESTIONS:
        if question.when(answers):
            answers[question.name] = _answer(question, answers, given.get(question.name, ""), defaults=defaults)
        elif given.get(question.name):
            wrong(f"{question.option} has no place in this kind of protocol; leave it out")
    return answers


def _all_given(given: Answers) -> None:
    """All that has no default and was not given is told at once."""
    answers: Answers = {}
    missing = []
    for question in QUESTIONS:
        if question.when(answers):
            answers[question.name] = given.get(question.name) or question.default(answers)
            missing += [] if answers[question.name] else [question]
    if missing:
        wrong(*(f"{one.words}: this has no default; give {one.option}" for one in missing))


def _edit_lines() -> None:
    """Arrow keys move in the answer, where the platform's Python can do that."""
    with contextlib.suppress(ImportError):
        importlib.import_module("readline")


def _answer(question: Question, answers: Answers, given: str, *, defaults: bool) -> str:
    default = question.default(answers)
    if given or defaults:
        try:
            return _accepted(question, given or default, answers)
        except (ValueError, ProtocolError) as error:
            wrong(f'{question.option} "{given or default}": {_why(error)}')
    return _asked(question, default, answers)


def _asked(question: Question, default: str, answers: Answers) -> str:
    while True:
        try:
            print(_prompt(question, answers))
            typed = input(f"  {f'[{default}] ' if default else ''}> ").strip() or default
        except EOFError:
            wrong(f"{question.words}: there was no answer; nothing was written. In a script give {question.option}")
        except UnicodeDecodeError:
            wrong(f"{question.words}: the answer is no UTF-8 text; nothing was written")
        try:
            return _accepted(question, typed, answers)
        except (ValueError, ProtocolError) as error:
            print("\n".join(wrap(f"  ! {_why(error)}", width_now(), subsequent_indent="    ", break_on_hyphens=False)))


def _why(error: ValueError | ProtocolError) -> str:
    return str(error)


def _prompt(question: Question, answers: Answers) -> str:
    told = explain(question.path)
    choices = _places(answers) if question.name == "sites" else told.choices
    accepted = ", ".join(choices) if choices else _range(told)
    text = f"{question.words} ({accepted})" if accepted else question.words
    return "\n".join(wrap(text, width_now(), subsequent_indent="  ", break_on_hyphens=False))


def _range(told: Explanation) -> str:
    limits = f"{told.low} to {told.high}" if told.low is not None and told.high is not None else ""
    return f"{limits} {told.unit or ''}".strip()


def _accepted(question: Question, text: str, answers: Answers) -> str:
    """The answer as it will be written; ValueError says why not."""
    if not text:
        raise ValueError("this needs an answer")
    if whole_letters(text) != text:
        raise ValueError("a part of this is no UTF-8 text; type it again")
    if question.check:
        return question.check(text, answers)
    told = explain(question.path)
    if told.choices:
        return _chosen(text, told.choices)
    if told.low is not None and told.high is not None:
        return _number(text, told)
    return text


def _chosen(text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        hint = nearest(text, choices)
        raise ValueError(f'"{text}" is not one of {", ".join(choices)}{f"; {hint}" if hint else ""}')
    return text


def _number(text: str, told: Explanation) -> str:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"a number is needed: {_range(told)}") from None
    if not value.is_finite() or not Decimal(str(told.low)) <= value <= Decimal(str(told.high)):
        raise ValueError(f"{text} is outside {_range(told)}")
    return f"{value:f}"
