"""The examples of the documents run as they stand, on virtual stimulators, and say what the documents say of them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import ModuleType

import pytest

from nmes.api import DEVICES
from tests.api.scripts import module_of, short, written

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "laboratory.md"


def example(name: str) -> ModuleType:
    module = module_of(name)
    assert isinstance(module, ModuleType)
    assert f"docs/examples/{name}.py" in GUIDE.read_text(encoding="utf-8")
    return module


@pytest.mark.thorough
def test_a_session_by_hand(tmp_path: Path) -> None:
    file = str(written(tmp_path, ("contractions: 1", "contractions: 4")))
    level, given, verdict = example("lab_session").session(tmp_path, file, 2_000)
    assert level == "channel 1: 2 mA"
    assert given.startswith("3 contractions gave ")
    assert verdict.startswith("The record is intact")
    assert "nothing" not in given


@pytest.mark.thorough
@pytest.mark.covers("SR-24", "SR-25")
def test_every_family_beside_the_others(tmp_path: Path) -> None:
    told = example("lab_families").compared(tmp_path, written(tmp_path, ("gap_us: 100", "gap_us: 0")), 2_500)
    assert [one.partition(":")[0] for one in told] == list(DEVICES)
    for device, line in zip(DEVICES, told, strict=True):
        level = "2 mA" if device.startswith("rehastim") else "2.5 mA"
        assert line.startswith(f"{device}: complete at {level}"), line


def test_a_family_that_cannot_deliver_says_why(tmp_path: Path) -> None:
    lab = example("lab_families")
    assert lab.line(tmp_path, "tens_burst", "rehastim2").startswith("rehastim2: refused, stages.0.burst")


def test_a_sensor_beside_the_session_stops_it(tmp_path: Path) -> None:
    lab = example("lab_asyncio")
    assert asyncio.run(lab.session(tmp_path, lab.above_3_ma)) == "The laboratory's script stopped. Output: off."


@pytest.mark.thorough
def test_a_person_at_the_keyboard(tmp_path: Path) -> None:
    """Somebody who answers everything, says `+` until 2 mA, and presses ENTER each time they are looked for."""
    lab, asked = example("lab_attendant"), list[str]()
    loaded = short(tmp_path)

    def ask(question: str) -> str:
        asked.append(question)
        answers = {"yes, no, unknown": "no", "cm²": "25", "felt": "yes", "Skin": "1", "Pain": "2", "adverse": ""}
        return next((said for of, said in answers.items() if of in question), "not asked")

    lines = iter(["+"] * 4 + [None, "ok"])
    person = lab.Typed("A. Berg", ask, lambda: next(lines, ""))
    done = lab.session(tmp_path, loaded, person, virtual=True)
    assert (done.why, done.signed, done.levels_ua) == ("complete", True, ((1, 2_000),))
    assert len(asked) == len(loaded.protocol.screening_codes) + 6
    assert done.summary.intact


@pytest.mark.parametrize("name", ["lab_session", "lab_families", "lab_asyncio"])
@pytest.mark.campaign
def test_an_example_runs_as_a_program(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example(name).main([str(tmp_path)])
    assert capsys.readouterr().out.strip()
