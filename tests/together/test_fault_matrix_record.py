"""A fault in a session whose record is a real file: it verifies at every step, names the fault, and claims no more."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from together.fault_cases import CASES
from together.fault_moments import Moment, reach
from together.fault_rows import Case
from together.fault_story import Staged, staged
from together.staging import journalled
from together.test_record import FailingDisk

from nmes.core import events as e
from nmes.core.view import Output, Word
from nmes.record.chain import GENESIS
from nmes.record.codec import EVENTS
from nmes.record.store import read_session
from nmes.record.verify import Intact, verify_lines
from nmes.ui.record_words import event_words


def verified(folder: Path) -> Path:
    """The one record in the folder; it must be whole."""
    [path] = folder.glob("*.jsonl")
    with path.open("rb") as file:
        assert isinstance(verify_lines(file, GENESIS, path.stem), Intact)
    return path


def recorded(folder: Path) -> list[str]:
    """What an audit tells of it."""
    entries = read_session(verified(folder))
    return [event_words(EVENTS.decode(entry.body["event"])) for entry in entries if entry.type == "event"]


def told(folder: Path, name: str, moment: Moment) -> tuple[Staged, list[str]]:
    """The session with this fault of the table, its record verified again and again, until it has ended."""
    case = next(case for case in CASES if case.name == name)
    watched = staged(make_sink=journalled(folder))
    reach(watched, moment, case.level_ua)
    _broken(watched, case)
    for _ in range(20):
        watched.idle(200)
        verified(folder)
    watched.bench.controller.leave()
    watched.idle(1_000)
    return watched, recorded(folder)


def _broken(watched: Staged, case: Case) -> None:
    watched.judge.faulted(3_000_000)
    watched.judge.output_fault = case.most_ua
    watched.simulator.inject(case.kind, channel=case.channel, for_us=case.for_us, **case.params)


@pytest.mark.thorough
def test_an_electrode_that_came_off_is_named_with_its_channel(tmp_path: Path) -> None:
    _, lines = told(tmp_path, "a pad comes off", Moment.HOLD)
    assert "The stimulator reports an electrode that is off or loose. Channel 1, result 10." in lines
    assert lines.index("off, confirmed by the device", 20) > 20


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["it hangs", "the cable is pulled", "every frame is lost, to host"])
def test_what_is_not_known_is_not_written(name: str, tmp_path: Path) -> None:
    watched, lines = told(tmp_path, name, Moment.HOLD)
    level_ua = next(case.level_ua for case in CASES if case.name == name)
    after = lines[lines.index(f"confirmed: channel 1 {level_ua / 1000:.1f} mA") :]
    broke = next(at for at, line in enumerate(after) if line.startswith(("no answer", "the line is gone")))
    assert "off, confirmed by the device" not in after[broke:]
    assert not any("stopped the output" in line for line in after[broke:])
    assert watched.view.output is Output.UNKNOWN
    assert list(read_session(verified(tmp_path)))[-1].body == {"why": watched.view.why}


@pytest.mark.covers("LW-06", "FR-02")
def test_the_dose_of_a_session_that_ended_unsure_is_a_range_that_holds_what_crossed_the_skin(tmp_path: Path) -> None:
    watched, _ = told(tmp_path, "it hangs", Moment.HOLD)
    [given] = watched.view.dose
    assert given.low_nc < watched.bench.skin_charge_pc(1) / 1000 <= given.high_nc


@pytest.mark.thorough
def test_what_nobody_can_see_leaves_no_trace_in_the_record_but_the_dose_as_it_was_asked_for(tmp_path: Path) -> None:
    watched, lines = told(tmp_path, "a fifth too much", Moment.RAMP_UP)
    assert not any("stimulator reports" in line or "no answer" in line for line in lines)
    [given] = watched.view.dose
    titrated_and_asked_nc = given.high_nc
    assert watched.bench.skin_charge_pc(1) / 1000 > titrated_and_asked_nc, "more crossed the skin than anybody knows"


@pytest.mark.thorough
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_a_fault_on_a_disk_that_fails_with_it_halts_all_the_same(error: int, tmp_path: Path) -> None:
    disk = FailingDisk()
    watched = staged(make_sink=journalled(tmp_path, disk.disk()))
    reach(watched, Moment.HOLD, 20_000)
    watched.judge.faulted()
    disk.write_error = error
    watched.simulator.inject("electrode_off", channel=1)
    off_us = watched.now_us
    watched.idle(3_000)
    assert disk.failed
    assert (watched.view.word, watched.view.output) == (Word.STOPPED, Output.OFF)
    assert watched.pulses(off_us + 20_000) == []
    watched.press(e.Titrate(1, 0, watched.view.epoch), 1_000)
    assert watched.view.word is Word.STOPPED, "without a record nothing begins again, mended or not"
