"""What answers and silence prove: after each of these the skin is taken to be at 0 and the guard is latched."""

from __future__ import annotations

import pytest
from guard.rig import HALT, INIT, POLL, STATUS, UPDATE, Rig, block, encode, pulse, update_data

from helpers.rows import bundled

BAD_RESULTS = [1, 2, 7, 10, 16, 28, 255]


def running() -> Rig:
    rig = Rig()
    assert rig.update(1_000)
    rig.now_us += 40_000
    return rig


def assert_halted(rig: Rig, rule: str) -> None:
    assert rig.rule == rule
    assert rig.device.commands()[-1] == HALT
    assert [trip.rule for trip in rig.told] == [rule]
    before = len(rig.device.raw)
    assert not rig.update(500)
    assert not rig.poll()
    assert len(rig.device.raw) == before


@bundled("result", BAD_RESULTS)
@bundled("command", [INIT, UPDATE, POLL])
def test_a_result_that_is_not_ok_halts(command: int, result: int) -> None:
    rig = Rig()
    rig.device.results = {command: result}
    if command == INIT:
        rig.send(INIT, b"\x01")
    else:
        assert rig.update(500)
        rig.poll()
    assert_halted(rig, "reply_not_ok")


@pytest.mark.parametrize(("command", "asked"), [(INIT, "start-up"), (UPDATE, "update")])
def test_what_was_not_ok_is_told(command: int, asked: str) -> None:
    rig = Rig()
    rig.device.results = {command: 28}
    if command == INIT:
        rig.send(INIT, b"\x01")
    else:
        rig.update(500)
    assert rig.told[0].detail == f"the device answered the {asked} with result 28"


def test_a_device_that_stimulates_before_anything_was_asked_of_it_is_halted() -> None:
    """Somebody else has started it, and the first thing it is asked is what its channels do."""
    rig = Rig(bare=True)
    rig.device.active = 0b100
    assert rig.poll()
    assert_halted(rig, "channel_active")
    assert rig.told[0].detail == "the device stimulates unasked on channel 3"


def test_an_answer_with_another_number_proves_nothing() -> None:
    rig = running()
    rig.device.answers += (
        encode(60, UPDATE + 1, b"\x02") + encode(60, POLL + 1, b"\x0a") + encode(60, HALT + 1, b"\x00")
    )
    rig.device.answers += encode(60, STATUS + 1, b"\x00\x00\x01")
    rig.hear()
    assert rig.rule is None
    assert rig.poll()


def test_an_update_that_was_not_sent_from_here_halts() -> None:
    rig = running()
    rig.device.answers += encode(60, UPDATE + 1, b"\x00")
    rig.hear()
    assert_halted(rig, "channel_active")
    assert rig.told[0].detail == "the device carried out an update that was not sent from here"


@bundled("number", [0, 1, 2, 63])
def test_before_the_first_update_none_was_sent_from_here_whatever_its_number(number: int) -> None:
    rig = Rig()
    assert rig.send(INIT, b"\x01")
    rig.device.answers += encode(number, UPDATE + 1, b"\x00")
    rig.hear()
    assert_halted(rig, "channel_active")


def test_an_answer_that_comes_twice_is_no_update_of_somebody_else() -> None:
    rig = running()
    rig.device.answers += encode(rig.number, UPDATE + 1, b"\x00") * 2
    rig.hear()
    assert rig.rule is None


def test_whatever_was_updated_before_the_output_is_off_is_over_with_it() -> None:
    rig = running()
    rig.guard.trip("operator")
    rig.device.answers += encode(60, UPDATE + 1, b"\x00")
    rig.hear()
    assert rig.rule == "operator"


def test_an_answer_to_another_request_proves_nothing() -> None:
    rig = running()
    rig.device.answers += encode(rig.number, INIT + 1, b"\x02")
    rig.hear()
    assert rig.rule is None


