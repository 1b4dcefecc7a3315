"""Before output in an attended session: each condition by itself, and what one mistake of two leaves of the other."""

from __future__ import annotations

import pytest

from helpers.assessing import ctf_plan
from helpers.desk import Desk, attended, last, refused
from helpers.plans import alternating_plan
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.attended import Attended, PatientStop
from nmes.core.attending import heard_from_patient
from nmes.core.view import OutputState, view

CODE, SIDE = e.Read.CODE, e.Read.SIDE
WITH_STOP = Attended(patient_stop=True)


def missing(desk: Desk) -> tuple[str, ...]:
    return view(desk.session, OutputState()).missing


class TestReadBack:
    def test_of_both_the_code_is_asked_for_first(self) -> None:
        desk = attended().to_placing()
        desk.do(e.Placed(desk.pads))
        assert last(desk) == refused("read_back_missing", what="code")

    def test_once_the_pads_are_on_it_is_not_heard(self) -> None:
        desk = attended().to_ready()
        assert desk.do(e.ReadBack(CODE, "P-018")) == (refused("not_placing"),)
        assert view(desk.session, OutputState()).read == (CODE, SIDE)

    def test_where_nobody_attends_it_is_not_heard_before_either(self) -> None:
        desk = Desk.of(alternating_plan()).to_placing()
        assert desk.do(e.ReadBack(CODE, "P-017")) == (refused("not_placing"),)
        assert missing(desk) == ()

    def test_of_two_that_were_contradicted_one_read_right_leaves_the_other(self) -> None:
        desk = attended().to_placing()
        desk.do(e.ReadBack(CODE, "P-018"), e.ReadBack(SIDE, "right"), e.ReadBack(CODE, "P-017"))
        desk.do(e.ReadBack(SIDE, "", "the leg is covered"))
        assert last(desk) == refused("read_back_contradicted", what="side", wanted="left")
        desk.do(e.ReadBack(CODE, "", "the card is dirty"))
        assert last(desk) == c.Note("read_back_skipped", (("what", "code"), ("reason", "the card is dirty")))

    def test_left_out_twice_it_is_left_out_once(self) -> None:
        desk = attended().to_placing()
        desk.do(e.ReadBack(CODE, "", "has no card"), e.ReadBack(CODE, "", "has lost it"))
        assert view(desk.session, OutputState()).skipped == (CODE,)

    def test_read_wrong_after_it_was_left_out_it_is_missing_again(self) -> None:
        desk = attended().to_placing()
        desk.do(e.ReadBack(CODE, "", "has no card"), e.ReadBack(CODE, "P-018"))
        assert view(desk.session, OutputState()).skipped == ()
        assert missing(desk) == ("read:code", "read:side", "pads")

    def test_what_was_read_right_is_told_as_it_was_said(self) -> None:
        desk = attended().to_placing()
        assert desk.do(e.ReadBack(CODE, " p-017")) == (c.Note("read_back", (("what", "code"), ("said", "p-017"))),)


class TestPads:
    def test_each_larger_pad_is_told(self) -> None:
        desk = attended(alternating_plan()).to_placing()
        desk.read_back()
        told = desk.do(e.Placed(((2, 7000), (1, 6000))))
        larger = {dict(note.values)["channel"]: note.code for note in told if isinstance(note, c.Note)}
        assert larger == {1: "pad_larger", 2: "pad_larger"}
        assert desk.session.progress.pads == ((1, 6000), (2, 7000)), "by channel, in whatever order they were named"

    def test_who_goes_back_to_them_has_none_confirmed(self) -> None:
        desk = attended().to_ready()
        assert desk.session.progress.pads
        desk.do(e.Back())
        assert desk.session.progress.pads == ()

    def test_once_they_are_on_they_are_not_put_on_again(self) -> None:
        desk = attended().to_ready()
        assert desk.do(e.Placed(((1, 9000),))) == (refused("not_placing"),)
        assert desk.session.progress.pads == desk.pads


class TestFelt:
    def test_while_current_flows_it_is_not_heard(self) -> None:
        desk = attended().to_ready().run()
        before = desk.state
        assert desk.do(e.FeltAt(1, there=False)) == (refused("not_ready"),)
        assert desk.state == before

    def test_felt_elsewhere_is_told_and_then_that_it_goes_back(self) -> None:
        desk = attended(alternating_plan()).to_ready()
        for slot in desk.session.plan.slots:
            desk.titrate(slot, 5000)
        told = desk.do(e.FeltAt(2, there=False))
        values = (("channel", 2), ("muscle", "muscle 2"))
        assert told == (c.Note("felt_elsewhere", values), c.Note("back", (("to", "placing"),)))

    def test_a_channel_without_a_level_is_not_felt_though_another_has_one(self) -> None:
        desk = attended(alternating_plan()).to_ready()
        desk.titrate(desk.session.plan.slots[0], 5000)
        assert desk.do(e.FeltAt(2, there=True)) == (refused("level_missing", channel=2),)
        assert desk.do(e.FeltAt(1, there=True)) == (c.Note("felt", (("channel", 1), ("muscle", "muscle 1"))),)
        assert view(desk.session, OutputState()).felt == (1,)


