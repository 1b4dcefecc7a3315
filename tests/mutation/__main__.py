"""`python -m mutation`, from the tests folder: mutates the safety rooms and judges their tests. See decision 0038.

All of them on demand (`--target guard` for one room), or with `--changed` those of functions that differ from the main
line, for at most `--minutes`. What was judged is kept in `--results`: a run that was stopped goes on, and a mutant that
was noticed is not judged again while its function stays as it is and the test that noticed it is there. Ends with 1 if
a survivor is not explained in survivors.toml, if an explained one is noticed, or if a whole room's score is below what
`targets.py` asks for; with 2 if nothing was compared or judged. With `--write`, a page gets the figures.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from mutation.bench import judge
from mutation.changed import Base, NoBaseError, base_of, changed
from mutation.explained import explained, gone
from mutation.mutants import ROOT, Mutant, mutants_of
from mutation.page import write
from mutation.report import Report
from mutation.targets import TARGETS, Target
from mutation.work import Work

BASE_HELP = (
    "the main line (default: origin/main, main, origin/HEAD); where HEAD is part of it, an earlier commit is taken"
)


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _asked(arguments)
    try:
        base = base_of(asked.base) if asked.changed else None
        wanted = _wanted(asked, base)
    except NoBaseError as error:
        print(f"Nothing to compare with: {error}. Name a commit with --base.")
        return 2
    if base is not None:
        print(f"Compared with {base}.", flush=True)
    if not wanted:
        print("Of what was asked for, no function that is mutated differs." if base else "There is no such mutant.")
        return 0 if base else 2
    until = time.time() + asked.minutes * 60 if asked.minutes else None
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    if asked.anew:
        asked.results.unlink(missing_ok=True)
    work = Work((), (), asked.results, asked.jobs, pause=asked.pause_while, until=until)
    order = [target for target in TARGETS if target.name in wanted]
    if until is not None:
        random.Random(asked.seed).shuffle(order)  # the first may take all of the time
    reports = [_judged(target, wanted[target.name], work) for target in order]
    whole = not asked.changed and not asked.only
    good = [_told(report, whole=whole) for report in reports]
    if asked.write is not None:
        write(asked.write, [report for report in reports if not report.left])
    lost = gone(set(explained()))
    for name in lost:
        print(f"EXPLAINED, but there is no such mutant any more: {name}")
    if not any(report.verdicts for report in reports):
        print("Nothing was judged.")
        return 2
    return 0 if all(good) and not lost else 1


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mutation", description="Mutation testing of the safety rooms.")
    parser.add_argument("--target", action="append", choices=[target.name for target in TARGETS])
    parser.add_argument("--only", default="", help="part of a mutant's name")
    parser.add_argument("--changed", action="store_true", help="only functions that differ from the main line")
    parser.add_argument("--base", default=os.environ.get("NMES_BASE"), help=BASE_HELP)
    parser.add_argument("--minutes", type=float, help="begin nothing after so long; the order is drawn with --seed")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--results", type=Path, default=ROOT / "build" / "mutation.jsonl")
    parser.add_argument("--anew", action="store_true", help="forget what was judged before")
    parser.add_argument("--write", type=Path, help="a page whose rows are replaced, of targets that were judged whole")
    parser.add_argument("--pause-while", type=Path, help="rest while this file exists")
    asked = parser.parse_args(arguments)
    if asked.write and (asked.changed or asked.only):
        parser.error("--write tells of whole targets: neither --changed nor --only goes with it")
    return asked


def _wanted(asked: argparse.Namespace, base: Base | None) -> dict[str, list[Mutant]]:
    """By target; in the order of the source, or drawn where there may not be time for all."""
    if base is not None:
        mutants = changed(base)
    else:
        mutants = [mutant for target in TARGETS for module in target.modules for mutant in mutants_of(module)]
    mutants = [mutant for mutant in mutants if asked.only in mutant.name]
    if asked.minutes:
        print(f"The order is drawn: --seed {asked.seed}")
        random.Random(asked.seed).shuffle(mutants)
    found = {
        target.name: [mutant for mutant in mutants if mutant.module in target.modules]
        for target in TARGETS
        if not asked.target or target.name in asked.target
    }
    return {name: some for name, some in found.items() if some}


def _judged(target: Target, mutants: list[Mutant], work: Work) -> Report:
    return Report(target, tuple(mutants), judge(target, mutants, work), explained())


def _told(report: Report, *, whole: bool) -> bool:
    """Said, and whether it is as it should be."""
    print("\n".join(report.lines()), flush=True)
    if whole and not report.left and report.score < report.target.least:
        print(f"  TOO FEW: at least {report.target.least} % are asked for")
        return False
    return report.good


if __name__ == "__main__":
    sys.exit(main())
