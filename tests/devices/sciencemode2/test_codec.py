"""Every row of the vector file that this program sends or understands, field by field, and what it must never send."""

from __future__ import annotations

from typing import Any

import pytest
from devices.sciencemode2.vectors import REQUESTS, RESPONSES, framed, raw

from nmes.devices.sciencemode2 import codec, requests, responses
from nmes.devices.sciencemode2.exchange import Ask, Exchange
from nmes.devices.sciencemode2.frame import Decoder, Frame
from nmes.devices.sciencemode2.numbers import Command
from nmes.devices.sciencemode2.requests import InitChannelList, StartChannelList
from nmes.devices.sciencemode2.responses import Malformed

NEVER_SENT = {
    "watchdog", "single_pulse", "get_motomed_mode", "init_phase_training", "start_phase", "pause_phase",
    "stop_phase_training", "set_keyboard_lock",
}  # fmt: skip
NOT_OURS = {
    "single_pulse_ack", "get_motomed_mode_ack", "init_phase_training_ack", "phase_result", "actual_values",
    "motomed_command_done", "motomed_error",
}  # fmt: skip
NOT_WRITTEN = {
    "init_channel_list_low_frequency_ch2", "init_channel_list_one_shot", "init_channel_list_inter_pulse_2ms",
    "start_channel_list_ch1_doublet", "start_channel_list_ch1_triplet",
}  # fmt: skip
"""Channel lists that this program never makes."""


def request_of(m: dict[str, Any]) -> Any:
    """The request that says this; None where nothing here can say it."""
    match m["command"]:
        case "init_ack":
            return requests.InitAck(m["result"] == 0)
        case "get_stimulation_mode":
            return requests.GetStimulationMode()
        case "stop_channel_list_mode":
            return requests.StopChannelList()
        case "init_channel_list_mode":
            if m["low_frequency_factor"] or m["low_frequency_channels"] or m["channel_execution"]:
                return None
            period_us, group_us = int(m["main_interval_ms"] * 1000), int(m["inter_pulse_interval_ms"] * 1000)
            return InitChannelList(tuple(m["active_channels"]), period_us, group_us)
        case "start_channel_list_mode":
            if any(channel["mode"] != "single" for channel in m["channels"]):
                return None
            return StartChannelList(tuple((c["pulse_width_us"], c["current_ma"] * 1000) for c in m["channels"]))
        case other:
            assert other in NEVER_SENT
            return None


def response_of(m: dict[str, Any]) -> Any:
    match m["command"]:
        case "init":
            return responses.Init(m["version"])
        case "unknown_command":
            return responses.UnknownCommand(m["echoed_command"])
        case "stimulation_error":
            return responses.StimulationError(m["error"])
        case "get_stimulation_mode_ack":
            return responses.ModeAck(m["result"], m.get("mode", -1))
        case _:
            return responses.Ack(Command(m["command_number"]), m["result"])


def test_every_request_is_written_as_its_vector_says_or_cannot_be_written() -> None:
    wrong, written, refused = [], 0, set()
    for vector in REQUESTS:
        request = request_of(vector["meaning"])
        try:
            line = codec.encode(request, vector["meaning"]["packet_number"]) if request else None
        except ValueError:
            line = None
        if line is None:
            refused.add(vector["name"])
        elif line != raw(vector["hex"]):
            wrong.append(vector["name"])
        else:
            written += 1
    never = {vector["name"] for vector in REQUESTS if vector["meaning"]["command"] in NEVER_SENT}
    assert (wrong, written, refused - never) == ([], 19, NOT_WRITTEN)


def test_every_response_is_read_as_its_vector_says_or_is_none_of_ours() -> None:
    wrong = []
    for vector in RESPONSES:
        [frame] = Decoder().feed(raw(vector["hex"]))
        if vector["meaning"]["command"] in NOT_OURS:
            with pytest.raises(Malformed):
                codec.decode(frame)
        elif codec.decode(frame) != response_of(vector["meaning"]):
            wrong.append(vector["name"])
    assert (len(RESPONSES), wrong) == (45, [])


@pytest.mark.parametrize("command", [1, 3, 11, 31, 33, 35, 38])
def test_a_response_without_its_data_is_malformed(command: int) -> None:
    with pytest.raises(Malformed):
        codec.decode(Frame(0, command, b""))


