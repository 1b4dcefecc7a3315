"""What `step` tells of its decisions: why it did not do what was asked, what an intent is for, where a cramp was."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpers.desk import STATES, Desk, attended, desk_in, ready, refused, running
from helpers.plans import ONE, alternating_plan, continuous_plan, plan_of, rhythm, simple_plan
from helpers.rows import bundled
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import session as s

OUT_OF_PLACE: list[tuple[Callable[[int], e.Event], set[str], c.Note]] = [
    (lambda _: e.Screened((), "Ada"), {"Screening"}, refused("not_screening")),
    (lambda epoch: e.Titrate(1, 0, epoch), {"Ready", "Stopped"}, refused("not_ready")),
    (e.Start, {"Ready"}, refused("not_ready")),
    (e.Resume, {"Paused"}, refused("not_paused")),
    (e.Accept, {"Titrating"}, refused("not_live")),
    (
        lambda _: e.Decrease(1),
        {"Titrating", "Running", "Resuming", "Pausing", "Paused"},
        refused("not_live", channel=1),
    ),
]


@bundled("state", STATES)
@bundled(("asked", "heard_in", "why"), OUT_OF_PLACE, ids=["screened", "titrate", "start", "resume", "accept", "-"])
def test_what_is_asked_out_of_place_is_answered_with_why(
    asked: Callable[[int], e.Event], heard_in: set[str], why: c.Note, state: str
) -> None:
    desk = desk_in(state)
    if state not in heard_in:
        assert desk.do(asked(desk.epoch)) == (why,)


@pytest.mark.parametrize("state", ["Ready", "Stopped"])
def test_a_slot_that_is_not_in_the_plan_is_told_with_its_channel(state: str) -> None:
    desk = desk_in(state)
    assert desk.do(e.Titrate(7, 0, desk.epoch)) == (refused("no_such_slot", channel=7),)
    assert type(desk.state).__name__ == state


def test_a_channel_that_the_plan_does_not_use_is_not_lowered() -> None:
    assert running().do(e.Decrease(5)) == (refused("no_such_slot", channel=5),)


def test_a_checklist_that_lets_pass_is_told_with_who_asked_it() -> None:
    assert desk_in("Screening").do(e.Screened((), "Ada")) == (c.Note("screening_clear", (("by", "Ada"),)),)


# --- intents ---


def test_the_record_is_told_what_each_intent_is_for() -> None:
    desk = running()
    desk.wait(18_000)
    desk.do(e.Pause(), e.Resume(desk.epoch + 1))
    told = [dict(note.values) for note in desk.commands if isinstance(note, c.Note) and note.code == "intent"]
    assert told == [
        {"goal": "titrate", "channel": 1, "waveform": 0},
        {"goal": "run", "from_ms": 0},
        {"goal": "resume", "from_ms": 16_000},
    ]


def test_an_intent_is_told_before_the_disk_is_asked_to_keep_it() -> None:
    desk = ready()
    desk.disk = False
    told, durable = desk.do(e.Titrate(1, 0, desk.epoch))
    assert isinstance(told, c.Note)
    assert durable == c.MakeDurable(1)


def test_each_start_has_an_intent_of_its_own() -> None:
    """What the disk says of a start that was called off does not carry out the next one."""
    desk = ready()
    desk.disk = False
    desk.do(e.Titrate(1, 0, desk.epoch), e.Pause())
    assert desk.do(e.Titrate(1, 0, desk.epoch))[-1] == c.MakeDurable(2)
    assert desk.do(e.Durable(1)) == ()
    assert isinstance(desk.state, s.Committing)


def test_what_was_queued_before_a_start_raises_nothing_after_it() -> None:
    desk = ready()
    before = desk.epoch
    desk.do(e.Titrate(1, 0, before))
    assert desk.do(e.Increase(1, before)) == (refused("stale"),)


@pytest.mark.parametrize("live", ["Titrating", "Running"])
def test_the_durable_intent_of_another_raises_nothing(live: str) -> None:
    desk = desk_in(live)
    desk.wait(1500)
    before = desk.amplitude()
    desk.disk = False
    desk.do(e.Increase(1, desk.epoch))
    assert desk.do(e.Durable(desk.session.intent - 1)) == ()
    assert desk.amplitude() == before
    desk.do(e.Durable(desk.session.intent))
    assert desk.amplitude() == before + 500


# --- what halted, and why ---


def test_a_start_that_is_called_off_says_why() -> None:
    desk = desk_in("Committing")
    assert c.Note("start_left", (("why", "screen_silent"),)) in desk.do(e.UiSilent())


@pytest.mark.parametrize(
    ("state", "event", "shown"),
    [
        ("Ready", e.LinkLost("unplugged"), ["link_lost"]),
        ("Running", e.LinkLost("unplugged"), ["link_lost", "unsure"]),
        ("Running", e.Unanswered("update"), ["unanswered", "unsure"]),
    ],
)
def test_a_device_that_was_lost_is_shown_again_when_signing(state: str, event: e.Event, shown: list[str]) -> None:
    desk = attended().to_ready()
    desk.titrate(ONE, 5000) if state == "Ready" else desk.run()
    assert type(desk.state).__name__ == state
    before = desk.session.noted
    desk.do(event, e.End())
    assert isinstance(desk.state, s.After)
    assert [note.code for note in desk.session.noted[len(before) :]] == shown


def test_a_record_that_failed_is_told_after_the_halt_and_shown_again_when_signing() -> None:
    desk = attended().to_ready().run()
    before = desk.session.noted
    failed = (c.Note("stop", (("why", "record"),)), c.Note("record_failed", (("reason", "disk full"),)))
    assert desk.do(e.JournalFailed("disk full")) == (c.Halt(), c.Disarm(), *failed)
    assert set(desk.session.noted[len(before) :]) == set(failed)


def test_what_made_it_unsure_stays_on_the_screen_when_the_guard_sees_it_too() -> None:
    desk = running()
    desk.device = False
    desk.do(e.Unanswered("update"))
    first = desk.session.note
    desk.do(e.GuardTripped("silence", "1 s", 7))
    assert desk.session.note == first == c.Note("unsure", (("why", "unanswered"),))


# --- where a cramp was ---


def marked(desk: Desk) -> dict[str, int | str]:
    (note,) = desk.do(e.Mark("cramp"))
    assert isinstance(note, c.Note)
    return dict(note.values)


def test_a_cramp_is_told_with_the_latest_contraction_of_any_channel() -> None:
    """The second channel begins half a cycle later: in the first half it is still at the one before."""
    desk = running(alternating_plan())
    desk.wait(17_000)
    assert marked(desk)["contraction"] == 2
    desk.wait(8_000)
    assert marked(desk)["contraction"] == 2


@pytest.mark.parametrize(("contractions", "told"), [(1, False), (2, True)])
def test_where_there_is_only_one_contraction_none_is_counted(contractions: int, *, told: bool) -> None:
    desk = running(plan_of(((ONE, rhythm(contractions=contractions)),)))
    assert ("contraction" in marked(desk)) is told


def test_a_long_train_has_no_contraction_to_tell() -> None:
    assert marked(running(continuous_plan())) == {"kind": "cramp", "text": ""}


@pytest.mark.parametrize(("percent", "notes"), [(19, ["battery_low"]), (20, []), (100, [])])
def test_a_low_battery_is_told_as_soon_as_the_device_tells_it(percent: int, notes: list[str]) -> None:
    desk = Desk.of(simple_plan())
    desk.do(e.Identified("RehaMove3", "RM3-000001", "2.1.16"))
    told = [note for note in desk.do(e.Battery(percent)) if isinstance(note, c.Note)]
    assert [note.code for note in told] == notes
    assert all(note.values == (("percent", percent),) for note in told)
    assert not desk.session.intent
