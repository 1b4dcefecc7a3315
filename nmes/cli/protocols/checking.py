"""`nmes protocols check`: every error with its line and column, then warnings of doubtful practice, then the sum."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from nmes.cli.exits import BAD, GOOD, WRONG_INPUT, complain
from nmes.cli.finding import plan_of
from nmes.core.doubts import doubts
from nmes.core.problems import Problem, ProblemsError
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.heritage import heritage
from nmes.runtime.library import Library, load_file


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in one file: it is sound if there are no errors, whatever the warnings."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


def check(paths: list[Path], family: Family = DEFAULT) -> int:
    """Each file in turn. 1 if any is bad, 2 if a path does not exist or holds no protocol; warnings change nothing."""
    code, results = GOOD, []
    for path in paths:
        files = _files(path)
        if not files:
            complain(f"{path}: no protocol files in this folder" if path.is_dir() else f"{path}: there is no such file")
            code = WRONG_INPUT
        for file in files:
            results.append(_checked(file, family))
            _tell(file, results[-1])
    if any(one.errors for one in results):
        code = max(code, BAD)
    if results:
        print(_sum(results))
    return code


def check_file(file: Path) -> bool:
    """Tell what is wrong or doubtful in one file; whether it is sound."""
    found = _checked(file)
    _tell(file, found)
    return not found.errors


def _files(path: Path) -> list[Path]:
    """All files of a folder, the one at a path, or those with this id."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix in {".yaml", ".yml"} and file.is_file())
    return [path] if path.exists() else [file for file in Library().files() if file.stem == str(path)]


def _checked(file: Path, family: Family = DEFAULT) -> Checked:
    try:
        claim = Library().claim(file)
        loaded = load_file(file)
        plan_of(loaded, family=family)
    except ProblemsError as error:
        return Checked(error.problems)
    warnings = (*doubts(loaded.protocol, loaded.tree), *heritage(loaded).changed)
    return Checked((claim,) if claim else (), warnings)


def _tell(file: Path, found: Checked) -> None:
    for problem in found.errors:
        print(problem)
    if not found.errors:
        print(f"{file}: ok")
    for doubt in found.warnings:
        place = f"{file}:{doubt.line}:{doubt.column}" if doubt.line else str(file)
        print(f"{place} warning: {replace(doubt, file='', line=0)}")


def _sum(results: list[Checked]) -> str:
    bad = sum(bool(one.errors) for one in results)
    errors, warnings = (sum(len(getattr(one, name)) for one in results) for name in ("errors", "warnings"))
    files = f"{len(results)} {'file' if len(results) == 1 else 'files'}"
    sound = f"{len(results) - bad} sound" if bad else "all sound" if len(results) > 1 else "sound"
    wrong = f", {bad} bad with {errors} {'error' if errors == 1 else 'errors'}" if bad else ""
    return f"{files}: {sound}{wrong}; {warnings} {'warning' if warnings == 1 else 'warnings'}"
