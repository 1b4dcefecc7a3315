"""A whole session driven by an attendant's answers; both doors do the same, and a script that lies attends nobody."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nmes.api import (
    Answer,
    AsyncStimulator,
    Finding,
    Halted,
    Observed,
    Output,
    Read,
    Refused,
    Scripted,
    Stimulator,
    View,
    Word,
    answer_no,
    open_stimulator,
    run,
    run_async,
)
from tests.api.scripts import BY, TWO, short
from tests.core.protocol_making import CHANNEL


@dataclass(slots=True)
class Careful:
    """Attends like a person: somebody else's answers can be put in place of any of these."""

    script: Scripted
    name: str = BY
    where: bool = True
    there: bool = True
    signs_it: bool = True
    asked: list[str] = field(default_factory=list)

    def answers(self, questions: Mapping[str, str]) -> Mapping[str, Answer]:
        assert all(question for question in questions.values())
        return self.script.answers(questions)

    def reads(self, what: Read) -> str:
        return {Read.CODE: "P-017", Read.SIDE: "left"}[what]

    def pads_mm2(self, view: View) -> Mapping[int, int]:
        return self.script.pads_mm2(view)

    def enough(self, view: View, channel: int, level_ua: int) -> bool | None:
        self.asked.append(f"{channel}: {level_ua}")
        return None if self.asked.count(self.asked[-1]) == 1 else self.script.enough(view, channel, level_ua)

    def felt(self, view: View, channel: int) -> bool:
        assert view.output is Output.OFF
        assert channel
        return self.where

    def present(self, view: View) -> bool:
        assert view.word is not Word.READY
        return self.there

    def cramps(self, view: View) -> bool:
        return "cramped" not in self.asked and view.word is Word.ON and not self.asked.append("cramped")

    def findings(self, view: View) -> Iterable[Observed]:
        return (*self.script.findings(view), Observed(Finding.NOTE, None, "fine"))

    def signs(self, view: View) -> str | None:
        return "not asked" if self.signs_it and view.word is Word.AFTER else None


@pytest.mark.thorough
@pytest.mark.covers("SR-25")
def test_a_run_goes_from_the_checklist_to_the_signature(tmp_path: Path) -> None:
    loaded = short(tmp_path, (CHANNEL, TWO))
    careful = Careful(Scripted({1: 1_000, 2: 1_600}))
    done = run(loaded, careful, home=tmp_path, virtual=True, patient="P-017", side="left")
    assert (done.why, done.signed, done.summary.intact) == ("complete", True, True)
    assert done.levels_ua == ((1, 1_000), (2, 1_500))
    assert careful.asked[:7] == ["1: 0", "1: 0", "1: 500", "1: 500", "1: 1000", "1: 1000", "2: 0"]
    assert [channel for channel, low_nc, high_nc in done.delivered_nc if 0 < low_nc <= high_nc] == [1, 2]
    record = done.summary.record.read_text(encoding="utf-8")
    assert '"kind":"cramp"' in record or '"Cramp"' in record
    assert "P-017" in record


@pytest.mark.covers("SR-25")
def test_a_run_that_nobody_attends_or_feels_rightly_ends_at_0(tmp_path: Path) -> None:
    loaded = short(
        tmp_path,
        ("operator_absent_limit_s: 60", "operator_absent_limit_s: 10"),
        ("contractions: 1", "contractions: 3"),
    )
    with pytest.raises(Halted) as halted:
        run(loaded, Careful(Scripted({1: 1_000}), there=False), home=tmp_path, virtual=True)
    assert halted.value.why == "operator_absent"
    with pytest.raises(Refused) as refused:
        run(loaded, Careful(Scripted({1: 1_000}), where=False), home=tmp_path, virtual=True)
    assert refused.value.code == "felt_elsewhere"


@pytest.mark.covers("SR-25")
def test_a_scripted_attendant_attends_no_person(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="a person has to answer here") as refused:
        run(short(tmp_path), Scripted({1: 1_000}), home=tmp_path, port="/dev/ttyACM0")
    assert refused.value.code == "nobody_attends"
    assert not list(tmp_path.glob("*/*.jsonl"))
    assert Scripted({}).reads(Read.CODE) == ""
    assert not Scripted({}).cramps(None)  # type: ignore[arg-type]  # it looks at nothing


def test_a_run_unsigned_says_so(tmp_path: Path) -> None:
    done = run(short(tmp_path), Careful(Scripted({1: 500}), signs_it=False), home=tmp_path, virtual=True)
    assert (done.why, done.signed) == ("complete", False)
    assert '"left_unsigned"' in done.summary.record.read_text(encoding="utf-8")


@pytest.mark.covers("SR-25")
def test_the_asynchronous_door_does_the_same_and_lets_others_run(tmp_path: Path) -> None:
    ticks: list[int] = []

    async def others() -> None:
        while True:
            ticks.append(1)
            await asyncio.sleep(0)

    async def main() -> str:
        beside = asyncio.create_task(others())
        done = await run_async(short(tmp_path), Scripted({1: 1_000}), home=tmp_path, virtual=True)
        beside.cancel()
        return done.why

    assert asyncio.run(main()) == "complete"
    assert len(ticks) > 50


@pytest.mark.covers("SR-25")
def test_a_cancelled_task_leaves_the_output_at_0(tmp_path: Path) -> None:
    loaded, seen = short(tmp_path), list[AsyncStimulator]()

    async def treat() -> None:
        async with open_stimulator(loaded, attended_by=BY, home=tmp_path, virtual=True) as stimulator:
            seen.append(stimulator)
            await stimulator.screen(answer_no(loaded))
            await stimulator.place({1: 2_500})
            await stimulator.titrate(1)
            await stimulator.increase(1)
            assert stimulator.output is Output.ON
            await asyncio.sleep(60)

    async def main() -> None:
        task = asyncio.create_task(treat())
        while not seen or seen[0].level_ua(1) < 500 or seen[0].output is not Output.ON:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert seen[0].output is Output.OFF
    assert seen[0].view.why == "stop:script_left"
    assert seen[0].summary is not None
    assert seen[0].summary.intact


@pytest.mark.thorough
def test_both_doors_have_the_same_acts() -> None:
    """Name for name, argument for argument and word for word."""

    def acts(door: type) -> dict[str, tuple[str, str]]:
        own = {name: one for name, one in vars(door).items() if inspect.isfunction(one)}
        return {name: (str(inspect.signature(one)), str(one.__doc__)) for name, one in own.items()}

    assert acts(Stimulator) == acts(AsyncStimulator)
    assert all(inspect.iscoroutinefunction(getattr(AsyncStimulator, name)) for name in acts(Stimulator))
