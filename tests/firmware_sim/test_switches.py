"""Every switch changes what it names, and nothing before it is turned."""

from dataclasses import fields

import pytest

from firmware_sim.device import State, Switches, alternatives
from firmware_sim.sciencemode4 import framing, switches
from firmware_sim.stage import Skin
from helpers.rows import bundled

S = 1_000_000


class Probe:
    """One observation per switch. Each gives something that must differ between the switch's settings."""

    def __init__(self, new_bench) -> None:
        self._new = new_bench

    def started(self, setting, channels=(1,), stop_all=False, loads=None, **channel):
        bench = self._new(setting, loads=loads)
        bench.init(stop_all)
        bench.update({number: bench.Ch(**channel) for number in channels})
        return bench

    def faulty(self, setting, stop_all=False, channels=(1, 2)):
        bench = self.started(setting, channels, stop_all, {1: "open"})
        bench.run(50_000)
        return bench

    def update_clears_error(self, setting):
        bench = self.faulty(setting)
        bench.device.stage.set_load(1, "good")
        bench.update({1: bench.Ch(), 2: bench.Ch()})
        return bench.nibbles()[0]

    def update_restarts_faulty(self, setting):
        bench = self.faulty(setting)
        bench.update({1: bench.Ch(), 2: bench.Ch()})
        bench.run(100_000)
        return len(bench.times(1))

    def update_restarts_period(self, setting):
        bench = self.started(setting)
        bench.update({1: bench.Ch(ma=21)}, at_us=29_000)
        bench.run(50_000)
        return bench.times()

    def first_pulse(self, setting):
        bench = self.started(setting)
        bench.run(30_000)
        return bench.times()

    def update_without_channels_state(self, setting):
        bench = self.started(setting)
        bench.update()
        return bench.status()

    def timeout_state(self, setting):
        bench = self.started(setting)
        bench.run(3 * S)
        assert bench.device.active_channels == ()
        return bench.status()

    def timeout_keeps_voltage(self, setting):
        bench = self.started(setting)
        bench.run(3 * S)
        return bench.status()

    def stop_all_state(self, setting):
        return self.faulty(setting, stop_all=True).status()

    def last_channel_fault_state(self, setting):
        return self.faulty(setting, channels=(1,)).status()

    def reinit(self, setting):
        bench = self.started(setting)
        return bench.init().result, bench.device.state

    def stop_when_none_result(self, setting):
        bench = self._new(setting)
        return bench.stop().result, bench.send(4).result

    def bad_checksum_reply(self, setting):
        frame = bytearray(framing.encode(9, 34))
        frame[8] ^= 1
        return self._new(setting).raw(bytes(frame))

    def over_budget(self, setting):
        bench = self._new(setting)
        bench.init(stop_all=False)
        result = bench.update({1: bench.Ch(us=4000, period_ms=10), 2: bench.Ch(us=4000, period_ms=10)}).result
        bench.run(100_000)
        return result, sorted(bench.nibbles())[-1]

    def refused_frames_renew_deadman(self, setting):
        bench = self.started(setting)
        bench.send(36, b"\7", at_us=S)
        bench.run(5 * S)
        return bench.times()[-1]

    def fault_result_mirrored(self, setting):
        return self.faulty(setting).poll().result

    def reset_ack_sent(self, setting):
        bench = self.started(setting)
        return bench.send(58) is None, bench.device.state is State.NONE

    def ramp_on_reenable(self, setting):
        bench = self.started(setting, ramp=3)
        bench.update(at_us=100_000)
        bench.update({1: bench.Ch(ramp=3)}, at_us=200_000)
        bench.run(200_000)
        return bench.peaks()[-1]

    def ramp_fractions(self, setting):
        bench = self.started(setting, ramp=4)
        bench.run(100_000)
        return bench.peaks()

    def unknown_cmd_repeats_number(self, setting):
        return self._new(setting).send(99).number

    def battery_status_answered(self, setting):
        reply = self._new(setting).send(54)
        return reply.command, len(reply.data)

    def current_sources(self, setting):
        bench = self.started(setting, channels=(1, 5))
        bench.run(1_000)
        return bench.times()

    def open_lead_below_floor(self, setting):
        bench = self.started(setting, loads={1: "open"}, ma=5)
        bench.run(100_000)
        return bench.nibbles()[0]

    def fault_after_pulses(self, setting):
        bench = self.started(setting, loads={1: "open"})
        bench.run(100_000)
        return len(bench.times())

    def low(self, setting, init=b"\0", loads=None):
        bench = self._new(setting, loads=loads)
        assert bench.send(0, init).result == 0
        return bench

    def pulse(self, bench, ma=20, us=300):
        return b"\x82" + bench.Ch(ma=ma, us=us).encode()[3:]

    def full(self, setting, pulses):
        """A low-level device that was sent so many pulses at once."""
        bench = self.low(setting)
        for number in range(pulses):
            bench.device.receive(framing.encode(number, 2, self.pulse(bench)), 0)
        return bench

    def acks(self, bench, at_us=50_000):
        bench.run(at_us)
        return [(f.packet_number, f.data[0]) for f in framing.Receiver().feed(bench.device.transmit(at_us))]

    def ll_reinit(self, setting):
        bench = self.full(setting, 3)
        bench.device.receive(framing.encode(63, 0, b"\0"), 1_000)
        return self.acks(bench), len(bench.times())

    def ll_voltage_codes(self, setting):
        return self._new(setting).send(0, b"\x04").result

    def ll_pulse_without_voltage(self, setting):
        bench = self.low(setting, b"\x02")
        result = bench.send(2, self.pulse(bench)).result
        assert bench.times() == []
        return result

    def ll_full_buffer(self, setting):
        return self.acks(self.full(setting, 12))[11:]

    def ll_running_pulse_counts(self, setting):
        return [number for number, result in self.acks(self.full(setting, 11)) if result == 0]

    def ll_stop_with_queue(self, setting):
        bench = self.full(setting, 4)
        bench.device.receive(framing.encode(63, 4), 1_000)
        return self.acks(bench, 200_000), len(bench.times())

    def ll_measurement_answered(self, setting):
        bench = self.low(setting, b"\x10")
        return bench.send(2, self.pulse(bench)).data[2:5]

    def ll_sample_unit(self, setting):
        bench = self.low(setting, b"\x10")
        return int.from_bytes(bench.send(2, self.pulse(bench)).data[5:7], "big")

    def boot_ms(self, setting):
        bench = self._new(setting)
        bench.send(58)
        answered = [t_ms for t_ms in range(0, 4_000, 250) if bench.raw(framing.encode(1, 62), t_ms * 1000)]
        return answered[0]

    def rehamove3_answered(self, setting):
        return [self._new(setting).send(command).command for command in (50, 56, 60, 64)]

    def reserved_bits(self, setting):
        bench = self._new(setting)
        bench.init()
        return bench.send(32, b"\x01" + bench.Ch().encode()[:-1] + b"\x20").result

    def extra_bytes(self, setting):
        return self._new(setting).send(62, b"\0").result


