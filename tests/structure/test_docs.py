"""What the documents say is there: commands, links, versions; and what they must always say."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest
from structure.repository import ROOT, markdown_files, text

import firmware_sim
import nmes
from helpers.plans import simple_plan
from nmes.cli.app import run
from nmes.core.session import begin
from nmes.core.view import OutputState, Word, view
from nmes.guard.rules import Rule
from nmes.runtime.plain import HELP as LINE_HELP
from nmes.ui import words

README = text(Path("README.md"))
DOCS = "\n".join(text(file) for file in markdown_files())
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def broken_links(source: str, folder: Path) -> list[str]:
    """Relative links of a document that lead nowhere, and headings that are not there."""
    found = []
    for match in LINK.finditer(FENCE.sub("", source)):
        target, _, anchor = match["target"].partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (ROOT / folder / target).resolve()
        if target and not file.exists():
            found.append(match["target"])
            continue
        headings = _anchors(file.read_text(encoding="utf-8") if target else source) if anchor else {anchor}
        found += [match["target"]] * (anchor not in headings)
    return found


def _anchors(source: str) -> set[str]:
    headings = re.findall(r"^#+ +(.*)$", source, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(*above: str) -> Iterator[str]:
    """Every command of `nmes`, read from its own help."""
    with redirect_stdout(io.StringIO()) as shown:
        assert run((*above, "--help")) == 0
    _, _, listed = shown.getvalue().partition("\nCommands:\n")
    names = re.findall(r"^  ([a-z][a-z-]*)(?:\s|$)", listed, re.MULTILINE)
    if not names and above:
        yield " ".join(("nmes", *above))
    for name in names:
        yield from commands(*above, name)


def test_the_readme_holds_its_two_commands_as_lines_of_their_own() -> None:
    lines = README.splitlines()
    for command in ("pip install . && nmes", 'pip install ".[test]" && pytest', "nmes demo"):
        assert lines.count(command) == 1, command
        assert lines[lines.index(command) - 1].startswith("```"), "in a code block"


@pytest.mark.parametrize(
    "said",
    [
        "not a medical device",
        "(eu) 2017/745",
        "a software stop is not an emergency stop",
        "to be confirmed against the purchased standard",
        "says nothing about the analogue output",
    ],
)
def test_the_readme_says_its_limits_before_anything_can_be_started(said: str) -> None:
    before = README.partition("## Start")[0].lower()
    flat = re.sub(r"[>*\s]+", " ", before)
    assert said in flat


def test_every_relative_link_resolves() -> None:
    broken = {str(file): found for file in markdown_files() if (found := broken_links(text(file), file.parent))}
    assert broken == {}


def test_the_readme_shows_the_running_session() -> None:
    assert "docs/screenshots/running.svg" in README


def test_every_command_is_documented() -> None:
    found = list(commands())
    assert {"nmes audit verify", "nmes protocols check", "nmes run", "nmes demo"} <= set(found)
    assert [command for command in found if command not in DOCS] == []


def test_every_state_word_is_explained_to_the_therapist() -> None:
    guide = text(Path("docs/guide/session.md"))
    some = view(begin(simple_plan(), ())[0], OutputState())
    shown = [words.state_words(replace(some, word=word, why="stop:key")).word for word in Word]
    shown.append(words.FAULT.word)
    assert [word for word in shown if word not in guide] == []


def test_every_word_of_the_line_mode_is_explained() -> None:
    guide = text(Path("docs/guide/try.md"))
    typed = {line.partition(":")[0].split()[0] for line in LINE_HELP if not line.startswith("Enter")}
    assert {word for word in typed if f"`{word.strip(',')}" not in guide} == set()


def test_every_decision_is_one_page_with_its_parts_and_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = sorted(page for page in folder.glob("*.md") if page.name != "README.md")
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [page.name[:4] for page in pages] == [f"{number:04d}" for number in range(1, len(pages) + 1)]
    for page in pages:
        source = page.read_text(encoding="utf-8")
        parts = re.findall(r"^\*\*(\w+)\.\*\*", source, re.MULTILINE)
        assert parts == ["Context", "Question", "Alternatives", "Decision", "Consequences"], page.name
        assert f"({page.name})" in index
        assert source.startswith(f"# {page.name[:4]} ")
        assert len(source.splitlines()) < 60, "one page"


def test_the_version_is_the_same_everywhere() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", nmes.__version__)
    assert firmware_sim.__version__ == nmes.__version__
    newest = re.search(r"^## (\S+)", text(Path("CHANGELOG.md")), re.MULTILINE)
    assert newest is not None
    assert newest[1] == nmes.__version__
    project = tomllib.loads(text(Path("pyproject.toml")))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "nmes/__init__.py"


def test_the_documents_do_not_speak_of_the_guards_rules_by_names_it_does_not_have() -> None:
    """Rule names in backquotes with an underscore, such as `device_silent`, are the guard's own."""
    faults = text(Path("docs/guide/faults.md"))
    assert set(re.findall(r"`([a-z]+_[a-z_]+)`", faults)) <= {rule.value for rule in Rule}


# --- the checks can fail ---


def test_a_broken_link_is_found() -> None:
    source = "# A heading\n[a](README.md) [b](nowhere.md) [c](#a-heading) [d](#none) [e](https://example.org)"
    assert broken_links(source, Path()) == ["nowhere.md", "#none"]
    assert broken_links("```\n[x](nowhere.md)\n```", Path()) == []
