"""What a screen may show, and above all what it may not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from helpers.desk import STATES, Desk, attended, desk_in, ready, running, titrating
from helpers.plans import ONE, alternating_plan, continuous_plan, simple_plan
from helpers.rows import bundled
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.attended import Attended, PatientStop
from nmes.core.measurement import Aim, Who
from nmes.core.view import Electrode, Output, OutputState, View, Word, view

OFF = OutputState(off_confirmed=True, confirmed_at_ms=0)

WORDS = {
    "Idle": Word.CONNECTING,
    "Screening": Word.SCREENING,
    "Placing": Word.PLACING,
    "Ready": Word.READY,
    "Committing": Word.STARTING,
    "Enabling": Word.STARTING,
    "Titrating": Word.TITRATING,
    "Lowering": Word.HALTING,
    "Running": Word.RAMP_UP,
    "Resuming": Word.RESUMING,
    "Pausing": Word.HALTING,
    "Paused": Word.PAUSED,
    "Ending": Word.HALTING,
    "After": Word.AFTER,
    "Ended": Word.ENDED,
    "Stopping": Word.HALTING,
    "Stopped": Word.STOPPED,
    "Unsure": Word.UNSURE,
    "Leaving": Word.UNSURE,
}

MAY = {
    "Idle": {"end"},
    "Screening": {"screen", "end"},
    "Placing": {"place", "end"},
    "Ready": {"titrate", "end"},
    "Committing": {"end"},
    "Enabling": {"end"},
    "Titrating": {"increase", "decrease", "accept", "measure", "pause", "end"},
    "Lowering": {"end"},
    "Running": {"increase", "decrease", "pause", "end"},
    "Resuming": {"decrease", "pause", "end"},
    "Pausing": {"decrease", "end"},
    "Paused": {"resume", "decrease", "end"},
    "Ending": set(),
    "After": {"observe", "leave"},
    "Ended": set(),
    "Stopping": {"end"},
    "Stopped": {"titrate", "end"},
    "Unsure": {"end"},
    "Leaving": set(),
}


@bundled("state", STATES)
def test_every_state_has_its_word_and_its_actions(state: str) -> None:
    seen = view(desk_in(state).session, OFF)
    assert seen.word is WORDS[state]
    assert seen.may == MAY[state]


@pytest.mark.covers("LW-08")
@bundled("state", STATES)
def test_off_is_said_only_when_the_device_confirmed_it(state: str) -> None:
    unconfirmed = OutputState(confirmed_at_ms=desk_in(state).session.now_ms, off_confirmed=False)
    assert view(desk_in(state).session, unconfirmed).output is not Output.OFF


def test_unsure_is_unknown_whatever_the_driver_says() -> None:
    assert view(desk_in("Unsure").session, OFF).output is Output.UNKNOWN


@pytest.mark.covers("FR-04")
def test_an_old_answer_tells_nothing() -> None:
    desk = running()
    old = OutputState(((1, 500),), ((1, 500),), desk.session.now_ms - 1001)
    seen = view(desk.session, old)
    assert seen.output is Output.UNKNOWN
    assert seen.channels[0].confirmed_ua is None
    assert seen.channels[0].commanded_ua == 500
    assert seen.age_ms == 1001


@pytest.mark.parametrize("amplitudes", [(), ((1, 500),)])
def test_a_session_that_ended_without_a_confirmed_halt_knows_nothing(amplitudes: tuple[tuple[int, int], ...]) -> None:
    """Its last view stays on the screen: a fresh answer from before the end must not stay there as the present."""
    desk = desk_in("Ended")
    seen = view(desk.session, OutputState((), amplitudes, desk.session.now_ms))
    assert seen.output is Output.UNKNOWN
    assert seen.channels[0].confirmed_ua is None
    assert seen.channels[0].electrode is Electrode.CANNOT_TELL
    assert view(desk.session, OFF).output is Output.OFF


@pytest.mark.covers("FR-04")
def test_no_answer_at_all_is_unknown() -> None:
    assert view(ready().session, OutputState()).output is Output.UNKNOWN


def test_enabled_without_amplitude_is_not_off_and_not_on() -> None:
    desk = running()
    assert view(desk.session, OutputState(confirmed_at_ms=desk.session.now_ms)).output is Output.ENABLED


@pytest.mark.covers("FR-01")
def test_commanded_and_confirmed_are_two_values() -> None:
    desk = titrating(2000)
    seen = view(desk.session, OutputState(((1, 2000),), ((1, 1500),), desk.session.now_ms))
    channel = seen.channels[0]
    assert (channel.commanded_ua, channel.confirmed_ua, channel.level_ua) == (2000, 1500, 2000)
    assert seen.output is Output.ON
    assert seen.live_slot == ONE


@pytest.mark.parametrize(
    ("wait_ms", "word"), [(500, Word.RAMP_UP), (2000, Word.ON), (5500, Word.RAMP_DOWN), (9000, Word.REST)]
)
def test_the_phase_of_the_plan_names_the_running_session(wait_ms: int, word: Word) -> None:
    desk = running()
    desk.wait(wait_ms)
    seen = view(desk.session, OFF)
    assert seen.word is word
    assert seen.plan_ms == wait_ms
    assert seen.channels[0].contraction == 1
    assert seen.channels[0].contractions == 3


@pytest.mark.covers("SR-08")
def test_electrodes_below_the_detection_floor_are_never_called_good() -> None:
    desk = running(level_ua=20_000)
    desk.wait(2000)
    now_ms = desk.session.now_ms
    below = OutputState(((1, 14_500),), ((1, 14_500),), now_ms)
    above = OutputState(((1, 20_000),), ((1, 20_000),), now_ms)
    stale = OutputState(((1, 20_000),), ((1, 20_000),), now_ms - 2000)
    assert view(desk.session, below).channels[0].electrode is Electrode.CANNOT_TELL
    assert view(desk.session, above).channels[0].electrode is Electrode.OK
    assert view(desk.session, stale).channels[0].electrode is Electrode.CANNOT_TELL


def test_start_is_offered_when_every_level_is_confirmed() -> None:
    desk = ready()
    desk.titrate(ONE, 5000)
    assert "start" in view(desk.session, OFF).may
    assert view(desk.session, OFF).slots[0].level_ua == 5000


def test_a_broken_record_offers_neither_start_nor_titration() -> None:
    desk = ready()
    desk.do(e.JournalFailed("disk full"))
    assert view(desk.session, OFF).may == {"end"}


def test_a_pause_shows_where_it_will_go_on() -> None:
    desk = running()
    desk.wait(18_000)
    desk.do(e.Pause())
    seen = view(desk.session, OFF)
    assert seen.plan_ms == 16_000
    assert seen.why == "operator"
    assert seen.device == "P24-1"


def test_an_unconfirmed_halt_is_told() -> None:
    desk = desk_in("Stopping")
    desk.do(e.HaltUnconfirmed(desk.session.now_ms))
    assert view(desk.session, OutputState()).halt_unconfirmed


def test_an_unconfirmed_halt_is_told_after_the_end_as_well() -> None:
    desk = desk_in("Stopping")
    desk.do(e.HaltUnconfirmed(desk.session.now_ms), e.End())
    seen = view(desk.session, OutputState())
    assert (seen.word, seen.halt_unconfirmed, seen.output) == (Word.ENDED, True, Output.UNKNOWN)


def test_a_session_whose_halt_was_confirmed_ends_without_an_alarm() -> None:
    desk = desk_in("Stopped")
    desk.do(e.End())
    assert not view(desk.session, OFF).halt_unconfirmed


def test_the_dose_is_a_range() -> None:
    desk = running()
    desk.wait(3000)
    dose = view(desk.session, OFF).dose[0]
    assert 0 < dose.low_nc <= dose.high_nc


def test_before_the_device_answered_it_has_no_name() -> None:
    assert view(desk_in("Idle").session, OutputState()).device == ""


EVERY_STEP: dict[str, Callable[[s.Session], e.Event]] = {
    "place": lambda session: e.Placed(tuple((p.channel, p.pad_mm2) for p in session.plan.channels)),
    "titrate": lambda session: e.Titrate(1, 0, session.epoch),
    "start": lambda session: e.Start(session.epoch),
    "resume": lambda session: e.Resume(session.epoch),
    "back": lambda _session: e.Back(),
    "pause": lambda _session: e.Pause(),
    "sign": lambda _session: e.Signed("Ada", "nothing else was measured"),
    "leave": lambda _session: e.LeftUnsigned("the patient left"),
}
"""What leads from one step to the next, as a person says it when everything else is done."""
TROUBLE: dict[str, Callable[[s.Session], s.Session]] = {
    "none": lambda session: session,
    "a broken record": lambda session: replace(session, record_fault="disk full"),
    "an untested STOP": lambda session: _with_stop(session, PatientStop.UNTESTED),
    "a lost STOP": lambda session: _with_stop(session, PatientStop.LOST),
    "nothing read back": lambda session: replace(session, progress=replace(session.progress, read=())),
}


def _with_stop(session: s.Session, stop: PatientStop) -> s.Session:
    return replace(session, progress=replace(session.progress, patient_stop=stop))


@bundled("trouble", TROUBLE)
@bundled("attended", [None, Attended(patient_stop=True)])
@bundled("state", STATES)
def test_no_step_is_offered_that_would_be_refused(state: str, attended: Attended | None, trouble: str) -> None:
    session = replace(desk_in(state).session, attended=attended, who=Who("P-1", "left"))
    for action, event in EVERY_STEP.items():
        known = TROUBLE[trouble](session)
        _, commands = s.step(known, event(known))
        refused = any(isinstance(one, c.Note) and one.code.startswith("refused:") for one in commands)
        if action in view(known, OFF).may:
            assert not refused, (action, commands)


@pytest.mark.parametrize("trouble", [name for name in TROUBLE if name not in {"none", "nothing read back"}])
def test_a_pause_offers_no_way_on_where_nothing_may_start(trouble: str) -> None:
    known = TROUBLE[trouble](desk_in("Paused").session)
    assert view(known, OFF).may == {"decrease", "end"}


def test_two_legs_are_told_apart_by_their_side() -> None:
    begun = ready().session
    (one,) = begun.plan.channels
    right, left = replace(one, side="right leg"), replace(one, channel=2, side="left leg")
    assert (right.one_side, right.named, right.muscle) == ("right", f"{one.muscle}, right", one.muscle)
    told = view(replace(begun, plan=replace(begun.plan, channels=(right,))), OFF)
    assert [(shown.muscle, shown.side) for shown in told.channels] == [(right.named, "right")]
    assert [(slot.muscle, slot.side) for slot in told.slots] == [(right.named, "right")]
    assert left.named == f"{one.muscle}, left"
    weak = replace(one, side="weak side")
    told = view(replace(begun, plan=replace(begun.plan, channels=(weak,))), OFF)
    assert [(shown.muscle, shown.side) for shown in told.channels] == [(one.muscle, "")]
    assert [(slot.muscle, slot.side) for slot in told.slots] == [(one.muscle, "")]


def test_a_pause_tells_who_wanted_it() -> None:
    for event, why in ((e.Pause(), "operator"), (e.Pause(e.WISH), "wish")):
        desk = running()
        desk.do(event)
        assert view(desk.session, OFF).why == why


@pytest.mark.thorough
def test_the_word_is_not_on_before_a_climb_after_a_resume_is_over() -> None:
    """Paused in a rest: the climb is that of the next contraction, when the 5 s after the resume are long over."""
    desk = running()
    desk.wait(8_000)
    desk.do(e.Pause())
    desk.do(e.Resume(desk.epoch))
    told = []
    for _part in range(28_000 // 100):
        desk.wait(100)
        word = view(desk.session, OutputState()).word
        assert word is not Word.ON or desk.amplitude() == 10_000
        told += [word] if word not in told[-1:] else []
    rest, ramp = Word.REST, Word.RAMP_DOWN
    assert told == [rest, Word.RESUMING, ramp, rest, Word.RAMP_UP, Word.ON]


def test_contractions_are_counted_when_they_are_over_in_every_channel() -> None:
    desk = running(alternating_plan())
    found = []
    for _second in range(24):
        desk.wait(1_000)
        found.append(view(desk.session, OutputState()).contractions)
    assert found[5] == (0, 3), "the first channel alone has had it"
    assert found[14] == (1, 3)
    assert view(running(continuous_plan()).session, OutputState()).contractions == (0, 0)


@pytest.mark.thorough
def test_half_is_counted_in_contractions_a_first_session_in_its_own_and_what_has_none_in_time() -> None:
    aimed = replace(simple_plan(), aim=Aim("visible_tetanic", first_percent=50))

    def after_s(desk: Desk, seconds: int, *ending: e.Event) -> View:
        desk.wait(seconds * 1_000)
        desk.do(*ending)
        return view(desk.session, OutputState())

    first = attended(aimed, with_it=Attended(first=True)).to_ready().run()
    assert not after_s(first, 4).is_half_given
    seen = after_s(first, 3)
    assert (seen.contractions, 2 * seen.plan_ms < seen.plan.duration_ms) == ((1, 3), True)
    assert seen.is_half_given, "the rest after it is no part of what is waited for"
    seen = after_s(first, 1, e.End())
    assert (seen.why, seen.told_why) == ("ended_early", "first_given")
    later = attended(aimed, with_it=Attended()).to_ready().run()
    assert not after_s(later, 7).is_half_given
    whole = after_s(later, 16, e.End())
    assert (whole.contractions, whole.is_half_given, whole.told_why) == ((2, 3), True, "ended_early")
    steady = running(continuous_plan())
    half_s = continuous_plan().duration_ms // 2_000
    assert not after_s(steady, half_s - 1).is_half_given
    assert after_s(steady, 1).is_half_given


def test_the_last_level_in_force_is_told_after_all_are_void() -> None:
    def at_end(desk: Desk) -> tuple[int, ...]:
        return tuple(level_ua for _slot, level_ua in view(desk.session, OutputState()).at_end)

    desk = attended().to_ready()
    assert at_end(desk) == ()
    desk.run(7_000)
    assert at_end(desk) == (7_000,)
    desk.wait(3_000)
    desk.do(e.Increase(1, desk.epoch))
    desk.wait(600)
    assert at_end(desk) == (7_500,)
    desk.do(e.Stop("key", 1))
    assert (desk.session.plan.levels_ua, at_end(desk)) == ((0,), (7_500,))
    desk.titrate(ONE, 2_000)
    assert at_end(desk) == (2_000,), "a level that was found again is newer"


@pytest.mark.thorough
@pytest.mark.parametrize(("percent", "at_most"), [(0, 0), (1, 1), (50, 1), (67, 2), (100, 3)])
def test_a_first_session_has_so_many_contractions_through_pauses_and_after_its_end(percent: int, at_most: int) -> None:
    aimed = replace(simple_plan(), aim=Aim("visible_tetanic", first_percent=percent))
    desk = attended(aimed, with_it=Attended(first=True)).to_ready().run()

    def given() -> bool:
        return view(desk.session, OutputState()).first_is_given

    assert view(desk.session, OutputState()).first_contractions == at_most
    desk.wait(4_000)
    assert not given()
    desk.wait(3_000)
    assert given() is (at_most == 1)
    desk.do(e.Pause())
    assert given() is (at_most == 1)
    desk.device = False
    desk.do(e.Resume(desk.epoch))
    assert given() is (at_most == 1), "while it starts again too"
    desk.device = True
    desk.do(e.Enabled(), e.End())
    assert (given(), view(desk.session, OutputState()).contractions) == (at_most == 1, (1, 3))
    desk = attended(aimed).to_ready().run()
    desk.wait(7_000)
    assert not given(), "it is not the first"
