"""A script can do what a person at the controls can, step by step, and hears in one sentence why it cannot do more."""

from __future__ import annotations

from pathlib import Path

import pytest

from nmes.api import Answer, Finding, Halted, Output, Refused, Reply, View, What, Word, answer_no, open_stimulator
from tests.api.scripts import BY, finished, opening, placed, ready, short


def codes(record: Path) -> str:
    return record.read_text(encoding="utf-8")


@pytest.mark.covers("SR-25")
def test_a_whole_session_by_hand_is_recorded_like_any_other_and_signed_by_who_attended(tmp_path: Path) -> None:
    loaded = short(tmp_path)
    with opening(tmp_path) as stimulator:
        assert stimulator.simulation
        assert stimulator.summary is None
        assert stimulator.record is None
        assert set(stimulator.questions) == set(loaded.protocol.screening_codes)
        ready(stimulator, loaded, steps=4)
        assert stimulator.output is Output.OFF
        assert stimulator.plan.levels_ua == (2_000,)
        assert stimulator.missing == ()
        stimulator.start()
        assert stimulator.wait_for(lambda view: view.word is Word.ON, within_ms=5_000)
        assert stimulator.output is Output.ON
        assert stimulator.increase(1) == stimulator.level_ua(1) == 2_500
        assert stimulator.decrease(1) == 2_000
        stimulator.mark("note", "calm")
        finished(stimulator)
        assert stimulator.view.word is Word.ENDED
        low_nc, high_nc = stimulator.delivered_nc(1)
        skin_nc = stimulator.skin_charge_nc(1)
    assert skin_nc is not None
    pulse_nc = 2_500 * 300 // 1_000
    assert low_nc - 30 * pulse_nc <= skin_nc <= high_nc + 30 * pulse_nc
    assert stimulator.summary is not None
    assert stimulator.summary.intact
    assert stimulator.record is not None
    assert f'"by":"{BY}"' in codes(stimulator.record)
    assert '"Signed"' in codes(stimulator.record)
    assert stimulator.delivered_nc(9) == (0, 0)


@pytest.mark.covers("SR-25")
def test_every_step_has_to_be_confirmed_and_none_is_skipped(tmp_path: Path) -> None:
    """No act takes a level: there is `increase`, by one step, and what the device confirms of it."""
    loaded = short(tmp_path)
    with opening(tmp_path) as stimulator:
        placed(stimulator, loaded)
        stimulator.titrate(1)
        levels = []
        for _ in range(4):
            before_ms = stimulator.view.now_ms
            levels.append(stimulator.increase(1))
            assert stimulator.channel(1).confirmed_ua == levels[-1]
            assert stimulator.view.now_ms - before_ms >= 250
        assert levels == [500, 1_000, 1_500, 2_000]
        assert stimulator.decrease(1) == 1_500
        assert stimulator.accept() == 1_500
        assert stimulator.output is Output.OFF
        with pytest.raises(Refused) as raised:
            stimulator.start()
        assert raised.value.code == "felt_missing"
        assert stimulator.felt(1, there=False).word is Word.PLACING
        assert stimulator.plan.levels == ()


def test_what_is_out_of_place_is_refused_with_its_code_and_one_sentence(tmp_path: Path) -> None:
    loaded = short(tmp_path)
    with opening(tmp_path) as stimulator:
        for act, code in (
            (stimulator.start, "not_ready"),
            (lambda: stimulator.increase(1), "not_live"),
            (lambda: stimulator.increase(3), "no_such_slot"),
            (stimulator.resume, "not_paused"),
            (lambda: stimulator.place({1: 2_500}), "not_placing"),
            (lambda: stimulator.screen({}), "screening_blocked"),
            (stimulator.sign, "not_after"),
            (lambda: stimulator.measure(What.MOTOR_THRESHOLD, 1), "not_live"),
        ):
            with pytest.raises(Refused) as raised:
                act()
            assert raised.value.code == code
            assert str(raised.value)
            assert "\n" not in str(raised.value)
        stimulator.screen(answer_no(loaded))
        with pytest.raises(Refused) as raised:
            stimulator.place({1: 100})
        assert raised.value.code == "pad_smaller"
        stimulator.place({1: 2_500})
        with pytest.raises(Refused) as raised:
            stimulator.titrate(1, waveform=7)
        assert raised.value.code == "no_such_slot"
        stimulator.titrate(1, waveform=0)
        with pytest.raises(Refused) as raised:
            stimulator.accept()
        assert raised.value.code == "level_zero"


