"""Before output in an attended session: read back, pads, felt where it should be, the patient's own stop, and back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.desk import STATES, Desk, attended, desk_in, last, refused
from helpers.plans import ONE, TWO, alternating_plan, plan_of, rhythm, simple_plan
from helpers.rows import bundled
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.attended import Attended, PatientStop
from nmes.core.measurement import NOBODY, Who
from nmes.core.view import OutputState, View, view

CODE, SIDE = e.Read.CODE, e.Read.SIDE
WITH_STOP = Attended(patient_stop=True)


def seen(desk: Desk) -> View:
    return view(desk.session, OutputState())


class TestReadBack:
    @pytest.mark.covers("SR-19")
    @pytest.mark.parametrize("left_out", [CODE, SIDE])
    def test_nothing_is_placed_before_code_and_side_were_read_back(self, left_out: e.Read) -> None:
        desk = attended().to_placing()
        said = {CODE: "P-017", SIDE: "left"}
        desk.do(*(e.ReadBack(what, said[what]) for what in e.Read if what is not left_out), e.Placed(desk.pads))
        assert desk.state == s.Placing()
        assert last(desk) == refused("read_back_missing", what=str(left_out))
        assert seen(desk).missing == (f"read:{left_out}", "pads")

    def test_it_may_be_read_back_while_the_checklist_is_open(self) -> None:
        desk = attended()
        desk.do(e.Identified("P24", "P24-1", "1.0"), e.ReadBack(CODE, " p-017 "), e.ReadBack(SIDE, "Left"))
        desk.do(e.Screened((), "Ada"), e.Placed(desk.pads))
        assert desk.state == s.Ready()
        assert seen(desk).read == (CODE, SIDE)

    @pytest.mark.parametrize(("what", "said", "wanted"), [(CODE, "P-018", "P-017"), (SIDE, "right", "left")])
    def test_what_differs_is_told_with_both_values_and_is_missing_again(
        self, what: e.Read, said: str, wanted: str
    ) -> None:
        desk = attended().to_placing()
        desk.read_back()
        assert desk.do(e.ReadBack(what, said)) == (refused("read_back_differs", what=what, said=said, wanted=wanted),)
        assert what not in seen(desk).read
        desk.do(e.Placed(desk.pads))
        assert desk.state == s.Placing()

    def test_it_is_left_out_only_with_a_reason(self) -> None:
        desk = attended().to_placing()
        desk.do(e.ReadBack(CODE), e.ReadBack(SIDE, "", "no"))
        assert seen(desk).read == ()
        assert last(desk) == refused("read_back_missing", what="side")
        desk.do(e.ReadBack(CODE, "", "has no card"))
        assert last(desk) == c.Note("read_back_skipped", (("what", "code"), ("reason", "has no card")))
        assert (seen(desk).read, seen(desk).skipped) == ((), (CODE,)), "a reason reads nothing"
        assert seen(desk).missing == ("read:side", "pads")
        desk.do(e.ReadBack(CODE, "P-017"))
        assert (seen(desk).read, seen(desk).skipped) == ((CODE,), ())

    @pytest.mark.parametrize(("what", "said", "wanted"), [(CODE, "P-018", "P-017"), (SIDE, "right", "left")])
    def test_what_was_contradicted_is_not_left_out_with_a_reason(self, what: e.Read, said: str, wanted: str) -> None:
        desk = attended().to_placing()
        desk.read_back()
        desk.do(e.ReadBack(what, said), e.ReadBack(what, "", "the card is dirty"))
        assert last(desk) == refused("read_back_contradicted", what=what, wanted=wanted)
        assert what not in (*seen(desk).read, *seen(desk).skipped)
        desk.do(e.Placed(desk.pads))
        assert desk.state == s.Placing()
        desk.do(e.ReadBack(what, wanted), e.Placed(desk.pads))
        assert desk.state == s.Ready()

    def test_going_back_talks_nothing_away_that_was_contradicted(self) -> None:
        desk = attended().to_placing()
        desk.do(e.ReadBack(SIDE, "right"), e.Back(), e.ReadBack(SIDE, "", "the leg is covered"))
        assert last(desk) == refused("read_back_contradicted", what="side", wanted="left")
        desk.do(e.ReadBack(SIDE, "left"), e.ReadBack(SIDE, "", "the leg is covered"))
        assert seen(desk).skipped == (SIDE,), "it was read right in between"

    @pytest.mark.parametrize(("who", "missing"), [(NOBODY, ()), (Who("P-1"), ("read:code",))])
    def test_only_what_the_session_says_of_its_patient_is_asked(self, who: Who, missing: tuple[str, ...]) -> None:
        desk = attended(who=who).to_placing()
        assert seen(desk).missing == (*missing, "pads")

    @bundled("state", [name for name in STATES if name not in {"Screening", "Placing"}])
    def test_it_is_heard_before_the_pads_are_on_only(self, state: str) -> None:
        desk = desk_in(state)
        assert desk.do(e.ReadBack(CODE, "P-017")) == (refused("not_placing"),)


class TestPads:
    def placing(self) -> Desk:
        desk = attended(alternating_plan()).to_placing()
        desk.read_back()
        return desk

    def test_every_pad_is_confirmed(self) -> None:
        desk = self.placing()
        desk.do(e.Placed(((1, 4500),)))
        assert (desk.state, last(desk)) == (s.Placing(), refused("pad_missing", channel=2))
        desk.do(e.Placed(((1, 4500), (2, 4500), (3, 4500))))
        assert (desk.state, last(desk)) == (s.Placing(), refused("no_such_slot", channel=3))

    @pytest.mark.covers("FR-19")
    def test_a_smaller_pad_is_refused_and_a_larger_one_is_noted(self) -> None:
        desk = self.placing()
        desk.do(e.Placed(((1, 4500), (2, 4499))))
        assert desk.state == s.Placing()
        assert last(desk) == refused("pad_smaller", channel=2, pad_mm2=4499, needed_mm2=4500)
        commands = desk.do(e.Placed(((1, 6000), (2, 4500))))
        assert commands == (c.Note("pad_larger", (("channel", 1), ("pad_mm2", 6000), ("needed_mm2", 4500))),)
        assert desk.state == s.Ready()
        assert desk.session.progress.pads == ((1, 6000), (2, 4500))

    def test_the_guard_is_told_the_pad_of_the_plan_all_the_same(self) -> None:
        desk = attended().to_placing()
        desk.read_back()
        desk.do(e.Placed(((1, 9000),)))
        desk.run()
        assert {arm.pad_mm2 for arm in desk.commands if isinstance(arm, c.Arm)} == {4500}


class TestFelt:
    def found(self) -> Desk:
        desk = attended(alternating_plan()).to_ready()
        return desk.titrate(ONE, 5000).titrate(TWO, 5000)

    @pytest.mark.covers("SR-19")
    def test_a_treatment_starts_only_when_every_channel_is_felt_where_it_should_be(self) -> None:
        desk = self.found()
        desk.do(e.Start(desk.epoch))
        assert (desk.state, last(desk)) == (s.Ready(), refused("felt_missing", channel=1))
        desk.do(e.FeltAt(1, there=True), e.Start(desk.epoch))
        assert (desk.state, last(desk)) == (s.Ready(), refused("felt_missing", channel=2))
        assert "start" not in seen(desk).may
        desk.do(e.FeltAt(2, there=True))
        assert (seen(desk).felt, seen(desk).missing) == ((1, 2), ())
        assert "start" in seen(desk).may
        desk.do(e.Start(desk.epoch))
        assert isinstance(desk.state, s.Running)

    def test_felt_elsewhere_voids_every_level_and_the_pads_come_first_again(self) -> None:
        desk = self.found()
        desk.do(e.FeltAt(2, there=True))
        epoch = desk.epoch
        desk.do(e.FeltAt(1, there=False))
        assert desk.state == s.Placing()
        assert c.Note("felt_elsewhere", (("channel", 1), ("muscle", "muscle 1"))) in desk.commands
        assert (desk.session.plan.levels, seen(desk).felt, seen(desk).read) == ((), (), (CODE,))
        assert desk.epoch > epoch, "what was queued for the levels does nothing any more"
        desk.do(e.ReadBack(SIDE, "left"), e.Placed(desk.pads), e.Start(desk.epoch))
        assert (desk.state, last(desk)) == (s.Ready(), refused("level_missing", channel=1))

    def test_it_is_said_of_a_level_and_goes_with_it(self) -> None:
        desk = self.found()
        desk.feel()
        desk.titrate(ONE, 6000)
        assert seen(desk).felt == (2,)
        desk.do(e.Stop("key", 1))
        assert seen(desk).felt == ()

    def test_it_needs_a_level_of_a_channel_of_the_plan(self) -> None:
        desk = attended().to_ready()
        desk.do(e.FeltAt(1, there=True))
        assert last(desk) == refused("level_missing", channel=1)
        desk.do(e.FeltAt(7, there=True))
        assert last(desk) == refused("no_such_slot", channel=7)
        assert "felt" not in seen(desk).may
        assert "felt" in seen(self.found()).may

    def test_a_test_asks_for_none(self) -> None:
        desk = attended(plan_of(((ONE, rhythm()),), kind="assessment")).to_ready().titrate(ONE, 5000)
        desk.do(e.Start(desk.epoch))
        assert isinstance(desk.state, s.Running)

    @bundled("state", STATES)
    def test_where_nobody_attends_nothing_is_asked(self, state: str) -> None:
        desk = desk_in(state)
        before = desk.state
        desk.do(e.FeltAt(1, there=False))
        assert (desk.state, last(desk)) == (before, refused("not_ready"))


class TestPatientStop:
    def placing(self) -> Desk:
        desk = attended(with_it=WITH_STOP).to_placing()
        desk.read_back()
        return desk

    def test_nothing_is_placed_before_it_was_pressed_and_heard(self) -> None:
        desk = self.placing()
        desk.do(e.Placed(desk.pads))
        assert (desk.state, last(desk)) == (s.Placing(), refused("patient_stop_untested"))
        assert seen(desk).missing == ("pads", "patient_stop")
        commands = desk.do(e.Stop("patient", 1))
        assert commands[:2] == (c.Halt(), c.Disarm())
        assert (seen(desk).patient_stop, last(desk).code) == (PatientStop.TESTED, "patient_stop_tested")
        assert commands[-1] == last(desk), "the record is told too"
        desk.do(e.Placed(desk.pads))
        assert desk.state == s.Ready()

    def test_a_session_without_one_needs_none(self) -> None:
        desk = attended().to_ready()
        desk.do(e.Stop("patient", 1), e.Stop("patient_lost", 2))
        assert seen(desk).patient_stop is PatientStop.NONE
        desk.do(e.Titrate(1, 0, desk.epoch))
        assert isinstance(desk.state, s.Titrating)

    def ready(self) -> Desk:
        desk = self.placing()
        desk.do(e.Stop("patient", 1), e.Placed(desk.pads))
        return desk

    def test_it_stops_like_any_other(self) -> None:
        desk = self.ready()
        desk.run()
        commands = desk.do(e.Stop("patient", 2))
        assert commands[:2] == (c.Halt(), c.Disarm())
        assert (desk.state, desk.session.plan.levels) == (s.Stopped("stop:patient"), ())
        assert "patient_stop_tested" not in [note.code for note in commands if isinstance(note, c.Note)]

    @pytest.mark.parametrize("worse", ["lost", "restless"])
    def test_once_lost_or_never_at_rest_nothing_starts_until_it_was_pressed_again(self, worse: str) -> None:
        desk = self.ready()
        desk.run()
        desk.do(e.Stop(f"patient_{worse}", 2))
        assert desk.state == s.Stopped(f"stop:patient_{worse}")
        assert seen(desk).patient_stop.value == worse
        desk.do(e.Titrate(1, 0, desk.epoch))
        assert (desk.state, last(desk)) == (s.Stopped(f"stop:patient_{worse}"), refused(f"patient_stop_{worse}"))
        assert "titrate" not in seen(desk).may
        assert "patient_stop" in seen(desk).missing
        desk.do(e.Stop("patient", 3))
        desk.do(e.Titrate(1, 0, desk.epoch))
        assert isinstance(desk.state, s.Titrating)

    def test_lost_in_ready_no_start_is_offered(self) -> None:
        desk = self.ready()
        desk.device = False
        desk.do(e.Stop("patient_lost", 2), e.HaltConfirmed(desk.session.now_ms), e.Back(), e.Placed(desk.pads))
        assert (desk.state, last(desk)) == (s.Placing(), refused("patient_stop_lost"))

    def test_in_ready_it_may_be_lost_after_a_titration_too(self) -> None:
        desk = self.ready().titrate(ONE, 1000)
        lost = Desk(replace(desk.session, progress=replace(desk.session.progress, patient_stop=PatientStop.LOST)))
        assert seen(lost).may == {"end", "back", "observe", "felt"}


class TestBack:
    def test_from_the_electrodes_to_the_checklist_and_the_side_is_asked_again(self) -> None:
        desk = attended().to_placing()
        desk.read_back()
        assert desk.do(e.Back()) == (c.Note("back", (("to", "screening"),)),)
        assert (desk.state, seen(desk).read) == (s.Screening(), (CODE,))
        assert seen(desk).missing == ("screening",)

    def test_from_the_levels_to_the_electrodes_and_no_level_is_left(self) -> None:
        desk = attended().to_ready().titrate(ONE, 5000)
        desk.feel()
        epoch = desk.epoch
        desk.do(e.Back())
        assert (desk.state, desk.session.plan.levels, seen(desk).felt) == (s.Placing(), (), ())
        desk.do(e.Placed(desk.pads), e.Titrate(1, 0, epoch))
        assert (desk.state, last(desk)) == (s.Ready(), refused("stale"))
        desk.do(e.Start(desk.epoch))
        assert (desk.state, last(desk)) == (s.Ready(), refused("level_missing", channel=1))

    def test_from_a_stop_whose_halt_is_confirmed_to_the_electrodes(self) -> None:
        desk = attended().to_ready().run()
        desk.do(e.Stop("key", 1), e.Back())
        assert desk.state == s.Placing()

    @bundled("state", STATES)
    def test_where_nobody_attends_there_is_none(self, state: str) -> None:
        desk = desk_in(state)
        before = desk.state
        assert desk.do(e.Back()) == (refused("not_back"),)
        assert desk.state == before

    @pytest.mark.parametrize("event", [e.Start(0), e.Pause(), e.End()])
    def test_from_what_is_live_paused_or_over_there_is_none(self, event: e.Event) -> None:
        desk = attended().to_ready().run()
        desk.do(event)
        before = desk.state
        assert "back" not in seen(desk).may
        desk.do(e.Back())
        assert (desk.state, last(desk)) == (before, refused("not_back"))


def test_an_alarm_that_is_acknowledged_changes_nothing() -> None:
    desk = attended().to_ready().run()
    before = desk.session
    commands = desk.do(e.Acknowledged("fault:electrode"))
    assert commands == (c.Note("acknowledged", (("alarm", "fault:electrode"),)),)
    assert replace(desk.session, note=before.note) == before


def test_a_plan_without_an_attendant_is_placed_as_ever() -> None:
    desk = Desk.of(simple_plan()).to_placing()
    desk.do(e.Placed(((1, 1),)))
    assert desk.state == s.Ready()
    assert not seen(desk).attended
