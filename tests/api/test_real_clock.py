"""The laboratories' door on the real clock: each family's simulator in a process of its own, behind a socket."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from nmes.api import DEVICES, Halted, Output, answer_no, open_stimulator
from tests.api.scripts import BY, placed, short

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(120)]


@pytest.mark.parametrize("device", DEVICES)
def test_a_level_is_found_on_the_real_clock(tmp_path: Path, device: str) -> None:
    loaded = short(tmp_path)
    with open_stimulator(
        loaded, attended_by=BY, device=device, home=tmp_path, emergency_button_by="C. Dahl"
    ) as stimulator:
        placed(stimulator, loaded)
        stimulator.titrate(1)
        step_ua = stimulator.plan.capabilities.amplitude_step_ua
        assert [stimulator.increase(1) for _ in range(2)] == [step_ua, 2 * step_ua]
        assert stimulator.accept() == 2 * step_ua
        assert stimulator.output is Output.OFF
    assert stimulator.summary is not None
    assert stimulator.summary.intact


async def test_a_script_that_does_not_look_pauses_the_output(tmp_path: Path) -> None:
    loaded = short(tmp_path)
    async with open_stimulator(loaded, attended_by=BY, home=tmp_path) as stimulator:
        await stimulator.screen(answer_no(loaded))
        await stimulator.place({1: 2_500})
        await stimulator.titrate(1)
        await stimulator.increase(1)
        await asyncio.sleep(2.5)  # it computes, or has forgotten
        assert stimulator.output is Output.OFF
        with pytest.raises(Halted) as raised:
            await stimulator.wait(10_000)
        assert raised.value.why == "screen_silent"


HALTS = {"p24": 34, "rehastim1": 2}
"""What the trace of each calls its halt."""
PROGRAM = r"""
import re
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from nmes.api import open_stimulator
from tests.api.scripts import BY, placed, short
folder = Path(sys.argv[1])
loaded = short(folder)
trace = folder / "trace"
kept = open_stimulator(loaded, attended_by=BY, home=folder, device=DEVICE, trace=trace, emergency_button_by="C. Dahl")
stimulator = kept.__enter__()
placed(stimulator, loaded)
stimulator.titrate(1)
stimulator.increase(1)
while not re.search(r"peak_current_ua.:[1-9]", trace.read_text(encoding="utf-8")):
    stimulator.wait(50)
"""
"""Ends when the trace has told of current: on a busy computer the first pulse would come later than the end."""


@pytest.mark.covers("SR-25", "SR-28")
@pytest.mark.parametrize("device", ["p24", "rehastim1"])
def test_a_program_that_ends_with_an_open_block_stops_and_closes_its_record(tmp_path: Path, device: str) -> None:
    program = PROGRAM.replace("DEVICE", repr(device))
    subprocess.run([sys.executable, "-c", program, str(tmp_path), *sys.path], check=True, timeout=100)
    told = [json.loads(line) for line in (tmp_path / "trace").read_text(encoding="utf-8").splitlines()]
    last = max(at for at, one in enumerate(told) if one.get("pulse", {}).get("peak_current_ua"))
    assert any(one.get("frame") == HALTS[device] for one in told[last:]), "a halt was the last word"
    assert not any("dead_man" in one for one in told)
    [record] = (tmp_path / "simulation").glob("*.jsonl")
    lines = record.read_text(encoding="utf-8").splitlines()
    assert any('"source":"script_left"' in line for line in lines)
    assert any('"type":"closed"' in line for line in lines[-2:]), "the station's signature comes after it"