@bundled("name", switches.names())
def test_every_switch_changes_what_it_names(new_bench, name):
    observe = getattr(Probe(new_bench), name)
    seen = [observe(Switches(**{name: value})) for value in switches.values_of(name)]
    assert all(a != b for k, a in enumerate(seen) for b in seen[:k]), seen


DEFAULTS = {
    "update_clears_error": 0,
    "update_restarts_period": [0, 20_000, 40_000],
    "update_without_channels_state": (2, 6),
    "timeout_state": (2, 6),
    "timeout_keeps_voltage": (2, 6),
    "stop_all_state": (2, 6),
    "last_channel_fault_state": (3, 6),
    "reinit": (0, State.ML_INIT),
    "stop_when_none_result": (7, 7),
    "over_budget": (2, 0),
    "reset_ack_sent": (False, True),
    "ramp_fractions": [4_000, 8_000, 12_000, 16_000, 20_000, 20_000],
    "battery_status_answered": (67, 1),
    "current_sources": [0, 760],
    "open_lead_below_floor": 0,
    "ll_reinit": ([(0, 0), (1, 0), (63, 0)], 2),
    "ll_voltage_codes": 0,
    "ll_pulse_without_voltage": 0,
    "ll_full_buffer": [(11, 16)],
    "ll_running_pulse_counts": list(range(11)),
    "ll_stop_with_queue": ([(0, 0), (1, 0), (63, 0)], 2),
    "ll_sample_unit": 2_000,
    "boot_ms": 0,
    "rehamove3_answered": [67, 67, 67, 67],
    "reserved_bits": 0,
}


