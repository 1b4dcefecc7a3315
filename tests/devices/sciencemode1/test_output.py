"""What flows: lists and whole updates, one at a time, and the sign of life of a device that has no timer."""

from __future__ import annotations

import pytest
from devices.sciencemode1.bench import (
    BAD,
    ENABLE,
    FAST,
    HALT,
    IDENTIFY,
    INIT,
    STOP,
    UPDATE,
    W1,
    W40,
    W50,
    Bench,
    one,
    several,
)

from nmes.core.commands import ChannelOutput, SetOutput
from nmes.core.events import DeviceFault, Enabled, Fault, OutputConfirmed, OutputSent, Unanswered
from nmes.core.waveform import Waveform
from nmes.devices.sciencemode1.driver import AGAIN_MS
from nmes.devices.sciencemode1.rehastim1 import REHASTIM1, SETTINGS


def test_the_device_and_its_line_are_as_the_document_says() -> None:
    assert (SETTINGS.baud, SETTINGS.data_bits, SETTINGS.parity, SETTINGS.stop_bits) == (115_200, 8, "N", 2)
    assert SETTINGS.rts_cts
    assert Bench().driver.capabilities is REHASTIM1
    assert (REHASTIM1.watchdog_ms, REHASTIM1.electrode_feedback, REHASTIM1.channels) == (0, "none", 8)
    assert REHASTIM1.group_us(range(1, 9)) == 7_500


def test_enabling_begins_with_an_acknowledged_stop() -> None:
    bench = Bench().identified()
    assert bench.driver.output.off_confirmed
    bench.order(ENABLE)
    assert not bench.driver.output.off_confirmed, "whatever becomes of the line from here on"
    assert bench.names == ["stop"]
    assert bench.events == []
    bench.run(2)
    assert bench.events == [Enabled()]
    bench.forget()
    bench.order(ENABLE)
    assert bench.names == []


def test_a_list_is_made_and_acknowledged_before_anything_is_in_it() -> None:
    bench = Bench().enabled()
    bench.order(several(c1=20_000, c5=10_000))
    bench.run(60)
    assert bench.names[:2] == ["init", "update"]
    assert bench.device.heard[0].listed == ((1, 5), 20_000, 3_000)
    assert bench.device.heard[1].at_ms >= bench.device.heard[0].at_ms + bench.delay_ms
    assert bench.device.heard[1].slots == [(300, 20), (300, 10)]
    assert bench.driver.output.commanded == bench.driver.output.confirmed == ((1, 20_000), (5, 10_000))
    assert not bench.driver.output.off_confirmed


def test_a_target_given_while_it_is_enabled_is_kept() -> None:
    bench = Bench().identified()
    bench.order(ENABLE)
    bench.order(one(20_000))
    assert bench.names == ["stop"]
    bench.run(60)
    assert bench.driver.output.confirmed == ((1, 20_000),)


@pytest.mark.parametrize(
    ("channels", "group_us"), [((1, 2), 3_000), ((1, 2, 3), 4_500), ((1, 2, 3, 4, 5), 6_000), ((5, 6, 7), 4_500)]
)
def test_the_group_holds_the_fuller_module(channels: tuple[int, ...], group_us: int) -> None:
    bench = Bench().enabled()
    bench.order(SetOutput(tuple(ChannelOutput(channel, 2_000, W50, FAST) for channel in channels)))
    assert bench.device.heard[0].listed == (channels, 20_000, group_us)


def test_an_off_of_one_channel_leaves_at_once_and_a_resting_channel_has_no_width() -> None:
    bench = Bench().enabled()
    bench.order(several(c1=20_000, c2=20_000))
    bench.run(100)
    bench.forget()
    bench.order(several(c1=20_000))
    assert [heard.slots for heard in bench.updates()] == [[(300, 20), (0, 0)]]
    assert bench.events == [OutputSent(bench.now_ms, ((1, 20_000),))]
    bench.run(2)
    assert bench.events[-1] == OutputConfirmed(bench.now_ms, ((1, 20_000),))
    bench.forget()
    bench.order(SetOutput(()))
    assert [heard.slots for heard in bench.updates()] == [[(0, 0), (0, 0)]]


