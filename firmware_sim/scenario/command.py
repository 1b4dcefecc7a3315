"""Law: a scenario that does not hold names each line at which it does not, and what was seen there. Exit 0, 1 or 2.

One that expects nothing does not hold: exit 0 says that something was checked.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from firmware_sim.scenario import shipped
from firmware_sim.scenario.model import Scenario, device_of
from firmware_sim.scenario.play import CannotPlay, Cast, Failure, Outcome, cast, play
from firmware_sim.stage.trace import TraceFile
from firmware_sim.yaml_file import FileProblem, lines_of, parse_model

Lines = Mapping[int, int]


def load(file: Path | Traversable) -> tuple[Scenario, Lines, int]:
    """The scenario, the line of each item of its timeline, and that of its digest (0 without). FileProblem."""
    try:
        text = file.read_bytes()
    except OSError as error:
        known = ", ".join(shipped.names())
        raise FileProblem(str(file), 0, 0, f"cannot be read: {error.strerror}", f"shipped are: {known}") from None
    scenario = parse_model(text, str(file), Scenario, context=device_of)
    lines = lines_of(text, str(file))
    items = {index: lines["timeline", index] for index in range(len(scenario.timeline))}
    return scenario, items, lines.get(("digest",), 0)


def run(name_or_path: str, speed: float | None, real: bool, trace: TraceFile | None) -> int:
    """Play it and tell what came of it; 2 with one sentence when it cannot be played."""
    file = shipped.find(name_or_path)
    try:
        scenario, lines, digest_line = load(file)
        made = _cast(scenario, lines, file, trace)
        if real:
            from firmware_sim.scenario.real import play_real  # noqa: PLC0415 - sockets and threads only when wanted

            outcome = play_real(made, speed or 1.0)
        else:
            outcome = play(made, speed)
    except FileProblem as problem:
        _tell(f"nmes-sim: {problem}", error=True)
        return 2
    except CannotPlay as problem:
        _tell(f"nmes-sim: {file}:{problem.line}: {problem}", error=True)
        return 2
    judged = bool(outcome.expectations) or not (real or scenario.digest is None)
    return _report(scenario, outcome, _wrong_digest(scenario, outcome, digest_line, real), file, judged)


def _cast(scenario: Scenario, lines: Lines, file: Path | Traversable, trace: TraceFile | None) -> Cast:
    try:
        return cast(scenario, lines, trace)
    except FileProblem:
        raise
    except ValueError as bad:
        raise FileProblem(str(file), 1, 1, str(bad)) from None


def _wrong_digest(scenario: Scenario, outcome: Outcome, line: int, real: bool) -> tuple[Failure, ...]:
    """Over a socket requests come when they come, so the hash of the trace is not judged there."""
    if real or scenario.digest in (None, outcome.digest):
        return ()
    return (Failure(line, f"the digest of the trace is {outcome.digest}, not {scenario.digest}"),)


def _report(
    scenario: Scenario, outcome: Outcome, more: tuple[Failure, ...], file: Path | Traversable, judged: bool
) -> int:
    failures = (*outcome.failures, *more)
    for one in failures:
        _tell(f"{file}:{one.line}: {one.said}", error=True)
    held = f"{len(failures)} did not hold" if failures else "everything held"
    if not judged:
        _tell(f"{file}: nothing was expected, so nothing was checked; add an expect, or the digest", error=True)
        held = "nothing was checked"
    _tell(f"{scenario.name}: {outcome.expectations} expectations, {held}; {len(outcome.given)} pulses")
    for fault in outcome.faults:
        _tell(f"  {fault}")
    _tell(f"  digest {outcome.digest}")
    return 1 if failures or not judged else 0


def _tell(text: str, *, error: bool = False) -> None:
    stream = sys.stderr if error else sys.stdout
    stream.write(text + "\n")
    stream.flush()
