"""`python -m helpers.covered core guard`, from the tests folder: its own tests run every line and branch of a room.

Its own: those in the folder of the room's name, neither campaigns nor benchmarks. Nothing is excused but what mypy
proves unreachable (`case _: assert_never(...)`) and the bodies of interfaces (`...`); slipcover's own exclusions know
single lines, and would excuse every `case _`. Ends with 1 if a test fails or something is not run, and says where; with
2 where no room is named, or one that is none.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.slicing import ASKED_BY

ROOT = Path(__file__).parents[2]
ROOMS = sorted(
    file.parent.name for file in (ROOT / "nmes").glob("*/__init__.py") if (ROOT / "tests" / file.parent.name).is_dir()
)


@dataclass(frozen=True, slots=True)
class Found:
    """`lines` and `branches`: how many were run; `missing`: file and line of each that was not."""

    lines: int
    branches: int
    missing: tuple[str, ...]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m helpers.covered", description="Every line and branch of a room is run.")
    parser.add_argument("room", nargs="+", choices=ROOMS)
    good = True
    for room in parser.parse_args(arguments).room:
        found, said = covered(ROOT / "nmes" / room, ROOT / "tests" / room)
        print(f"nmes.{room}: {found.lines} lines and {found.branches} branches run by its own tests")
        for place in found.missing:
            print(f"  not run: {place}")
        if said:
            print(said)
        good = good and not said and not found.missing
    return 0 if good else 1


def covered(source: Path, tests: Path, root: Path = ROOT) -> tuple[Found, str]:
    """What `tests` run of `source`, and what pytest printed if it did not end well."""
    with tempfile.TemporaryDirectory(prefix="nmes-covered-") as folder:
        report = Path(folder) / "report.json"
        command = [
            sys.executable,
            "-m",
            "slipcover",
            "--branch",
            "--source",
            str(source),
            "--json",
            "--out",
            str(report),
        ]
        # What imports slipcover before pytest could rewrite it is slipcover itself.
        command += ["-m", "pytest", "-W", "ignore::pytest.PytestAssertRewriteWarning", "-q", "-n", "0"]
        command += ["-p", "no:cacheprovider", "-m", "not campaign and not benchmark", str(tests)]
        # All of its tests, also in a run that takes a slice; and a process of a shared run shares nothing on.
        unwanted = ("PYTEST_XDIST", *ASKED_BY)
        environment = {key: value for key, value in os.environ.items() if not key.startswith(unwanted)}
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        said = "" if done.returncode == 0 else done.stdout + done.stderr
        if not report.exists():
            return Found(0, 0, ()), said or "there is no report"
        found = _found(json.loads(report.read_text("utf-8")), root)
        return found, said or ("" if found.lines else "nothing of it was run")


def _found(report: dict[str, dict[str, dict[str, object]]], root: Path) -> Found:
    lines, branches, missing = 0, 0, list[str]()
    for name, told in sorted(report["files"].items()):
        path = root / name
        excused = _excused(ast.parse(path.read_text("utf-8")))
        lines += len(told["executed_lines"])
        branches += len(told["executed_branches"])
        missing += [f"{name}:{line}" for line in told["missing_lines"] if line not in excused]
        missing += [
            f"{name}:{first} to {then or 'its end'}"
            for first, then in told["missing_branches"]
            if not {first, then} & excused
        ]
    return Found(lines, branches, tuple(missing))


def _excused(tree: ast.Module) -> set[int]:
    return {line for node in _unreachable(tree) for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}


def _unreachable(tree: ast.Module) -> Iterator[ast.expr | ast.stmt | ast.pattern]:
    for node in ast.walk(tree):
        match node:
            case ast.match_case(
                pattern=ast.MatchAs(pattern=None) as pattern,
                body=[ast.Expr(value=ast.Call(func=ast.Name(id="assert_never"))) as never],
            ):
                yield from (pattern, never)
            case ast.FunctionDef(body=[*_, ast.Expr(value=ast.Constant(value=value)) as body]) if value is ...:
                yield body
            case _:
                pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
