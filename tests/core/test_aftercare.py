"""After the treatment: what is found, the signature, and that nothing there can bring the output back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.desk import OUTCOME, STATES, Desk, after, attended, desk_in, last, refused
from helpers.plans import TWO, alternating_plan
from helpers.rows import bundled
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.session_value import NOTED_AT_MOST
from nmes.core.view import Output, OutputState, View, Word, view

SKIN, NRS, ADVERSE, NOTE = e.Finding.SKIN, e.Finding.NRS, e.Finding.ADVERSE, e.Finding.NOTE
OUTPUT = (c.SetOutput, c.Enable, c.Arm, c.Unlatch, c.MakeDurable)


def seen(desk: Desk) -> View:
    return view(desk.session, OutputState(off_confirmed=True, confirmed_at_ms=desk.session.now_ms))


def live(desk: Desk | None = None) -> Desk:
    desk = (desk or attended()).to_ready().run()
    desk.wait(2000)
    return desk


class TestWhereASessionCloses:
    @pytest.mark.parametrize(
        ("events", "why"),
        [
            ((e.End(),), "ended_early"),
            ((e.Stop("key", 1), e.End()), "stop:key"),
            ((e.DeviceFault(e.Fault.ELECTRODE, 1, 7), e.End("program")), "fault:electrode"),
            ((e.Pause(), e.LinkLost("unplugged")), "link_lost"),
            ((e.WrongDevice("another"), e.HaltConfirmed(0), e.End()), "wrong_device"),
            ((e.Stop("key", 1), e.Back(), e.Back(), e.End()), "ended_early"),
        ],
    )
    def test_once_output_was_asked_for_it_does_not_close_but_waits_for_a_signature(
        self, events: tuple[e.Event, ...], why: str
    ) -> None:
        desk = live()
        commands = desk.do(*events)
        assert desk.state == s.After(why)
        assert not any(isinstance(command, c.Close) for command in commands)
        assert [note.code for note in commands if isinstance(note, c.Note)].count("dose") == 1
        assert (seen(desk).word, seen(desk).why, seen(desk).output) == (Word.AFTER, why, Output.OFF)

    def test_a_treatment_that_is_complete_too(self) -> None:
        desk = live()
        desk.wait(48_000, 50)
        assert desk.state == s.After("complete")

    def test_an_unconfirmed_halt_stays_unconfirmed_to_the_end(self) -> None:
        desk = live()
        desk.device = False
        desk.do(e.LinkLost("unplugged"), e.End())
        assert isinstance(desk.state, s.After)
        assert desk.state.unconfirmed
        assert seen(desk).halt_unconfirmed
        desk.do(e.LeftUnsigned("the stimulator was pulled"))
        assert desk.state == s.Ended("link_lost", unconfirmed=True)

    def test_the_dose_counts_on_until_the_device_has_stopped_itself_and_no_further(self) -> None:
        desk = live()
        desk.device = False
        desk.do(e.LinkLost("unplugged"), e.End())
        assert s.next_wake_ms(desk.session) == desk.session.now_ms + 2000
        noted = {note.code: dict(note.values) for note in desk.commands if isinstance(note, c.Note)}["dose"]
        desk.wait(60_000, 500)
        dose = seen(desk).dose[0]
        assert (dose.low_nc, dose.high_nc) == (noted["channel_1_low_nc"], noted["channel_1_high_nc"])
        assert s.next_wake_ms(desk.session) is None

    @pytest.mark.parametrize("event", [e.End(), e.LinkLost("unplugged"), e.WrongDevice("another")])
    def test_without_any_output_there_is_nothing_to_sign(self, event: e.Event) -> None:
        desk = attended().to_ready()
        commands = desk.do(event)
        assert isinstance(desk.state, s.Ended)
        assert any(isinstance(command, c.Close) for command in commands)

    def test_what_nobody_attends_closes_as_ever(self) -> None:
        desk = desk_in("Running")
        desk.do(e.End())
        assert desk.state == s.Ended("ended_early")


class TestNothingRaises:
    EVENTS = (
        e.Titrate(1, 0, 99),
        e.Start(99),
        e.Resume(99),
        e.Increase(1, 99, 5000, (2,)),
        e.Decrease(1),
        e.Accept(99),
        e.Placed(((1, 4500),)),
        e.Screened((), "Ada"),
        e.Back(),
        e.ReadBack(e.Read.CODE, "P-017"),
        e.FeltAt(1, there=True),
        e.Pause(),
        e.UiSilent(),
        e.OperatorAbsent(),
        e.Cramp(),
        e.Mark("pain"),
        e.Measure(e.What.MVIC, 1, 1000),
        e.Acknowledged("fault:electrode"),
        e.Observed(NRS, 3),
        e.Durable(1),
        e.Durable(99),
        e.Enabled(),
        e.Identified("P24", "P24-1", "1.0"),
        e.OutputSent(99_000, ()),
        e.OutputConfirmed(99_000, ()),
        e.Doubt(20_000),
        e.Tick(99_000),
    )

    @bundled("event", EVENTS, ids=lambda event: type(event).__name__)
    def test_no_event_asks_for_output(self, event: e.Event) -> None:
        desk = after()
        if isinstance(event, e.Titrate | e.Start | e.Resume | e.Increase | e.Accept):
            event = replace(event, epoch=desk.epoch)
        commands = desk.do(event)
        assert desk.state == s.After("ended_early")
        assert not any(isinstance(command, OUTPUT) for command in commands)

    @pytest.mark.parametrize(
        "event",
        [
            e.Stop("key", 9),
            e.Stop("patient", 9),
            e.GuardTripped("silence", "1 s", 9),
            e.DeviceFault(e.Fault.ELECTRODE, 1, 7),
            e.Unanswered("poll"),
            e.WrongDevice("another"),
            e.JournalFailed("disk full"),
        ],
    )
    def test_a_stop_and_every_fault_halt_and_it_stays(self, event: e.Event) -> None:
        desk = after()
        commands = desk.do(event)
        assert commands[:2] == (c.Halt(), c.Disarm())
        assert desk.state == s.After("ended_early")

    def test_a_lost_line_is_noted(self) -> None:
        desk = after()
        desk.do(e.LinkLost("unplugged"))
        assert (desk.state, last(desk).code) == (s.After("ended_early"), "link_lost")

    def test_a_halt_that_was_never_confirmed_is_said(self) -> None:
        desk = after()
        desk.device = False
        desk.do(e.Stop("key", 9), e.HaltUnconfirmed(desk.session.now_ms))
        assert desk.state == s.After("ended_early", unconfirmed=True)
        assert seen(desk).halt_unconfirmed


class TestFindings:
    @pytest.mark.parametrize(
        "found",
        [
            e.Observed(SKIN, 0, of="1"),
            e.Observed(SKIN, 3, of="1"),
            e.Observed(NRS, 0),
            e.Observed(NRS, 10),
            e.Observed(ADVERSE, 0),
            e.Observed(ADVERSE, 1, "dizzy for a minute"),
            e.Observed(e.Finding.OUTCOME, 1, "3 a week", OUTCOME),
            e.Observed(e.Finding.OUTCOME, None, "had to leave", OUTCOME),
            e.Observed(SKIN, None, "wears a dressing", "1"),
            e.Observed(NRS, None, "does not speak"),
            e.Observed(NOTE, None, "slept well"),
        ],
    )
    def test_what_can_be_found_is_kept(self, found: e.Observed) -> None:
        desk = after()
        assert desk.do(found) == (c.Note("observed", (("finding", str(found.finding)), ("of", found.of))),)
        assert seen(desk).observed == (found,)

    @bundled(
        "wrong",
        [
            e.Observed(SKIN, 4, of="1"),
            e.Observed(SKIN, -1, of="1"),
            e.Observed(SKIN, 0, of="2"),
            e.Observed(SKIN, 0),
            e.Observed(NRS, 11),
            e.Observed(NRS, -1),
            e.Observed(NRS, 3, of="before"),
            e.Observed(ADVERSE, 2, "dizzy"),
            e.Observed(ADVERSE, 1, " "),
            e.Observed(ADVERSE, 0, of="1"),
            e.Observed(e.Finding.OUTCOME, 1, "", OUTCOME),
            e.Observed(e.Finding.OUTCOME, 2, "3 a week", OUTCOME),
            e.Observed(e.Finding.OUTCOME, 1, "3 a week", "walks"),
            e.Observed(NOTE, 1, "slept well"),
            e.Observed(NOTE, None, "slept well", "1"),
        ],
    )
    def test_what_cannot_is_refused(self, wrong: e.Observed) -> None:
        desk = after()
        assert desk.do(wrong) == (refused("finding_range", finding=str(wrong.finding)),)
        assert seen(desk).observed == ()

    @pytest.mark.parametrize("text", ["", "no"])
    def test_what_was_not_done_needs_a_reason(self, text: str) -> None:
        desk = after()
        desk.do(e.Observed(NRS, None, text))
        assert (last(desk), seen(desk).observed) == (refused("finding_reason", finding="nrs"), ())

    def test_the_last_of_a_kind_counts_and_an_empty_note_takes_it_back(self) -> None:
        desk = after(alternating_plan())
        desk.do(e.Observed(SKIN, 0, of="1"), e.Observed(SKIN, 1, of="2"), e.Observed(SKIN, 2, of="1"))
        assert seen(desk).observed == (e.Observed(SKIN, 1, of="2"), e.Observed(SKIN, 2, of="1"))
        desk.do(e.Observed(NOTE, None, "slept well"), e.Observed(NOTE, None, "slept badly"), e.Observed(NOTE))
        assert len(seen(desk).observed) == 2

    def test_what_was_found_before_is_the_baseline_and_signs_nothing(self) -> None:
        desk = attended().to_ready()
        desk.find()
        assert [one.finding for one in seen(desk).observed] == [SKIN, NRS, ADVERSE]
        assert seen(desk).earlier == ()
        desk.run()
        desk.do(e.End())
        assert [one.finding for one in seen(desk).earlier] == [SKIN, NRS, ADVERSE]
        assert seen(desk).observed == ()
        assert seen(desk).missing == ("skin:1", "nrs", "adverse", f"outcome:{OUTCOME}", "sign")

    @pytest.mark.parametrize("event", [e.Pause(), e.Stop("key", 1)])
    def test_it_may_be_found_while_the_output_is_off(self, event: e.Event) -> None:
        desk = live()
        desk.do(event)
        assert "observe" in seen(desk).may
        desk.do(e.Observed(NRS, 4))
        assert seen(desk).observed == (e.Observed(NRS, 4),)

    def test_while_current_flows_nothing_is_written_down(self) -> None:
        desk = live()
        assert "observe" not in seen(desk).may
        desk.do(e.Observed(NRS, 4))
        assert last(desk) == refused("not_observed_now")

    @bundled("state", [name for name in STATES if name != "After"])
    def test_where_nobody_attends_nothing_is_asked_for(self, state: str) -> None:
        desk = desk_in(state)
        before = desk.state
        assert desk.do(e.Observed(NRS, 4)) == (refused("not_observed_now"),)
        assert desk.state == before


class TestSignature:
    def test_it_closes_the_session_with_who_signed(self) -> None:
        desk = after()
        desk.find()
        assert seen(desk).may == {"observe", "leave", "sign"}
        commands = desk.do(e.Signed("Ada", "outcome in a week"))
        assert commands == (
            c.Note("signed", (("by", "Ada"), ("reason", "outcome in a week"))),
            c.Close("ended_early"),
        )
        assert desk.state == s.Ended("ended_early")
        assert [one.finding for one in seen(desk).observed] == [SKIN, NRS, ADVERSE]
        assert seen(desk).missing == ()

    def test_nobody_signs_for_what_was_not_looked_at(self) -> None:
        desk = after(alternating_plan())
        desk.do(e.Observed(SKIN, 0, of="1"), e.Observed(NRS, None, "asleep"), e.Signed("Ada", "outcome in a week"))
        assert last(desk) == refused("after_missing", codes="skin:2 adverse")
        assert "sign" not in seen(desk).may

    def test_an_open_outcome_needs_a_reason(self) -> None:
        desk = after()
        desk.find()
        desk.do(e.Signed("Ada"))
        assert (desk.state, last(desk)) == (s.After("ended_early"), refused("reason_missing", open=OUTCOME))
        desk.do(e.Observed(e.Finding.OUTCOME, 1, "3 a week", OUTCOME), e.Signed("Ada"))
        assert desk.state == s.Ended("ended_early")

    @pytest.mark.parametrize("by", ["", "no", "xx"])
    def test_it_needs_a_name(self, by: str) -> None:
        desk = after()
        desk.find()
        desk.do(e.Signed(by, "outcome in a week"))
        assert (desk.state, last(desk)) == (s.After("ended_early"), refused("signer_missing"))

    def test_a_record_that_broke_cannot_be_signed_but_left(self) -> None:
        desk = after()
        desk.find()
        desk.do(e.JournalFailed("disk full"), e.Signed("Ada", "outcome in a week"))
        assert (desk.state, last(desk)) == (s.After("ended_early"), refused("not_signed"))
        assert seen(desk).may == {"observe", "leave"}
        desk.do(e.LeftUnsigned("the disk is full"))
        assert desk.state == s.Ended("ended_early")

    def test_it_is_left_unsigned_only_with_a_reason(self) -> None:
        desk = after()
        desk.do(e.LeftUnsigned(" "))
        assert (desk.state, last(desk)) == (s.After("ended_early"), refused("reason_missing", open=""))
        commands = desk.do(e.LeftUnsigned("fire alarm"))
        assert commands == (c.Note("left_unsigned", (("reason", "fire alarm"),)), c.Close("ended_early"))
        assert desk.state == s.Ended("ended_early")

    def test_an_end_has_to_be_signed_and_the_programs_own_says_that_it_was(self) -> None:
        desk = after()
        desk.do(e.End())
        assert (desk.state, last(desk)) == (s.After("ended_early"), refused("sign_first"))
        commands = desk.do(e.End("program"))
        assert commands == (c.Note("left_unsigned", (("reason", "program"),)), c.Close("ended_early"))
        assert desk.state == s.Ended("ended_early")

    @bundled("state", [name for name in STATES if name != "After"])
    @bundled("event", [e.Signed("Ada", "why"), e.LeftUnsigned("fire alarm")])
    def test_nothing_is_signed_before_it_is_over(self, state: str, event: e.Event) -> None:
        desk = desk_in(state)
        before = desk.state
        assert desk.do(event) == (refused("not_after"),)
        assert desk.state == before


def test_what_a_signer_has_to_know_is_kept_and_only_so_much() -> None:
    desk = live(attended(alternating_plan()))
    desk.do(e.Mark("pain"), e.Pause(), e.Stop("key", 1), e.Titrate(TWO.channel, 0, 0))
    assert [note.code for note in seen(desk).noted] == ["read_back", "read_back", "mark", "pause", "stop"]
    desk.do(*[e.Mark(f"pain {number}") for number in range(NOTED_AT_MOST + 1)])
    assert len(seen(desk).noted) == NOTED_AT_MOST
    assert seen(desk).noted[-1] == c.Note("mark", (("kind", f"pain {NOTED_AT_MOST}"), ("text", "")))