def test_the_amplitude_goes_down_to_the_devices_step() -> None:
    bench = Bench().playing(20_000)
    bench.order(one(19_999))
    bench.run(60)
    assert bench.updates()[0].slots == [(300, 18)]


@pytest.mark.covers("SR-05")
def test_a_rise_takes_its_time() -> None:
    bench = Bench().enabled()
    began_ms = bench.now_ms
    bench.order(one(20_000, rise_ua_per_s=10_000))
    bench.run(2_500)
    for heard in bench.updates():
        assert heard.slots[0][1] * 1000 <= (heard.at_ms - began_ms) * 10
    assert bench.driver.output.confirmed == ((1, 20_000),)


def test_another_period_is_another_list_made_at_0() -> None:
    bench = Bench().playing()
    bench.order(one(20_000, waveform=W40))
    bench.run(100)
    assert bench.names == ["update", "stop", "init", "update"]
    first, _, made, last = bench.device.heard
    assert first.slots == [(0, 0)]
    assert made.listed == ((1,), 25_000, 3_000)
    assert last.slots == [(300, 20)]
    assert bench.driver.output.confirmed == ((1, 20_000),)


def test_after_a_halt_the_list_holds_all_channels_it_ever_had() -> None:
    bench = Bench().playing()
    bench.order(HALT)
    bench.run(10)
    bench.order(ENABLE)
    bench.run(10)
    bench.forget()
    bench.order(one(20_000, channel=3))
    bench.run(100)
    assert bench.device.heard[0].listed[0] == (1, 3)
    assert bench.updates()[0].slots == [(0, 0), (300, 20)]


