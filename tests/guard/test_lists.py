"""Channel lists before the guard: when one comes into force, and what an update of it stands for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from guard.list_rig import STOP, WAVE, ListRig, init, update

from nmes.guard.ceilings import REHASTIM1, REHASTIM2
from nmes.guard.hearing import hear
from nmes.guard.judge import judge
from nmes.guard.lists import may_list
from nmes.guard.rules import Refusal
from nmes.guard.sight import Answer, Asked, Halt, ListInit, ListUpdate, Request, Standing, Status
from nmes.guard.state import LONG_AGO_US, Armed, Stage, State, fresh

ARMED = Armed(40_000, 2_000, 2_500, *WAVE)
LIST = ListInit((1, 3), 20_000, 6_000)


def listed(*, stage: Stage = Stage.ENABLED) -> State:
    """A list of two channels in force on a RehaStim2, both armed."""
    state = fresh(8)
    lanes = tuple(replace(lane, armed=ARMED) for lane in state.lanes)
    return replace(state, lanes=lanes, stage=stage, listed=LIST)


def verdict(state: State, seen: ListInit | ListUpdate | Status | Halt, at_us: int = 0) -> tuple[State, str | None]:
    after, refusal = judge(state, Request(7, seen), at_us, REHASTIM2)
    return after, None if refusal is None else refusal.rule


def test_a_list_is_in_force_once_it_is_acknowledged_and_not_before() -> None:
    rig = ListRig(bare=True)
    assert rig.guard.arm(1, 40_000, 2_000, 2_500, *WAVE)
    assert rig.send(init(), read=False)
    assert not rig.play(2, read=False)
    assert rig.rule == "not_enabled"
    rig = ListRig()
    rig.wait(200)
    assert rig.play(2)
    assert rig.rule is None
    assert rig.device.heard[-1] == update((0, 300, 2))


@pytest.mark.parametrize("refused", [b"\x00", b"\x40", b""])
def test_a_list_that_was_refused_or_not_answered_is_not_in_force(refused: bytes) -> None:
    rig = ListRig(bare=True)
    rig.device.results = {0: refused}
    assert rig.send(init())
    assert not rig.play(0)
    assert rig.told[0].rule == ("reply_not_ok" if refused == b"\x00" else "not_enabled")
    assert rig.device.heard[-1] == STOP


@pytest.mark.covers("SR-17")
def test_nothing_but_one_pulse_each_period_on_the_devices_own_channels_becomes_a_list() -> None:
    bad = {
        "no channel": replace(LIST, channels=()),
        "channel 0": replace(LIST, channels=(0, 1)),
        "channel 9": replace(LIST, channels=(1, 9)),
        "twice": replace(LIST, channels=(1, 1)),
        "not ascending": replace(LIST, channels=(3, 1)),
        "low frequency": replace(LIST, low_frequency=(3,)),
        "skips": replace(LIST, skips=1),
        "no period": replace(LIST, period_us=0),
        "too short": replace(LIST, period_us=REHASTIM2.min_period_us - 500),
        "too long": replace(LIST, period_us=REHASTIM2.max_period_us + 500),
    }
    off = fresh(8)
    passed = [name for name, seen in bad.items() if verdict(off, seen)[1] not in ("channel_list", "period")]
    assert passed == []
    ends = [(1,), tuple(range(1, 9)), (8,)]
    assert [verdict(off, replace(LIST, channels=channels))[1] for channels in ends] == [None] * 3
    for period_us in (REHASTIM2.min_period_us, REHASTIM2.max_period_us):
        assert verdict(off, replace(LIST, period_us=period_us))[1] is None


def test_what_is_refused_says_on_which_channel() -> None:
    refusals = [
        may_list(fresh(8), seen, REHASTIM1)
        for seen in (replace(LIST, channels=()), replace(LIST, channels=(1, 9)), replace(LIST, low_frequency=(1, 3)))
    ]
    assert [refusal.detail for refusal in refusals if isinstance(refusal, Refusal)] == [
        "a channel list of no channel",
        "a channel list of channel 1, 9",
        "a channel list that skips pulses on channel 1, 3",
    ]


def test_an_answer_to_what_was_asked_before_a_list_says_nothing_about_it() -> None:
    """Late, after the list is in force: it tells of the time before."""
    asked, _ = verdict(fresh(8), Status())
    after, refusal = judge(asked, Request(8, LIST), 1, REHASTIM2)
    assert refusal is None
    assert after.stage is Stage.OFF
    enabled, refusal = hear(after, Answer(8, Asked.INIT, 0))
    assert (refusal, enabled.stage) == (None, Stage.ENABLED)
    assert hear(enabled, Standing(7, enabled=False, stimulating=False))[1] is None


def test_while_another_list_waits_for_its_answer_nothing_counts_as_started() -> None:
    assert verdict(listed(), replace(LIST, period_us=25_000))[0].stage is Stage.OFF


def test_no_list_over_a_running_output() -> None:
    rig = ListRig()
    rig.wait(200)
    assert rig.play(2)
    assert not rig.send(init((1, 2)))
    assert rig.rule == "init_not_off"
    assert rig.device.heard[-1] == STOP


def test_no_list_while_a_halt_is_not_acknowledged() -> None:
    assert verdict(listed(stage=Stage.HALTING), LIST)[1] == "init_not_off"


def test_at_0_ma_another_list_takes_its_place() -> None:
    rig = ListRig()
    rig.wait(200)
    assert rig.play(2)
    assert rig.play(0)
    assert rig.send(init((1, 2), 25_000), read=False)
    rig.wait(200)
    rig.hear()
    assert not rig.play(2, 0)
    assert rig.rule == "confirmed_rate"


def test_a_halt_forgets_the_list() -> None:
    for halt in ("asked", "trip"):
        rig = ListRig()
        if halt == "asked":
            assert rig.send(STOP)
        else:
            trips = rig.guard.trip("stop")
            rig.hear()
            assert rig.guard.unlatch(trips)
        assert not rig.play(0)
        assert rig.rule == "not_enabled"
    assert verdict(listed(), Halt())[0].listed is None
    assert verdict(listed(), replace(LIST, period_us=25_000))[0].listed is None


@pytest.mark.covers("SR-07")
def test_a_stop_of_what_is_off_leaves_it_off() -> None:
    """The driver of a device without a timer says it once a second; a start between its leaving and its answer is one.

    After a trip only a halt that is acknowledged makes it off, and one that overtakes a list is no such stop.
    """
    rig = ListRig()
    trips = rig.guard.trip("stop")
    assert rig.send(STOP, read=False)
    assert not rig.guard.unlatch(trips)
    rig.hear()
    assert rig.send(STOP, read=False)
    assert rig.guard.unlatch(trips)
    rig.wait(2_000)
    rig.guard.watch()
    assert rig.rule is None
    assert rig.send(init(), read=False)
    rig.device.answers.clear()
    assert rig.send(STOP, read=False)
    rig.wait(2_000)
    rig.guard.watch()
    assert rig.rule == "device_silent"
    rig = ListRig(bare=True)
    assert rig.send(STOP, read=False)
    assert not rig.send(init())
    assert rig.rule == "init_not_off"


def test_an_update_has_as_many_channels_as_its_list() -> None:
    slot = (0, 300, 0)
    for many in (1, 3, 8):
        assert verdict(listed(), ListUpdate((slot,) * many))[1] == "channel_list"
    assert verdict(listed(), ListUpdate((slot,) * 2))[1] is None


def test_more_than_one_pulse_each_period_does_not_pass_at_0_ma_either() -> None:
    for mode in (1, 2, 3):
        for slots in (((mode, 300, 0), (0, 300, 0)), ((0, 300, 0), (mode, 300, 0))):
            assert verdict(listed(), ListUpdate(slots))[1] == "channel_list"


def test_nothing_follows_what_is_not_answered() -> None:
    """An answer without a number could be taken for that of the request before."""
    rest = ListUpdate(((0, 300, 0),) * 2)
    waiting, rule = verdict(listed(), rest)
    assert rule is None
    assert verdict(waiting, rest)[1] == "channel_list"
    assert verdict(waiting, LIST)[1] == "channel_list"
    beginning, rule = verdict(fresh(8), LIST)
    assert rule is None
    assert verdict(beginning, LIST)[1] == "channel_list"
    answered, refusal = hear(waiting, Answer(7, Asked.UPDATE, 0))
    assert refusal is None
    assert verdict(answered, rest)[1] is None


def test_an_update_stands_for_two_like_phases_around_the_devices_gap_on_each_channel() -> None:
    """Of channels 1 and 3; one at 0 mA is off and needs no level."""
    state = listed()
    lanes = list(state.lanes)
    lanes[0] = replace(lanes[0], armed=None)
    playing, rule = verdict(replace(state, lanes=tuple(lanes)), ListUpdate(((0, 20, 0), (0, 300, 2_000))), 10**6)
    assert rule is None
    assert playing.pending[-1].peaks == (0, 0, 2_000, 0, 0, 0, 0, 0)
    assert playing.lanes[2].pulse_pc == 2_000 * 300
    assert playing.lanes[2].period_us == 20_000
    assert (
        verdict(replace(state, lanes=tuple(lanes)), ListUpdate(((0, 300, 2_000), (0, 20, 0))), 10**6)[1] == "not_armed"
    )


@pytest.mark.parametrize(
    ("armed", "rule"),
    [
        (WAVE, None),
        ((300, 90, 1, 20_000), "pulse_shape"),
        ((300, 0, 1, 20_000), "pulse_shape"),
        ((310, 100, 1, 20_000), "pulse_shape"),
        ((300, 100, 1, 20_500), "confirmed_rate"),
        ((300, 100, 2, 20_000), "not_armed"),
    ],
)
def test_it_must_be_what_was_confirmed(armed: tuple[int, int, int, int], rule: str | None) -> None:
    """The gap too: the device plays 100 µs, whatever was felt before; and both phases are alike."""
    rig = ListRig()
    rig.guard.arm(1, 40_000, 2_000, 2_500, *armed)
    rig.wait(200)
    assert rig.play(2) is (rule is None)
    assert rig.rule == rule


@pytest.mark.covers("SR-05")
def test_it_rises_no_faster_than_its_ramp() -> None:
    rig = ListRig()
    for step_ma in range(2, 42, 2):
        rig.wait(100)
        assert rig.play(step_ma)
    assert not rig.play(42)
    assert rig.rule == "confirmed_level"
    rig = ListRig()
    rig.wait(200)
    assert rig.play(2)
    rig.wait(100)
    assert not rig.play(8)
    assert rig.rule == "rise"


@pytest.mark.covers("SR-03")
@pytest.mark.parametrize("early_us", [-1, 0, 1])
def test_where_there_is_no_timer_an_acknowledged_update_each_second_is_the_sign_of_life(early_us: int) -> None:
    rig = ListRig()
    rig.wait(200)
    assert rig.play(2)
    for _ in range(5):
        rig.wait(500)
        assert rig.play(2)
    assert rig.rule is None
    rig.now_us += REHASTIM1.silence_us - early_us
    rig.guard.watch()
    assert rig.rule == (None if early_us >= 0 else "device_silent")


def test_an_update_the_device_does_not_take_is_the_end() -> None:
    rig = ListRig()
    rig.device.results = {1: b"\x40"}
    rig.wait(200)
    rig.play(2)
    assert rig.rule == "reply_not_ok"
    assert rig.told[0].detail == "the device answered the update with result 1"


def test_an_answer_to_a_single_pulse_is_a_complaint() -> None:
    rig = ListRig()
    rig.device.answers += b"\xc1"
    rig.hear()
    assert rig.rule == "reply_not_ok"


def test_a_status_renews_where_the_question_does() -> None:
    """On a RehaStim2 every request does; on others the answer proves what the device does and prolongs nothing."""
    for renews in (False, True):
        state, _ = verdict(listed(), ListUpdate(((0, 300, 2_000), (0, 20, 0))), 10**6)
        state, _ = hear(state, Answer(7, Asked.UPDATE, 0))
        asked, rule = verdict(state, Status(), 1_500_000)
        assert rule is None
        heard, refusal = hear(asked, Standing(7, enabled=True, stimulating=True, renews=renews))
        assert refusal is None
        assert heard.renewed_us == (1_500_000 if renews else 10**6)
        assert hear(asked, Standing(7, enabled=True, stimulating=False, renews=renews))[1] is not None
        late, _ = verdict(fresh(8), LIST, 0)
        late, _ = verdict(late, Status(), 1)
        assert hear(late, Standing(7, enabled=False, stimulating=False, renews=renews))[0].renewed_us == LONG_AGO_US


def test_bursts_are_not_armed_on_a_channel_list() -> None:
    rig = ListRig()
    assert not rig.guard.arm(1, 40_000, 2_000, 2_500, *WAVE, burst_pulses=5, burst_period_ms=500)


def test_the_answer_to_a_second_stop_does_not_hide_that_of_the_list_after_it() -> None:
    rig = ListRig(bare=True)
    assert rig.send(STOP)
    assert rig.send(STOP, read=False)
    second = rig.device.to_host()
    assert rig.guard.arm(1, 40_000, 2_000, 2_500, *WAVE)
    assert rig.send(init(), read=False)
    rig.device.answers[:0] = second
    rig.hear()
    assert rig.play(2), rig.rule