@pytest.mark.parametrize("nibbles", [b"\x01\0\0\0", b"\x20\0\0\0", b"\0\0\0\x30", b"\0\x0f\0\0"])
def test_an_error_of_any_channel_halts(nibbles: bytes) -> None:
    rig = running()
    rig.device.nibbles = nibbles
    rig.poll()
    assert_halted(rig, "channel_fault")
    channel = next(i + 1 for i in range(8) if nibbles[i // 2] >> 4 * (i % 2) & 15)
    assert rig.told[0].detail == f"the device reports a fault on channel {channel}"


@pytest.mark.parametrize(("active", "channels"), [(0b11, "2"), (0b10000001, "8"), (0b1111, "2, 3, 4")])
def test_a_channel_that_stimulates_unasked_halts(active: int, channels: str) -> None:
    rig = running()
    rig.device.active = active
    rig.poll()
    assert_halted(rig, "channel_active")
    assert rig.told[0].detail == f"the device stimulates unasked on channel {channels}"


@pytest.mark.covers("SR-09")
@pytest.mark.parametrize("active", [0b00, 0b10, 0b11111110])
def test_a_channel_that_should_stimulate_and_does_not_halts(active: int) -> None:
    rig = running()
    rig.device.active = active
    rig.poll()
    assert_halted(rig, "channel_silent")
    assert rig.told[0].detail == "the device does not stimulate on channel 1"


def test_a_channel_at_0_need_not_stimulate() -> None:
    rig = Rig()
    assert rig.update(0)
    rig.device.active = 0
    assert rig.poll()
    assert rig.rule is None


def test_active_bits_are_not_judged_while_an_update_is_on_its_way() -> None:
    rig = running()
    rig.device.active = 0
    assert rig.send(POLL, b"\x04", read=False)
    assert rig.update(500, read=False)
    rig.hear()
    assert rig.rule is None
    rig.device.deaf_to = {UPDATE}
    assert rig.update(500)
    assert rig.poll()
    assert rig.rule is None


@pytest.mark.parametrize(
    "frame", [encode(5, 66, b"\x01"), encode(5, 67, b"\x0b"), encode(5, 66), encode(5, 59, b"\x00")]
)
def test_an_error_that_belongs_to_no_request_halts_a_device_that_is_on(frame: bytes) -> None:
    rig = running()
    rig.device.answers += frame
    rig.hear()
    assert_halted(rig, "reply_not_ok")


def test_the_same_error_before_the_start_up_is_only_an_answer() -> None:
    rig = Rig(bare=True)
    rig.device.answers += encode(5, 67, b"\x0b")
    rig.hear()
    assert rig.rule is None


@pytest.mark.parametrize("frame", [(UPDATE + 1, b""), (POLL + 1, b"\x00\x04\x01"), (STATUS + 1, b"\x00")])
def test_an_answer_that_cannot_be_read_halts(frame: tuple[int, bytes]) -> None:
    rig = running()
    rig.device.answers += encode(rig.number, *frame)
    rig.hear()
    assert_halted(rig, "reply_not_ok")


@pytest.mark.parametrize("status", [b"\x00\x00\x01", b"\x00\x01\x06", b"\x00\x02\x06"])
def test_a_device_that_forgot_what_it_does_halts(status: bytes) -> None:
    rig = running()
    rig.device.status = status
    rig.send(STATUS)
    assert_halted(rig, "device_restarted")


def test_a_status_as_expected_is_fine() -> None:
    rig = running()
    rig.device.status = b"\x00\x03\x06"
    assert rig.send(STATUS)
    assert rig.off()
    rig.device.status = b"\x00\x02\x06"
    assert rig.send(STATUS)
    assert rig.rule is None


def test_a_started_up_device_that_is_not_any_more_halts() -> None:
    rig = Rig()
    rig.device.status = b"\x00\x00\x01"
    rig.send(STATUS)
    assert_halted(rig, "device_restarted")


def test_a_status_asked_before_a_change_is_not_held_against_it() -> None:
    rig = Rig()
    assert rig.send(STATUS, read=False)
    assert rig.update(500, read=False)
    rig.hear()
    assert rig.rule is None
    assert rig.update(500, read=False)
    rig.device.answers.clear()
    rig.device.status = b"\x00\x00\x01"
    assert rig.send(STATUS)
    assert rig.rule is None


@bundled("early_us", range(-5, 6))
def test_one_second_without_an_acknowledged_renewal_halts(early_us: int) -> None:
    rig = Rig()
    assert rig.update(1_000)
    rig.device.deaf_to = {POLL}
    rig.now_us += 500_000
    assert rig.poll()
    rig.now_us += 500_000 - early_us
    rig.guard.watch()
    assert rig.rule == (None if early_us >= 0 else "device_silent")


@pytest.mark.covers("SR-03")
def test_after_a_second_of_silence_no_frame_restarts_the_device() -> None:
    """The check comes before the frame: a computer that slept wakes up latched."""
    rig = Rig()
    rig.climb()
    rig.now_us += 3_600_000_000
    assert not rig.update(40_000)
    assert_halted(rig, "device_silent")


def test_acknowledged_polls_keep_it_alive() -> None:
    rig = Rig()
    assert rig.update(1_000)
    for _ in range(20):
        rig.now_us += 900_000
        assert rig.poll()
    assert rig.rule is None


def test_a_renewal_counts_from_when_it_was_sent() -> None:
    rig = Rig()
    assert rig.update(1_000)
    rig.now_us += 100_000
    assert rig.send(POLL, b"\x04", read=False)
    rig.now_us += 800_000
    rig.hear()
    rig.now_us += 200_001
    rig.guard.watch()
    assert rig.rule == "device_silent"


def test_silence_does_not_matter_while_nothing_can_be_on() -> None:
    for rig in (Rig(bare=True), Rig()):
        rig.now_us += 3_600_000_000
        rig.guard.watch()
        assert rig.rule is None
    assert rig.update(500)
    assert rig.off()
    rig.now_us += 3_600_000_000
    rig.guard.watch()
    assert rig.rule is None


def test_the_oldest_unanswered_update_counts() -> None:
    rig = Rig()
    assert rig.update(1_000)
    rig.device.deaf_to = {UPDATE}
    assert rig.update(500)
    for _ in range(2):
        rig.now_us += 500_000
        assert rig.poll()
        assert rig.update(500)
    rig.now_us += 1
    rig.guard.watch()
    assert rig.rule == "update_unanswered"


def test_an_update_of_0_ma_needs_no_renewal() -> None:
    rig = Rig()
    assert rig.update(0)
    rig.now_us += 3_600_000_000
    rig.guard.watch()
    assert rig.rule is None


def test_updates_that_nobody_acknowledges_renew_nothing() -> None:
    rig = Rig()
    assert rig.update(1_000)
    rig.device.deaf_to = {UPDATE}
    frame = encode(7, UPDATE, update_data({1: block(pulse(500))}))
    for _ in range(2):
        rig.now_us += 500_000
        assert rig.guard.write(frame)
    rig.now_us += 1
    assert not rig.guard.write(frame)
    assert rig.rule == "device_silent"


def test_with_two_polls_on_their_way_both_answers_are_heard() -> None:
    for number in (50, 51):
        rig = running()
        assert rig.guard.write(encode(50, POLL, b"\x04"))
        assert rig.guard.write(encode(51, POLL, b"\x04"))
        rig.device.answers = bytearray(encode(number, POLL + 1, b"\x00\x04\x01\x01\x00\x00\x00"))
        rig.hear()
        assert rig.rule == "channel_fault"


def test_a_status_asked_before_the_start_up_and_answered_late_proves_nothing() -> None:
    rig = Rig(bare=True)
    rig.device.status = b"\x00\x00\x01"
    rig.send(HALT)
    rig.send(STATUS, read=False)
    late, rig.device.answers = rig.device.answers, bytearray()
    rig.send(INIT, b"\x01")
    rig.device.answers = late
    rig.hear()
    assert rig.rule is None


@pytest.mark.covers("LW-05")
def test_a_lost_decrease_is_not_taken_for_off() -> None:
    rig = Rig()
    assert rig.update(1_000)
    rig.device.deaf_to = {UPDATE}
    assert rig.off()
    for _ in range(2):
        rig.now_us += 500_000
        assert rig.poll()
    rig.now_us += 1
    rig.guard.watch()
    assert rig.rule == "update_unanswered"


def test_off_is_not_believed_while_a_later_update_is_on_its_way() -> None:
    rig = Rig()
    assert rig.update(1_000)
    assert rig.send(UPDATE, b"\x00", read=False)
    rig.device.deaf_to = {UPDATE}
    rig.now_us += 40_000
    assert rig.update(500, read=False)
    rig.hear()
    rig.now_us += 1_000_001
    rig.guard.watch()
    assert rig.rule == "device_silent"


def test_a_halt_that_is_not_acknowledged_for_a_second_is_repeated() -> None:
    rig = running()
    rig.device.deaf_to = {HALT}
    rig.send(HALT)
    rig.now_us += 1_000_000
    rig.guard.watch()
    assert rig.rule is None
    rig.now_us += 1
    rig.guard.watch()
    assert rig.rule == "device_silent"
    assert rig.device.commands()[-2:] == [HALT, HALT]


@pytest.mark.parametrize("result", [1, 2, 10])
def test_a_refused_halt_confirms_nothing_and_starts_no_echo(result: int) -> None:
    rig = running()
    rig.device.results = {HALT: result}
    rig.send(HALT)
    assert rig.rule is None
    assert rig.device.commands().count(HALT) == 2
    assert not rig.send(INIT, b"\x01")
    assert rig.rule == "init_not_off"


def test_replies_to_what_was_sent_before_a_halt_change_nothing() -> None:
    rig = running()
    rig.send(UPDATE, b"\x00", read=False)
    rig.device.results = {UPDATE: 2}
    rig.update(500, read=False)
    rig.send(HALT)
    assert rig.rule is None
    assert rig.send(INIT, b"\x01")


def test_bad_news_while_latched_is_heard_without_a_second_trip() -> None:
    rig = running()
    rig.guard.trip("stop")
    rig.device.answers += encode(5, 66, b"\x01")
    rig.hear()
    rig.guard.watch()
    assert rig.guard.trips == 1
    assert rig.told == []
