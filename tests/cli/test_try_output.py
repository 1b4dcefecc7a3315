"""What the reports of `nmes try` share stands below them: no report imports another's command, not even late."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import nmes.cli
from nmes.cli.exits import Failed
from nmes.cli.try_output import write_page


def imported(file: Path) -> set[str]:
    """Modules of `nmes.cli` that a module imports, also inside a function."""
    nodes = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)]
    return {node.module for node in nodes if node.module and node.module.startswith("nmes.cli.")}


def test_the_modules_of_the_command_line_import_each_other_in_one_direction() -> None:
    folder = Path(nmes.cli.__file__).parent
    graph = {f"nmes.cli.{file.stem}": imported(file) for file in folder.glob("*.py")}
    assert "nmes.cli.try_output" in graph["nmes.cli.try_crowd"]
    TopologicalSorter(graph).prepare()


def test_a_page_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"the page could not be written to .*no/page\.html: No such file or directory"):
        write_page(tmp_path / "no" / "page.html", "text", quietly=True)