@pytest.mark.covers("SR-03")
def test_a_steady_output_is_sent_again_as_its_sign_of_life() -> None:
    """It is also what mends an update that a wrong bit changed and the small sum let through."""
    bench = Bench().playing()
    before = bench.driver.output.confirmed_at_ms
    bench.run(2_000)
    assert bench.names == ["update"] * (2_000 // AGAIN_MS)
    assert AGAIN_MS <= 200, "so long stands what the device's sum let through wrong"
    assert {heard.frame for heard in bench.device.heard} == {bench.device.heard[0].frame}
    assert bench.device.heard[0].slots == [(300, 20)]
    assert bench.events == []
    after = bench.driver.output.confirmed_at_ms
    assert before is not None
    assert after is not None
    assert after - before > 1_500
    bench.order(SetOutput(()))
    bench.run(100)
    bench.forget()
    bench.run(2_000)
    assert {heard.name for heard in bench.device.heard} == {"update"}
    assert bench.device.heard[0].slots == [(0, 0)]


def test_without_a_list_the_stop_is_the_sign_of_life() -> None:
    bench = Bench().enabled()
    bench.run(2_000)
    assert bench.names == ["stop"] * (2_000 // AGAIN_MS)
    assert bench.events == []
    bench.device.mute(STOP)
    bench.run(1_000)
    assert bench.events == [Unanswered("check output")]


def test_a_program_that_does_not_turn_renews_nothing() -> None:
    bench = Bench().playing()
    bench.stall(5_000)
    bench.order(one(20_000))
    assert bench.names == []


def test_a_sign_of_life_does_not_hold_a_slow_train_back() -> None:
    """At one pulse a second it is sent five times between two pulses."""
    bench = Bench().enabled()
    bench.order(one(20_000, waveform=W1))
    bench.run(1_100)
    bench.forget()
    bench.order(one(10_000, waveform=W1))
    bench.run(1_100)
    assert bench.driver.output.confirmed == ((1, 10_000),)


def test_one_command_is_outstanding_and_the_newest_target_follows_its_answer() -> None:
    bench = Bench(delay_ms=50).enabled()
    bench.run(100)
    bench.forget()
    bench.order(one(20_000))
    for target in (18_000, 16_000):
        bench.order(one(target))
    assert bench.names == ["init"]
    bench.run(60)
    assert bench.names == ["init", "update"]
    assert bench.updates()[0].slots == [(300, 16)]


def test_an_answer_that_comes_before_the_write_is_known_counts_all_the_same() -> None:
    bench = Bench().playing()
    bench.run(100)
    bench.driver.execute(one(10_000), bench.now_ms)
    assert len(bench.driver.frames()) == 1
    bench.driver.receive(b"\x41", bench.now_ms)
    assert bench.driver.output.confirmed == ((1, 10_000),)
    assert bench.driver.events() == [
        OutputSent(bench.now_ms, ((1, 10_000),)),
        OutputConfirmed(bench.now_ms, ((1, 10_000),)),
    ]
    bench.driver.sent(bench.now_ms)
    assert bench.driver.events() == []


@pytest.mark.parametrize(("kind", "words"), [(INIT, "prepare"), (UPDATE, "change output")])
def test_what_is_not_answered_ends_it(kind: int, words: str) -> None:
    bench = Bench().enabled()
    bench.device.mute(kind)
    bench.order(one(20_000))
    bench.run(300)
    assert bench.events[-1] == Unanswered(words)
    bench.forget()
    bench.order(one(20_000))
    bench.order(ENABLE)
    bench.run(5_000)
    assert bench.names == []


@pytest.mark.parametrize("kind", [INIT, UPDATE])
def test_what_is_refused_ends_it(kind: int) -> None:
    bench = Bench().enabled()
    bench.device.refuse(kind)
    bench.order(one(20_000))
    bench.run(300)
    assert bench.events[-1] == DeviceFault(Fault.REFUSED, 0, 1)
    bench.forget()
    bench.run(5_000)
    assert bench.names == []


def test_a_steady_output_that_is_no_longer_answered_ends_it() -> None:
    bench = Bench().playing()
    bench.device.mute(UPDATE)
    bench.run(2 * AGAIN_MS + 50)
    assert bench.events == [Unanswered("check output")]


def test_enabling_that_is_not_acknowledged_ends_it() -> None:
    for answer in (None, BAD[STOP]):
        bench = Bench().identified()
        bench.device.instead[STOP] = lambda frame, answer=answer: answer
        bench.order(ENABLE)
        bench.run(300)
        assert bench.events == [Unanswered("prepare")]


@pytest.mark.parametrize("stray", [b"\x01", b"\x00", b"\x41", b"\x40", b"\xc1", b"\xc0", b"\xf0"])
def test_an_answer_to_nothing_ends_it(stray: bytes) -> None:
    """None carries a number: the next could be taken for what it is not."""
    bench = Bench().playing()
    bench.say(stray)
    bench.events += bench.driver.events()
    assert bench.events == [DeviceFault(Fault.STRAY, 0, 1)]
    bench.run(5_000)
    assert bench.names == []


def test_an_answer_to_nothing_is_nothing_while_nothing_may_flow() -> None:
    for begin in (Bench, Bench().identified):
        bench = begin()
        bench.say(b"\x01\x41\xc0")
        assert bench.driver.events() == []


def test_what_the_guard_does_not_pass_ends_it() -> None:
    for begin in (Bench().enabled, Bench().playing):
        bench = begin()
        bench.driver.execute(one(10_000), bench.now_ms)
        bench.driver.refused(bench.now_ms)
        bench.run(5_000)
        assert bench.names == []
        bench.order(IDENTIFY)
        bench.run(700)
        assert bench.driver.output.off_confirmed
    bench = Bench().identified()
    bench.driver.execute(ENABLE, bench.now_ms)
    bench.driver.refused(bench.now_ms)
    bench.run(5_000)
    assert bench.names == []


def test_what_the_device_cannot_play_is_not_taken() -> None:
    bench = Bench().playing()
    for outputs in (one(128_000), one(20_000, channel=9), one(20_000, waveform=Waveform(300, 0, 1, 20_000))):
        with pytest.raises(ValueError, match="channel"):
            bench.driver.execute(outputs, bench.now_ms)
    assert bench.driver.frames() == []


def test_outside_enabled_an_output_is_dropped() -> None:
    bench = Bench().identified()
    bench.order(one(20_000))
    bench.run(100)
    assert bench.names == []