def test_a_contraindication_blocks_whatever_the_script_wants(tmp_path: Path) -> None:
    loaded = short(tmp_path)
    with opening(tmp_path) as stimulator:
        code = next(iter(stimulator.questions))
        with pytest.raises(Refused, match=r"^DO NOT STIMULATE") as raised:
            stimulator.screen(answer_no(loaded) | {code: Answer(code, Reply.YES)})
        assert raised.value.code == "screening_blocked"


@pytest.mark.covers("SR-25")
def test_waiting_is_not_attending_so_nobody_there_pauses_and_a_person_resumes(tmp_path: Path) -> None:
    loaded = short(tmp_path, ("operator_absent_limit_s: 60", "operator_absent_limit_s: 10"))
    limit_ms = loaded.protocol.operator_absent_limit_ms
    with open_stimulator(loaded, attended_by=BY, home=tmp_path, virtual=True) as stimulator:
        placed(stimulator, loaded)
        stimulator.titrate(1)
        stimulator.increase(1)
        with pytest.raises(Halted, match="nobody had touched a key") as raised:
            stimulator.wait(limit_ms + 5_000)
        assert raised.value.why == "operator_absent"
        assert stimulator.output is Output.OFF
        assert stimulator.view.word is Word.READY
        assert stimulator.plan.levels == ()


def test_a_pause_keeps_the_levels_and_a_resume_climbs_again(tmp_path: Path) -> None:
    loaded = short(tmp_path)
    with opening(tmp_path) as stimulator:
        ready(stimulator, loaded)
        stimulator.start()
        stimulator.wait(2_000)
        assert stimulator.pause(wish=True).why == "wish"
        assert stimulator.output is Output.OFF
        stimulator.wait(3_000)
        assert stimulator.resume().word is Word.RESUMING
        assert stimulator.level_ua(1) == 2_000
        assert stimulator.end().word is Word.AFTER
        stimulator.observe(Finding.NOTE, None, "too warm")
        assert stimulator.leave_unsigned("the person had to go").word is Word.ENDED


def test_a_pause_while_a_level_is_found_leaves_it(tmp_path: Path) -> None:
    loaded = short(tmp_path)
    with opening(tmp_path) as stimulator:
        placed(stimulator, loaded)
        stimulator.titrate(1)
        stimulator.increase(1)
        assert stimulator.pause().word is Word.READY
        assert stimulator.cramp().note is not None


def test_after_a_stop_every_level_is_void_and_the_next_act_hears_of_it(tmp_path: Path) -> None:
    loaded = short(tmp_path)
    with opening(tmp_path) as stimulator:
        ready(stimulator, loaded)
        stimulator.start()
        stimulator.wait(2_000)
        stimulator.stop()
        with pytest.raises(Halted, match="script stopped") as raised:
            stimulator.wait(1_000)
        assert raised.value.why == "stop:script"
        assert stimulator.view.word is Word.STOPPED
        assert stimulator.plan.levels == ()
        with pytest.raises(Refused, match="the output off and confirmed"):
            stimulator.start()
        assert stimulator.wait(1_000).word is Word.STOPPED, "it was told once"
        assert not stimulator.wait_for(lambda view: view.word is Word.ON, within_ms=100)


@pytest.mark.covers("SR-25")
def test_what_ended_between_two_acts_is_told_to_the_next_and_once(tmp_path: Path) -> None:
    """A step that was meant for an output that is gone is not done."""
    loaded = short(tmp_path)
    with opening(tmp_path) as stimulator:
        placed(stimulator, loaded)
        stimulator.titrate(1)
        stimulator.increase(1)
        stimulator.stop()
        with pytest.raises(Halted, match="script stopped"):
            stimulator.increase(1)
        stimulator.wait(500)
        assert stimulator.titrate(1).word is Word.TITRATING


@pytest.mark.thorough
def test_what_is_read_back_wrong_is_refused(tmp_path: Path) -> None:
    from nmes.api import Read

    loaded = short(tmp_path)
    with opening(tmp_path, patient="P-017", side="left") as stimulator:
        stimulator.screen(answer_no(loaded))
        assert stimulator.missing[:2] == ("read:code", "read:side")
        with pytest.raises(Refused) as raised:
            stimulator.read_back(Read.CODE, "P-018")
        assert raised.value.code == "read_back_differs"
        stimulator.read_back(Read.CODE, "P-017")
        stimulator.read_back(Read.SIDE, "", "the pads are on the calf that hurts")
        seen: View = stimulator.place({1: 2_500})
        assert seen.word is Word.READY