def test_a_mode_that_is_missing_is_malformed() -> None:
    with pytest.raises(Malformed):
        codec.decode(Frame(0, 11, b"\x00"))


@pytest.mark.parametrize(
    "wrong",
    [
        InitChannelList((), 20_000, 8_000),
        InitChannelList((0,), 20_000, 8_000),
        InitChannelList((9,), 20_000, 8_000),
        InitChannelList((2, 1), 20_000, 8_000),
        InitChannelList((1, 1), 20_000, 8_000),
        InitChannelList((1,), 20_250, 8_000),
        InitChannelList((1,), 7_500, 7_500),
        InitChannelList((1,), 1_025_500, 8_000),
        InitChannelList((1,), 20_000, 8_250),
        InitChannelList((1,), 20_000, 7_500),
        InitChannelList((1,), 200_000, 129_500),
        InitChannelList((1,), 20_000, 20_500),
        StartChannelList(()),
        StartChannelList(((300, 2_000),) * 9),
        StartChannelList(((19, 2_000),)),
        StartChannelList(((501, 2_000),)),
        StartChannelList(((300, 2_500),)),
        StartChannelList(((300, -1_000),)),
        StartChannelList(((300, 131_000),)),
    ],
    ids=str,
)
def test_what_the_device_could_not_do_is_never_written(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        codec.encode(wrong, 0)


def test_the_limits_themselves_are_written() -> None:
    for good in (
        InitChannelList((1,), 1_025_000, 129_000),
        InitChannelList((1, 8), 8_000, 8_000),
        StartChannelList(((20, 0), (500, 130_000))),
    ):
        assert codec.encode(good, 255)


class TestTheExchange:
    """One request, and the answers that are its own."""

    def answered(self, exchange: Exchange, frame: Frame) -> bool:
        response = codec.decode(frame)
        assert not isinstance(response, responses.Init | responses.StimulationError)
        return exchange.answer(frame, response) is not None

    def test_numbers_go_from_0_to_255_and_begin_again(self) -> None:
        exchange = Exchange()
        lines = [exchange.overtake(Ask.STOP, requests.StopChannelList(), 0) for _ in range(257)]
        assert lines == [framed(k & 255, 34) for k in range(257)]

    def test_only_the_own_command_with_an_own_number_is_an_answer(self) -> None:
        exchange = Exchange()
        exchange.ask(Ask.STOP, requests.StopChannelList(), 0)
        for other in (Frame(1, 35, b"\x00"), Frame(0, 33, b"\x00"), Frame(0, 3, b"\x0a")):
            assert not self.answered(exchange, other)
        assert self.answered(exchange, Frame(0, 35, b"\x00"))
        assert not self.answered(exchange, Frame(0, 35, b"\x00")), "once"

    def test_that_it_does_not_know_the_command_is_an_answer(self) -> None:
        exchange = Exchange()
        exchange.ask(Ask.STOP, requests.StopChannelList(), 0)
        assert self.answered(exchange, Frame(0, 3, b"\x22"))

    def test_the_late_answer_to_an_earlier_try_counts_but_none_to_what_was_asked_for_another_reason(self) -> None:
        exchange = Exchange()
        exchange.ask(Ask.UNLIST, requests.StopChannelList(), 0)
        assert exchange.overdue(200) is not None
        exchange.overtake(Ask.STOP, requests.StopChannelList(), 200)
        assert not self.answered(exchange, Frame(0, 35, b"\x00")), "that one was no halt"
        assert exchange.overdue(400) is not None
        exchange.overtake(Ask.STOP, requests.StopChannelList(), 400)
        exchange.overtake(Ask.STOP, requests.StopChannelList(), 500)
        assert self.answered(exchange, Frame(1, 35, b"\x00"))

    def test_what_was_dropped_is_answered_no_more(self) -> None:
        exchange = Exchange()
        exchange.ask(Ask.STOP, requests.StopChannelList(), 0)
        exchange.drop()
        exchange.overtake(Ask.STOP, requests.StopChannelList(), 0)
        assert not self.answered(exchange, Frame(0, 35, b"\x00"))
