"""Every switch of the RehaMove3 changes what it names, and the default is what the reference infers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firmware_sim.sciencemode3.switches import Switches
from firmware_sim.sciencemode4 import framing
from firmware_sim.switching import alternatives, covers, names, values_of
from helpers.rehamove3 import INIT, MS, STATUS, STOP, UPDATE, Bench, S, channel, points, running

PULSE = bytes((0x82,)) + points()


def low(loads: dict[int, str] | None = None, mode: bytes = b"\0", **setting: object) -> Bench:
    bench = Bench(loads, **setting)
    assert bench.asked(0, mode).result == 0
    return bench


def queued(pulses: int, **setting: object) -> Bench:
    bench = low(**setting)
    for number in range(pulses):
        bench.device.receive(framing.encode(number, 2, PULSE), 0)
    return bench


def answers(bench: Bench, at_us: int) -> list[tuple[int, int]]:
    bench.run(at_us)
    return [(one.packet_number, one.data[0]) for one in framing.Receiver().feed(bench.device.transmit(at_us))]


def faulty(**setting: object) -> Bench:
    bench = running((1, 2), {1: "open"}, **setting)
    bench.run(50 * MS)
    return bench


def mended(**setting: object) -> Bench:
    bench = faulty(**setting)
    bench.device.stage.set_load(1, "good")
    bench.run(70 * MS)
    return bench


class Probe:
    """One observation per switch. Each gives something that must differ between the switch's settings."""

    @staticmethod
    def faulty_channel(**one: object) -> object:
        return faulty(**one).device.active_channels

    @staticmethod
    def electrode_bit(**one: object) -> object:
        return mended(**one).poll()[2]

    @staticmethod
    def short_seen(**one: object) -> object:
        bench = running((1,), {1: "short"}, **one)
        bench.run(MS)
        return bench.poll()[2]

    @staticmethod
    def open_lead_below_floor(**one: object) -> object:
        bench = Bench({1: "open"}, **one)
        bench.asked(INIT, b"\0")
        bench.update({1: channel(ma=5)})
        bench.run(MS)
        return bench.poll()[2]

    @staticmethod
    def update_clears_error(**one: object) -> object:
        bench = mended(**one)
        bench.update({1: channel(), 2: channel()})
        return bench.poll()[2]

    @staticmethod
    def update_restarts_faulty(**one: object) -> object:
        bench = mended(faulty_channel="stops", **one)
        bench.update({1: channel(), 2: channel()})
        return bench.device.active_channels

    @staticmethod
    def update_restarts_period(**one: object) -> object:
        bench = running(**one)
        bench.update({1: channel(ma=21)}, at_us=29 * MS)
        bench.run(50 * MS)
        return bench.times()

    @staticmethod
    def first_pulse(**one: object) -> object:
        bench = running(**one)
        bench.run(30 * MS)
        return bench.times()

    @staticmethod
    def update_without_channels_state(**one: object) -> object:
        bench = running(**one)
        bench.update({})
        return bench.asked(STATUS).data

    @staticmethod
    def timeout_state(**one: object) -> object:
        bench = running(**one)
        bench.run(3 * S)
        return bench.asked(STATUS).data

    timeout_keeps_voltage = timeout_state

    @staticmethod
    def last_channel_fault_state(**one: object) -> object:
        bench = running((1,), {1: "open"}, faulty_channel="stops", **one)
        bench.run(MS)
        return bench.asked(STATUS).data

    @staticmethod
    def reinit(**one: object) -> object:
        return running(**one).asked(INIT, b"\0").result

    @staticmethod
    def ll_reinit(**one: object) -> object:
        return low(**one).asked(0, b"\0").result

    @staticmethod
    def ll_pulse_without_voltage(**one: object) -> object:
        bench = low(mode=b"\2", **one)
        return bench.asked(2, PULSE).result, bench.times()

    @staticmethod
    def ll_full_buffer(**one: object) -> object:
        return answers(queued(12, **one), 50 * MS)[11:]

    @staticmethod
    def ll_stop_with_queue(**one: object) -> object:
        bench = queued(4, **one)
        bench.device.receive(framing.encode(63, 4), MS)
        return answers(bench, 200 * MS), len(bench.times())

    @staticmethod
    def stop_when_none_result(**one: object) -> object:
        bench = Bench(**one)
        return bench.asked(STOP).result, bench.asked(4).result

    @staticmethod
    def bad_checksum_reply(**one: object) -> object:
        frame = bytearray(framing.encode(9, STOP))
        frame[8] ^= 1
        return Bench(**one).raw(bytes(frame))

    @staticmethod
    def over_budget(**one: object) -> object:
        bench = Bench(**one)
        bench.asked(INIT, b"\0")
        result = bench.update({number: channel(period_ms=10, us=4_000) for number in (1, 2)}).result
        bench.run(50 * MS)
        return result, len(bench.times()), bench.device.active_channels, bench.device.errors

    @staticmethod
    def refused_frames_renew_deadman(**one: object) -> object:
        bench = running(**one)
        bench.asked(36, b"\7", at_us=S)
        bench.run(5 * S)
        return bench.times()[-1]

    @staticmethod
    def fault_result_mirrored(**one: object) -> object:
        return faulty(**one).poll()[0]

    @staticmethod
    def reset_ack_sent(**one: object) -> object:
        return running(**one).send(58) is None

    @staticmethod
    def boot_ms(**one: object) -> object:
        bench = Bench(**one)
        bench.send(58)
        return next(t_ms for t_ms in range(0, 4_000, 250) if bench.raw(framing.encode(1, STATUS), t_ms * MS))

    @staticmethod
    def ramp_on_reenable(**one: object) -> object:
        bench = Bench(**one)
        bench.asked(INIT, b"\0")
        for t_ms, channels in ((0, {1: channel(ramp=3)}), (100, {}), (200, {1: channel(ramp=3)})):
            bench.update(channels, at_us=t_ms * MS)
        bench.run(200 * MS)
        return bench.flowed(1)[-1]

    @staticmethod
    def ramp_fractions(**one: object) -> object:
        bench = Bench(**one)
        bench.asked(INIT, b"\0")
        bench.update({1: channel(ramp=4)})
        bench.run(100 * MS)
        return bench.flowed(1)

    @staticmethod
    def unknown_cmd_repeats_number(**one: object) -> object:
        return Bench(**one).asked(99).number

    @staticmethod
    def library_commands_answered(**one: object) -> object:
        bench = Bench(**one)
        return [bench.asked(number).command for number in (56, 60, 64)]

    @staticmethod
    def other_selectors(**one: object) -> object:
        bench = running((1, 3), {3: "open"}, **one)
        bench.run(MS)
        return [bench.asked(36, bytes((selector,))).data for selector in (3, 4)]

    @staticmethod
    def short_points(**one: object) -> object:
        bench = running(**one)
        return bench.update({1: channel(us=10)}).result

    @staticmethod
    def long_pulses(**one: object) -> object:
        bench = running(**one)
        many = bytes((4 << 4,)) + (80 << 1).to_bytes(2, "big") + b"\xff\xf4\xb0\0" * 5
        return bench.asked(UPDATE, b"\1" + many).result

    @staticmethod
    def outside_1_to_500_hz(**one: object) -> object:
        bench = running(**one)
        return [bench.update({1: channel(period_ms=ms)}).result for ms in (1.5, 2, 1_000, 1_000.5)]

    @staticmethod
    def extra_bytes(**one: object) -> object:
        return Bench(**one).asked(STATUS, b"\0").result

    @staticmethod
    def reserved_bits(**one: object) -> object:
        bench = running(**one)
        point, period = bytearray(channel()), bytearray(channel())
        point[-1] |= 0x20
        period[2] |= 1
        asked = [(UPDATE, b"\1" + point), (UPDATE, b"\1" + period), (UPDATE, b"\x11" + channel()), (INIT, b"\1")]
        results = [bench.asked(command, bytes(data)).result for command, data in asked]
        return results, low(**one).asked(2, bytes((0x92,)) + points()).result


