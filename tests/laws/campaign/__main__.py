"""`python -m laws.campaign --sessions 20000 --seed 1 --jobs 2`, from the folder `tests`.

Exit code 1 if a law broke, and if a run that is long enough lacks a kind of fault or a setting of the device.
The families take turns, `--device rehastim2` plays that one alone. With `--write ../docs/reference/campaigns.md` the
figures so far stand in that page, at the place of each family, whenever it ends.
"""

from __future__ import annotations

import argparse
import os
import platform
import secrets
import sys
import time
from pathlib import Path

from helpers.made_figures import write_figures
from laws.campaign.coverage import Coverage
from laws.campaign.running import Failure, Outcome, failing, run, shortened, stand
from laws.campaign.script import from_json, to_json
from nmes.runtime.families import DEFAULT, KEYS

EVERY_S = 30.0


def main() -> int:
    asked = _asked()
    if asked.script:
        return _one(Path(asked.script))
    began, last, said = time.monotonic(), [0.0], [0]

    def told(outcome: Outcome) -> None:
        for failure in outcome.failures[said[0] :]:
            print(f"seed {failure.seed} on {failure.device}: {failure.sentence}", flush=True)
        said[0], now = len(outcome.failures), time.monotonic()
        if now - last[0] > EVERY_S:
            last[0] = now
            figures = outcome.figures
            done, hours = figures.sessions, figures.simulated_us / 3.6e9
            print(f"{now - began:6.0f} s: {done} sessions, {hours:.1f} h, {len(outcome.failures)} failures", flush=True)
            _write(asked, outcome, now - began)

    print(f"seed {asked.seed}", flush=True)
    outcome = run(asked.seed, asked.sessions, asked.jobs, told, most_failures=asked.failures, device=asked.device)
    print(f"{time.monotonic() - began:.0f} s of this computer, {asked.jobs} processes")
    _write(asked, outcome, time.monotonic() - began)
    for failure in outcome.failures:
        print(_kept(shortened(failure) if asked.shorten else failure, asked.keep).text())
    return exit_code(outcome)


def exit_code(outcome: Outcome) -> int:
    """Says how much of everything was done on each family, and names what is missing in a run of this size."""
    lacking = False
    for device, figures in outcome.by_device.items():
        coverage = Coverage(figures, device)
        print(f"--- {device}\n{figures.text()}\n{coverage.text()}")
        for missing in coverage.missing:
            print(f"MISSING in a run of {figures.scenarios} scenarios: {missing}")
        lacking = lacking or bool(coverage.missing)
    return 1 if outcome.failures or lacking else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m laws.campaign", description="Random sessions; the laws are judged.")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9), help="default: a fresh one, printed")
    parser.add_argument("--device", default="", choices=("", *KEYS), help="the family; default: all in turn")
    parser.add_argument("--sessions", type=int, default=1000, help="how many to begin")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--failures", type=int, default=1, help="after how many to end")
    parser.add_argument("--no-shorten", dest="shorten", action="store_false", help="tell failures as they were drawn")
    parser.add_argument("--keep", default="", help="folder for the shortest scripts, such as laws/regressions")
    parser.add_argument("--write", type=Path, help="a page whose figures are replaced")
    parser.add_argument("--script", default="", help="play a kept script instead")
    return parser.parse_args()


def _write(asked: argparse.Namespace, outcome: Outcome, took_s: float) -> None:
    """Into the page, where one was named."""
    if asked.write is None:
        return
    for device, figures in outcome.by_device.items():
        broken = ", ".join(str(failure.seed) for failure in outcome.failures if failure.device == device) or "none"
        turns = "" if asked.device else ", all families in turn"
        said = (
            f"{device}: seed {asked.seed} and on{turns}; CPython {platform.python_version()}, {platform.system()}, "
            f"{asked.jobs} processes, {took_s / 60:.0f} min\nseeds that broke a law: {broken}\n"
            f"{figures.text()}\n{Coverage(figures, device).text()}"
        )
        write_figures(asked.write, said, "" if device == DEFAULT.key else device)


def _kept(failure: Failure, folder: str) -> Failure:
    if folder and failure.shortest:
        (Path(folder) / f"{failure.device}_{failure.seed}.json").write_text(to_json(failure.shortest), encoding="utf-8")
    return failure


def _one(path: Path) -> int:
    with stand() as at:
        sentence = failing(at, from_json(path.read_text(encoding="utf-8")))
    print(sentence or "every law holds")
    return 1 if sentence else 0


if __name__ == "__main__":
    sys.exit(main())
