"""`nmes try`: a protocol on a virtual patient, before a person feels it. Writes no record and nothing of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from nmes.cli.exits import BAD, GOOD, INTERRUPTED, Failed, wrong
from nmes.cli.finding import plan_of, protocol_named
from nmes.cli.try_output import page_file, print_json, width_of_terminal, write_page
from nmes.core.plan import Plan
from nmes.core.problems import ProblemsError
from nmes.core.suggest import nearest
from nmes.core.units import floor_to_step
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.library import Loaded
from nmes.trial.bench.patients import FileProblem, Profile, load_profile, profile_names
from nmes.trial.member import one_of
from nmes.trial.setup import Setup, usual_patient
from nmes.trial.site import LENGTHS, Length

if TYPE_CHECKING:
    from nmes.trial.trying import Trial

MOST_PEOPLE: Final = 10_000
MOST_POOLS: Final = 64
_MILLIAMPERES: Final = re.compile(r"-?\d{1,6}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, as it was typed; None was not typed."""

    protocol: str
    patient: str | None = None
    level: str | None = None
    length: str | None = None
    compare: str | None = None
    population: int | None = None
    seed: int = 0
    pools: int = 8
    as_json: bool = False
    html: str | None = None
    family: Family = DEFAULT


def run_try(options: Options) -> int:
    """The whole command. Ctrl+C ends it with one word and leaves nothing behind, no worker either."""
    try:
        return _run(options)
    except KeyboardInterrupt:
        raise Failed(INTERRUPTED, "interrupted") from None


def _run(options: Options) -> int:
    """Look at everything that can be wrong first; then try, tell, and say by the exit code whether it was good."""
    _check(options)
    loaded = [protocol_named(name) for name in (options.protocol, options.compare) if name is not None]
    who = usual_patient(loaded[0].protocol) if options.patient is None else options.patient
    setups = [_setup(options, one, who) for one in loaded]
    if any(setup.plan.assessment is not None for setup in setups):
        return _assess(options, setups)
    page = None if options.html is None else page_file(options.html)
    if options.population is not None:
        from nmes.cli.try_crowd import show_crowd

        return show_crowd(setups[0], options.population, options.seed, as_json=options.as_json, page=page)
    trials = [_tried(setup) for setup in setups]
    _tell(trials, page, as_json=options.as_json)
    return GOOD if all(trial.good for trial in trials) else BAD


def _assess(options: Options, setups: Sequence[Setup]) -> int:
    """An assessment is lived through by one virtual patient: nothing of it can be replayed for others."""
    given = {"--compare": options.compare, "--population": options.population, "--html": options.html}
    for name in (name for name, value in given.items() if value is not None):
        wrong(f"{name} is for treatments; an assessment is tried on one virtual patient: leave it out")
    from nmes.cli.try_assess import show_assessment

    return GOOD if show_assessment(setups[0], as_json=options.as_json) else BAD


def _check(options: Options) -> None:
    if options.population is not None and options.compare is not None:
        wrong("--population and --compare do not go together: run the population once for each protocol")
    if options.population is not None and "#" in (options.patient or ""):
        wrong(
            "--population is around a profile; one of its people alone: the same name with its number, no --population"
        )
    if options.population is not None and not 1 <= options.population <= MOST_PEOPLE:
        wrong(f"--population {options.population}: give 1 to {MOST_PEOPLE}")
    if options.seed < 0:
        wrong(f"--seed {options.seed}: give 0 or more")
    if not 1 <= options.pools <= MOST_POOLS:
        wrong(f"--pools {options.pools}: give 1 to {MOST_POOLS}; 8 is the usual")
    if options.length is not None and options.length not in LENGTHS:
        wrong(f'--length "{options.length}": give {", ".join(LENGTHS)}')


def _setup(options: Options, loaded: Loaded, patient: str) -> Setup:
    try:
        plan = plan_of(loaded, family=options.family)
    except ProblemsError as error:
        wrong(*(str(problem) for problem in error.problems))
    level_ua, asked_ua = _level(options.level, plan)
    length = cast("Length | None", options.length)
    who, _, number = patient.partition("#")
    base = Setup(loaded, plan, _profile(who), options.seed, options.pools, length, level_ua, asked_ua)
    base = replace(base, family=options.family)
    return one_of(base, base.profile, _number(number, patient), options.seed) if number else base


def _profile(name: str) -> Profile:
    path = Path(name)
    if name not in profile_names() and path.suffix not in {".yaml", ".yml"} and not path.is_file():
        accepted = nearest(name, profile_names())
        wrong(f'there is no patient "{name}"; {accepted or "known: " + ", ".join(profile_names())}')
    try:
        return load_profile(name)
    except FileProblem as problem:
        wrong(str(problem))


def _number(text: str, whole: str) -> int:
    if not text.isdecimal():
        wrong(f'--patient "{whole}": behind # stands the number of a person, from 0')
    return int(text)


def _level(text: str | None, plan: Plan) -> tuple[int | None, int | None]:
    """The level on the device's grid, and what was asked if that is something else."""
    if text is None:
        return None, None
    if not _MILLIAMPERES.fullmatch(text):
        wrong(f'--level "{text}": give milliamperes, such as 30 or 22.5')
    asked = Decimal(text)
    asked_ua = int(asked * 1000)
    step_ua = plan.capabilities.amplitude_step_ua
    for made in plan.delivered:
        if asked_ua > made.ceiling_ua:
            most = f"channel {made.slot.channel} may get at most {made.ceiling_ua / 1000:g} mA"
            wrong(f"--level {text}: {most} in {plan.protocol_id} ({made.ceiling_reason}); give that or less")
    if asked_ua < step_ua:
        wrong(f"--level {text}: the least is {step_ua / 1000:g} mA, the stimulator's step")
    level_ua = floor_to_step(asked_ua, step_ua)
    return level_ua, asked_ua if asked * 1000 != level_ua else None


# --- one or two tries ---


def _tried(setup: Setup) -> Trial:
    from nmes.cli.try_progress import treatment
    from nmes.trial.trying import try_one

    with treatment(setup.loaded.protocol.id) as progress:
        return try_one(setup, progress)


def _tell(trials: Sequence[Trial], page: Path | None, *, as_json: bool) -> None:
    """The report first: a page that cannot be written must not take it along."""
    if as_json:
        from nmes.cli.try_json import compared_json, trial_json

        print_json(trial_json(trials[0]) if len(trials) == 1 else compared_json(list(trials)))
    else:
        _say(trials)
    if page is not None:
        from nmes.cli.try_page import page_of

        write_page(page, page_of(trials), quietly=as_json)


def _say(trials: Sequence[Trial]) -> None:
    from nmes.cli.try_plots import plots
    from nmes.cli.try_text import compared, lines, result

    width = width_of_terminal()
    if len(trials) > 1:
        print("\n".join(compared(trials, width)))
    else:
        print("\n".join((*lines(trials[0], width), "", *plots(trials[0], width), *result(trials[0], width))))