DEFAULTS = {
    "faulty_channel": (1, 2),
    "electrode_bit": 0x11,
    "short_seen": 0x10,
    "open_lead_below_floor": 0x10,
    "update_clears_error": 0x10,
    "update_restarts_faulty": (1, 2),
    "update_restarts_period": [0, 20_000, 40_000],
    "first_pulse": [0, 20_000],
    "update_without_channels_state": b"\0\2\6",
    "timeout_state": b"\0\2\6",
    "timeout_keeps_voltage": b"\0\2\6",
    "last_channel_fault_state": b"\0\3\6",
    "reinit": 0,
    "ll_reinit": 0,
    "ll_pulse_without_voltage": (0, []),
    "ll_full_buffer": [(11, 4)],
    "ll_stop_with_queue": ([(0, 0), (1, 0), (63, 0)], 2),
    "stop_when_none_result": (7, 7),
    "over_budget": (2, 0, (), (0, 0, 0, 0)),
    "fault_result_mirrored": 0,
    "reset_ack_sent": True,
    "boot_ms": 0,
    "ramp_fractions": [4_000, 8_000, 12_000, 16_000, 20_000, 20_000],
    "library_commands_answered": [67, 67, 67],
    "other_selectors": [b"\2\3\0", b"\2\4\0"],
    "short_points": 0,
    "long_pulses": 2,
    "outside_1_to_500_hz": [0, 0, 0, 0],
    "extra_bytes": 0,
    "reserved_bits": ([0, 0, 0, 0], 0),
}


def test_every_switch_changes_what_it_names_and_by_default_the_device_does_what_the_reference_infers() -> None:
    wrong: list[object] = []
    for name in names(Switches):
        observe: Callable[..., object] = getattr(Probe, name)
        seen = [observe(**{name: value}) for value in values_of(Switches, name)]
        if any(a == b for k, a in enumerate(seen) for b in seen[:k]):
            wrong.append((name, seen))
        if name in DEFAULTS and seen[0] != DEFAULTS[name]:
            wrong.append((name, seen[0]))
    assert wrong == []


def test_pulses_without_room_are_left_out_and_no_channel_stops() -> None:
    result, pulses, active, errors = Probe.over_budget(over_budget="pulses_left_out")
    assert (result, active, errors) == (0, (1, 2), (0, 0, 0, 0))
    assert 5 <= pulses <= 7, "8160 us each on one source: one per 10 ms, the other without room"


def test_the_p24s_form_of_a_poll_names_only_channels_that_exist() -> None:
    assert Probe.other_selectors(other_selectors="as_p24") == [b"\0\3\x14\x10", b"\0\4\5\0\1\0\0"]


def test_switches_can_be_turned_while_it_runs() -> None:
    bench = mended()
    bench.device.turn({"electrode_bit": "last_pulse", "other_selectors": "as_p24"})
    bench.run(90 * MS)
    assert bench.poll()[2] == 0x10
    assert bench.asked(36, b"\4").result == 0
    with pytest.raises(ValueError, match="unknown switch 'current_sources'"):
        bench.device.turn({"current_sources": 2})


def test_every_switch_says_what_it_covers_and_every_alternative_is_one_change() -> None:
    assert all(len(covers(Switches, name)) > 20 for name in names(Switches))
    found = dict(alternatives(Switches()))
    assert len(found) == 1 + sum(len(values_of(Switches, name)) - 1 for name in names(Switches))
