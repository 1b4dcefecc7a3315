"""Reading a small YAML file that may be missing or empty, as a tree with places: settings and keymap share it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nmes.core.problems import Problem, ProblemsError
from nmes.core.yaml_tree import Tree, read
from nmes.language import _


def tree_of(path: Path) -> Tree | None:
    """The file as a tree; None where there is none, or nothing but comments in it. ProblemsError otherwise."""
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):  # a home that is a file is told by the record, with what to do
        return None
    except OSError as error:
        said = _("the file cannot be read ({error})").format(error=error.strerror or error)
        raise ProblemsError([Problem("", "", said, "", str(path))]) from error
    if all(not line.strip() or line.lstrip().startswith(b"#") for line in text.splitlines()):
        return None
    try:
        return read(text, str(path))
    except ProblemsError as error:
        raise ProblemsError(_without_id(problem) for problem in error.problems) from error


def _without_id(problem: Problem) -> Problem:
    """The reader of protocols says how a protocol begins; these files begin with any of their keys."""
    begins = "id:" in problem.accepted
    return replace(problem, accepted=_("write key: value, each on a line of its own")) if begins else problem
