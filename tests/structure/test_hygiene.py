"""What must not creep in: addresses of one machine, unexplained exceptions, waiting by sleeping, uncovered code."""

from __future__ import annotations

import io
import re
import tokenize
import tomllib
from pathlib import Path

import pytest
from structure.repository import ROOT, files, python_files, text

REGISTRIES = ("py" + "pi.org", "python" + "hosted")
"""Put together here, so that this file does not name them."""
MACHINE = re.compile(r"(?<![\w.~])/(?:" + "|".join(("ho" + "me", "Us" + "ers", "ro" + "ot", "wo" + "rk")) + r")/\w")
SLEEPERS: dict[str, str] = {}
"""Modules of the program that may call `time.sleep`, with the reason. None needs to."""
SILENCER = re.compile(r"#\s*(?:noqa|type:\s*ignore)")
NAMED = re.compile(r"#\s*(?:noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w, -]+\])(?P<reason>.*)")


def comments(source: str) -> list[tuple[int, str]]:
    """The comments of a source with their lines: a text that looks like one is none."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def unexplained(source: str) -> list[int]:
    """Lines that silence a tool for all its rules, or without a reason beside them."""
    found: list[int] = []
    if SILENCER.search(source) is None:  # to take every file apart costs seconds
        return found
    for line, comment in comments(source):
        if SILENCER.match(comment) is None:
            continue
        named = NAMED.match(comment)
        if named is None or not re.search(r"[a-z]{3,}", named["reason"]):
            found.append(line)
    return found


def sleeps(source: str) -> bool:
    return re.search(r"\btime\.sleep\(|from time import .*\bsleep\b", source) is not None


def unreasoned_dependencies(pyproject: str) -> list[str]:
    """Dependencies without a comment line of their own above them."""
    lines = pyproject.splitlines()
    named = re.compile(r'^\s*"(?P<name>[A-Za-z0-9_.-]+)\s*[<>=~!\[]')
    return [
        found["name"]
        for above, line in zip(["", *lines], lines, strict=False)
        if (found := named.match(line)) and not above.strip().startswith("#")
    ]


def test_no_file_names_a_package_registry() -> None:
    named = [(str(file), host) for file in files() for host in REGISTRIES if host in text(file).lower()]
    assert named == []


@pytest.mark.thorough
def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    assert [(str(file), found[0]) for file in files() if (found := MACHINE.search(text(file)))] == []


def test_no_lock_file_of_one_tool_is_kept() -> None:
    assert [str(file) for file in files() if file.name in {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock"}] == []
    assert not (ROOT / "uv.lock").exists()


def test_every_dependency_has_its_reason_above_it() -> None:
    source = text(Path("pyproject.toml"))
    project = tomllib.loads(source)["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    assert unreasoned_dependencies(source) == []
    assert sum(len(group) for group in groups) == len(
        re.findall(r'^  "[A-Za-z0-9_.-]+\s*[<>=~!]', source, re.MULTILINE)
    )


@pytest.mark.covers("TH-10")
def test_every_dependency_is_pinned_in_the_constraints() -> None:
    project = tomllib.loads(text(Path("pyproject.toml")))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = {_normal(re.split(r"[<>=~!\[; ]", one, maxsplit=1)[0]) for group in groups for one in group}
    lines = [line for line in text(Path("constraints.txt")).splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9._-]+==[0-9][\w.+!]*", line)] == []
    assert wanted - {_normal(line.partition("==")[0]) for line in lines} == set()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_program_never_sleeps_to_wait_for_something() -> None:
    program = [file for file in python_files() if file.parts[0] in {"nmes", "firmware_sim"}]
    assert [str(file) for file in program if sleeps(text(file)) and str(file) not in SLEEPERS] == []


def test_no_line_is_excused_from_coverage() -> None:
    excuse = "pragma: no " + "cover"
    assert [str(file) for file in files() if excuse in text(file) and file.parts[0] != "docs"] == []


def test_every_silenced_rule_has_its_reason_beside_it() -> None:
    assert [(str(file), line) for file in python_files() for line in unexplained(text(file))] == []


# --- the checks can fail ---


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("x = 1  # noqa", [1]),
        ("x = 1  # noqa: S101", [1]),
        ("x = 1  # type: ignore", [1]),
        ("x = 1  # type: ignore[operator]", [1]),
        ("x = 1  # noqa: S101 - asserts are wanted here", []),
        ("x = 1  # type: ignore[operator]  # both are numbers", []),
        ("x = '# noqa'", []),
    ],
)
def test_a_silenced_rule_without_a_reason_is_found(source: str, lines: list[int]) -> None:
    assert unexplained(source) == lines


def test_a_sleep_is_found() -> None:
    assert sleeps("import time\ntime.sleep(1)")
    assert sleeps("from time import monotonic, sleep")
    assert not sleeps("clock.wait(1)")


def test_a_dependency_without_a_reason_is_found() -> None:
    assert unreasoned_dependencies('[\n  # why\n  "good>=1",\n  "bare>=1",\n]') == ["bare"]


def test_a_machine_path_is_found() -> None:
    assert MACHINE.search("see " + "/ho" + "me/anna/nmes")
    assert not MACHINE.search("docs/work/file and NMES_HOME/records")
