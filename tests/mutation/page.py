"""The page of what the mutants of each target came to: a row is what one whole run found, and nobody types it."""

from __future__ import annotations

from pathlib import Path

from mutation.changed import git
from mutation.mutants import ROOT
from mutation.report import Report
from mutation.targets import TARGETS, Target

from helpers.made_figures import figures_of, with_figures
from helpers.made_pages import table

HEAD = ("target", "mutated", "judged by", "mutants", "noticed", "explained", "open", "noticed, %", "asked, %", "commit")
NOT_YET = "not run yet"


def row(report: Report, commit: str) -> str:
    """What a whole run found, as a line of the page."""
    survived = [name for name, verdict in report.verdicts.items() if not verdict.noticed]
    known = sum(name in report.explained for name in survived)
    figures = (len(report.mutants), report.noticed, known, len(survived) - known, f"{report.score:.1f}")
    return _line(report.target, *map(str, figures), str(report.target.least), commit)


def with_rows(page: str, rows: dict[str, str]) -> str:
    """The page with these rows, by target; the others as they stand, in the order of the targets."""
    stands = {target.name: line for line in figures_of(page).splitlines() for target in TARGETS if _of(target, line)}
    lines = [({**stands, **rows}).get(target.name) or _line(target, *[NOT_YET] * 7) for target in TARGETS]
    return with_figures(page, "\n".join(["", *table(HEAD, ())[:2], *lines, "", ""]))


def write(file: Path, reports: list[Report]) -> None:
    """Puts the rows of these whole runs into the page."""
    rows = {report.target.name: row(report, commit_of()) for report in reports}
    file.write_text(with_rows(file.read_text("utf-8"), rows), "utf-8")


def commit_of(root: Path = ROOT) -> str:
    """What was mutated and judged: a commit, and whether something was changed after it."""
    commit = git("rev-parse", "--short=9", "HEAD", root=root)
    if commit is None:
        return "no history"
    return f"{commit} and changes" if git("status", "--porcelain", "--", "nmes", "tests", root=root) else commit


def _of(target: Target, line: str) -> bool:
    return line.startswith(f"| {target.name} |")


def _line(target: Target, *cells: str) -> str:
    package = target.modules[0].rpartition(".")[0]
    rest = (module.removeprefix(f"{package}.") for module in target.modules)
    mutated, tests = f"`{package}`: {', '.join(rest)}", ", ".join(f"`{tests}`" for tests in target.tests)
    return table(HEAD, [(target.name, mutated, tests, *cells)])[2]