class TestPatientStop:
    def placing(self) -> Desk:
        desk = attended(with_it=WITH_STOP).to_placing()
        desk.read_back()
        return desk

    @pytest.mark.parametrize("source", ["key", "signal", "patient_lost", "patient_restless"])
    def test_no_other_stop_tests_it(self, source: str) -> None:
        desk = self.placing()
        desk.do(e.Stop(source, 1), e.Placed(desk.pads))
        assert desk.session.progress.patient_stop is not PatientStop.TESTED
        assert desk.state == s.Placing()
        assert "patient_stop_tested" not in desk.notes()

    def test_another_stop_leaves_it_tested(self) -> None:
        desk = self.placing()
        desk.do(e.Stop("patient", 1), e.Stop("key", 2))
        assert desk.session.progress.patient_stop is PatientStop.TESTED

    def test_it_is_missing_from_the_electrodes_on(self) -> None:
        desk = attended(with_it=WITH_STOP)
        desk.do(e.Identified("P24", "P24-1", "1.0"))
        assert missing(desk) == ("screening",)
        desk.to_placing()
        assert missing(desk) == ("read:code", "read:side", "pads", "patient_stop")

    def test_lost_it_is_missing_in_a_pause_after_a_stop_and_before_a_start(self) -> None:
        desk = self.placing()
        desk.do(e.Stop("patient", 1), e.Placed(desk.pads))
        desk.run()
        desk.do(e.Pause())
        assert (desk.state, missing(desk)) == (s.Paused(0, "operator"), ())
        paused = Desk(desk.session)
        paused.session = heard_from_patient(desk.session, "patient_lost")[0]
        assert missing(paused) == ("patient_stop",)
        assert paused.do(e.Resume(paused.epoch)) == (refused("patient_stop_lost"),)
        desk.do(e.Stop("patient_lost", 2))
        assert missing(desk) == ("patient_stop", "level:1:0", "felt:1")
        desk.do(e.Back(), e.ReadBack(SIDE, "left"))
        assert missing(desk) == ("pads", "patient_stop")
        desk.do(e.Stop("patient", 3), e.Placed(desk.pads))
        assert missing(desk) == ("level:1:0", "felt:1")
        ready = Desk(heard_from_patient(desk.session, "patient_restless")[0])
        assert missing(ready) == ("patient_stop", "level:1:0", "felt:1")

    def test_while_current_flows_nothing_is_missing(self) -> None:
        desk = self.placing()
        desk.do(e.Stop("patient", 1), e.Placed(desk.pads))
        desk.do(e.Titrate(1, 0, desk.epoch))
        live = Desk(heard_from_patient(desk.session, "patient_lost")[0])
        assert isinstance(live.state, s.Titrating)
        assert missing(live) == ()


def test_with_a_broken_record_the_record_is_told_before_the_patients_stop() -> None:
    desk = attended(with_it=WITH_STOP).to_placing()
    desk.read_back()
    desk.do(e.Stop("patient", 1), e.Placed(desk.pads), e.JournalFailed("disk full"), e.Stop("patient_lost", 2))
    desk.do(e.Titrate(1, 0, desk.epoch))
    assert last(desk) == refused("record_broken")


def test_a_step_back_is_one_epoch_later_as_a_record_of_it_says() -> None:
    desk = attended().to_ready()
    before = desk.epoch
    desk.do(e.Back(), e.ReadBack(SIDE, "left"), e.Placed(desk.pads), e.Titrate(1, 0, before + 1))
    assert isinstance(desk.state, s.Titrating)


def test_who_has_gone_back_to_the_electrodes_hears_nothing_of_the_test_that_was_cut() -> None:
    desk = attended(ctf_plan(start=4, cap=10, train_s=5, off_s=3)).to_ready().run()
    desk.wait(2500)
    desk.do(e.Stop("key", 1))
    assert desk.session.train is not None
    desk.do(e.Back())
    first = len(desk.commands)
    desk.do(e.Cramp())
    assert [note.code for note in desk.commands[first:] if isinstance(note, c.Note)] == ["mark"]