@bundled("name", DEFAULTS)
def test_by_default_the_device_does_what_the_reference_infers(new_bench, name):
    assert getattr(Probe(new_bench), name)(Switches()) == DEFAULTS[name]


def test_the_other_settings_are_reached_too(new_bench):
    probe = Probe(new_bench)
    assert probe.bad_checksum_reply(Switches(bad_checksum_reply="general_error")) == framing.encode(0, 66, b"\1")
    assert probe.bad_checksum_reply(Switches(bad_checksum_reply="silence")) == b""
    assert probe.over_budget(Switches(over_budget="pulse_timeout")) == (0, 2)
    assert probe.ramp_fractions(Switches(ramp_fractions="k_minus_1_of_n"))[:5] == [0, 5_000, 10_000, 15_000, 20_000]
    assert probe.current_sources(Switches(current_sources=2)) == [0, 0]


def test_alternatives_give_the_base_and_every_other_value_once():
    settings = dict(alternatives())
    assert settings.pop("base") == Switches()
    assert len(settings) == sum(len(switches.values_of(name)) - 1 for name in switches.names())
    for setting in settings.values():
        changed = [f.name for f in fields(Switches) if getattr(setting, f.name) != getattr(Switches(), f.name)]
        assert len(changed) == 1
    base = Switches(current_sources=2)
    assert next(iter(alternatives(base)))[1] == base
    assert ("current_sources=1", Switches()) in list(alternatives(base))


def test_every_switch_says_what_it_covers():
    assert all(len(switches.covers(name)) > 20 for name in switches.names())


@pytest.mark.thorough
@bundled("setting", [pytest.param(s, id=name) for name, s in alternatives()])
def test_under_every_setting_a_stop_silences_and_currents_stay_at_what_was_set(new_bench, setting):
    bench = new_bench(setting, loads={3: Skin(1000)})
    bench.init()
    bench.update({1: bench.Ch(ramp=4), 3: bench.Ch(ma=30, period_ms=12.5)})
    for k in range(30):
        bench.update({1: bench.Ch(ma=20 + k / 2), 3: bench.Ch(ma=30)}, at_us=(k + 1) * 40_000)
    assert bench.stop(at_us=1_300_000).result == 0
    bench.run(5 * S)
    assert bench.status() == (0, 1)
    assert bench.times()[-1] < 1_300_000
    assert max(p.peak_current_ua for p in bench.device.stage.trace if p.channel == 1) == 34_500
    assert max(p.peak_current_ua for p in bench.device.stage.trace if p.channel == 3) == 30_000
    assert all(p.net_charge_pc == 0 for p in bench.device.stage.trace)


def test_ml_init_gives_a_locked_channel_and_a_spent_ramp_back(new_bench):
    bench = new_bench(Switches(update_restarts_faulty=False, ramp_on_reenable=False), loads={1: "open"})
    for start_us in (0, 100_000):
        bench.init(stop_all=False, at_us=start_us)
        bench.update({1: bench.Ch(ma=20), 2: bench.Ch(ma=20, ramp=3)})
        bench.run(start_us + 5_000)
        bench.update()
    assert len(bench.times(1)) == 2
    assert [p.peak_current_ua for p in bench.device.stage.trace if p.channel == 2] == [5_000, 5_000]


def test_a_good_pulse_starts_the_count_of_bad_ones_again(new_bench):
    bench = new_bench(Switches(fault_after_pulses=3))
    bench.init()
    bench.update({1: bench.Ch()})
    for k, load in enumerate(["open", "open", "good", "open", "open", "good"]):
        bench.device.stage.set_load(1, load)
        bench.run(k * 20_000 + 10_000)
    assert bench.device.active_channels == (1,)
