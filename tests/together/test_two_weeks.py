"""The guide of the course of care is what the program makes: the example is run again and held against it."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "guide" / "course.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"<!-- made: (\d) -->\n```\n(.*?)\n```\n<!-- end -->", re.DOTALL)


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("two_weeks", ROOT / "docs" / "examples" / "two_weeks.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["two_weeks"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_guide_has_every_part_and_no_id_that_would_be_another_one_next_time(example: ModuleType) -> None:
    assert [int(number) for number, _ in BLOCK.findall(GUIDE)] == [0, 1, 2, 3]
    assert all(made.strip() for _, made in BLOCK.findall(GUIDE))
    assert not re.search(r"\d{8}T\d{6}Z-[0-9a-f]{6}", GUIDE)
    assert example.CODE in GUIDE


def test_a_block_is_made_anew_in_its_place(example: ModuleType) -> None:
    made = ["first", "# A", "", "second", "# B", "third"]
    guide = "a\n<!-- made: 1 -->\nold\n<!-- end -->\nb\n<!-- made: 0 -->\n<!-- end -->\n"
    assert example.written(guide, made) == (
        "a\n<!-- made: 1 -->\n```\nsecond\n```\n<!-- end -->\nb\n<!-- made: 0 -->\n```\nfirst\n```\n<!-- end -->\n"
    )


@pytest.mark.campaign
@pytest.mark.timeout(300)
def test_two_simulated_weeks_give_the_guide_as_it_stands(
    example: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(example.WIDTH + 1))
    made = example.two_weeks(tmp_path)
    assert example.written(GUIDE, made) == GUIDE, "run docs/examples/two_weeks.py FOLDER --write docs/guide/course.md"
