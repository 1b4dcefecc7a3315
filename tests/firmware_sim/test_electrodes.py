"""What may change on the electrodes and in the output while pulses are given; the trace stays reproducible."""

import copy
import pickle

import pytest

from firmware_sim.stage import LOADS, Contact, OutputFaults, Point, Skin, Stage
from firmware_sim.stage.pad import REVIEW_US

S = 1_000_000


def biphasic(ma, us=300):
    return (Point(us, round(ma * 1000)), Point(100, 0), Point(us, -round(ma * 1000)))


class TestContact:
    def test_a_part_of_the_pad_changes_the_load_and_is_told_with_each_pulse(self):
        stage = Stage()
        stage.deliver(0, 1, biphasic(20))
        stage.set_contact(1, 500)
        stage.deliver(S, 1, biphasic(20))
        assert [pulse.contact_permille for pulse in stage.trace] == [1000, 500]
        assert stage.trace[1].end_voltage_mv == pytest.approx(2 * stage.trace[0].end_voltage_mv, abs=2)
        assert (stage.contact_permille(1), stage.contact_permille(2)) == (500, 1000)
        assert stage.load(1) == LOADS["good"]
        assert stage.load_at(1, S) == Skin(600, 3_000, 50)

    def test_another_load_lies_on_whole(self):
        stage = Stage()
        stage.set_contact(3, 100)
        stage.set_load(3, "worn")
        assert (stage.contact_permille(3), stage.load_at(3, 0)) == (1000, LOADS["worn"])

    def test_nonsense_is_refused(self):
        for permille in (0, 1001):
            with pytest.raises(ValueError, match="not 1 to 1000"):
                Stage().set_contact(1, permille)
        with pytest.raises(ValueError, match="not one of 1 to 8"):
            Stage().set_contact(9, 500)

    def test_a_short_and_an_open_lead_know_no_contact(self):
        stage = Stage({1: "short", 2: "open"})
        for channel in (1, 2):
            before = stage.load_at(channel, 0)
            stage.set_contact(channel, 200)
            assert stage.load_at(channel, 0) == before


class TestWear:
    def trained(self, look_every_us=None, pulses=200, period_us=150_000):
        stage = Stage({1: Skin(300, 20_000, 30)})
        stage.wear(1, since_us=1_234_567, before_s=3_600)
        for k in range(pulses):
            if look_every_us and not k % look_every_us:
                stage.load_at(1, k * period_us + 77)
                stage.set_contact(1, 1000)
            stage.deliver(k * period_us, 1, biphasic(10))
        return stage

    def test_a_pad_warms_while_it_lies_on(self):
        stage = Stage()
        stage.wear(1, 0)
        volts = []
        for minute in (0, 5, 10, 20):
            stage.deliver(minute * 60 * S, 1, biphasic(20))
            volts.append(stage.trace[-1].end_voltage_mv)
        assert volts[0] > volts[1] > volts[2]
        assert stage.load_at(1, 600 * S) == LOADS["good"].dried(600).warmed(600)
        assert stage.load_at(1, 10**9 * 3600) != stage.load_at(1, 600 * S)

    def test_the_trace_does_not_depend_on_who_asks_when(self):
        assert self.trained().trace == self.trained(look_every_us=7).trace == self.trained(look_every_us=1).trace

    def test_the_load_changes_on_the_grid_only_so_that_pulses_share_their_computation(self):
        stage = self.trained(pulses=400, period_us=50_000)
        deliveries = {}
        for pulse in stage.trace:
            deliveries.setdefault(pulse.t_us // REVIEW_US, set()).add(id(pulse.delivery))
        assert len(deliveries) == 4
        assert all(len(shared) <= 2 for shared in deliveries.values())

    def test_a_fresh_pad_is_neither_worn_nor_warm(self):
        stage = self.trained()
        stage.set_load(1, "good")
        assert stage.load_at(1, 10**12) == LOADS["good"]


class TestSupply:
    def test_a_sagging_supply_limits_the_next_pulse(self):
        stage = Stage()
        stage.deliver(0, 1, biphasic(40))
        stage.compliance_mv = 50_000
        stage.deliver(S, 1, biphasic(40))
        stage.compliance_mv = 150_000
        stage.deliver(2 * S, 1, biphasic(40))
        assert [pulse.contact for pulse in stage.trace] == [Contact.GOOD, Contact.LIMITED, Contact.GOOD]
        assert stage.trace[1].peak_voltage_mv == 50_000
        assert stage.trace[0].delivery == stage.trace[2].delivery

    def test_the_smaller_of_supply_and_selected_voltage_counts(self):
        stage = Stage()
        stage.selected_mv = 90_000
        assert stage.limit_mv == 90_000
        stage.compliance_mv = 60_000
        assert stage.limit_mv == 60_000
        with pytest.raises(ValueError, match="0 mV or more"):
            stage.compliance_mv = -1

    def test_without_any_voltage_next_to_nothing_flows(self):
        stage = Stage({1: "worn"})
        stage.deliver(0, 1, biphasic(40))
        stage.compliance_mv = 0
        for k in range(1, 20):
            stage.deliver(k * S, 1, biphasic(40))
        assert {pulse.contact for pulse in stage.trace[1:]} == {Contact.LIMITED}
        assert max(pulse.peak_current_ua for pulse in stage.trace[1:]) <= 4


class TestOutputFaults:
    def faulty(self, points=None, **fault):
        stage = Stage({1: Skin(500), 2: Skin(500)})
        for name, value in fault.items():
            setattr(stage.output_faults, name, value)
        stage.deliver(0, 1, points or biphasic(20))
        return stage, stage.trace[0]

    def test_a_gain_error_keeps_the_balance_and_what_was_set_stays_visible(self):
        stage, pulse = self.faulty(gain_permille=1_300)
        assert (pulse.amplitude_ua, pulse.points) == (20_000, biphasic(20))
        assert (pulse.peak_current_ua, pulse.measured_current_ua, pulse.net_charge_pc) == (26_000, 26_000, 0)
        assert stage.output_faults.effects == {"gain": 1}

    def test_an_offset_of_the_converter_flows_in_the_gap_too(self):
        stage, pulse = self.faulty(offset_ua=-2_000)
        assert pulse.charge_pc == (18_000 * 300, -2_000 * 100, -22_000 * 300)
        assert pulse.net_charge_pc == -2_000 * 700
        assert stage.output_faults.effects == {"offset": 1}

    def test_an_imbalance_leaves_the_first_phase_alone(self):
        stage, pulse = self.faulty(imbalance_permille=100)
        assert pulse.charge_pc == (20_000 * 300, 0, -22_000 * 300)
        assert stage.output_faults.effects == {"imbalance": 1}

    @pytest.mark.parametrize("set_ma", [5, 20, 100])
    def test_a_stuck_output_gives_the_same_whatever_was_set(self, set_ma):
        _, pulse = self.faulty(biphasic(set_ma), stuck_ua=12_000)
        assert (pulse.amplitude_ua, pulse.charge_pc) == (set_ma * 1000, (12_000 * 300, 0, -12_000 * 300))

    def test_a_stuck_output_does_not_go_to_zero(self):
        _, pulse = self.faulty(biphasic(0), stuck_ua=12_000)
        assert (pulse.amplitude_ua, pulse.peak_current_ua) == (0, 12_000)

    def test_only_the_named_channels_are_hit_and_only_altered_pulses_count(self):
        stage, _ = self.faulty(gain_permille=500, channels=frozenset({2}))
        stage.deliver(S, 2, biphasic(20))
        stage.deliver(2 * S, 2, biphasic(0))
        assert [pulse.peak_current_ua for pulse in stage.trace] == [20_000, 10_000, 0]
        assert stage.output_faults.effects == {"gain": 1}

    def test_a_repair_gives_the_old_pulse_back_and_keeps_the_count(self):
        stage, _ = self.faulty(gain_permille=1_300, stuck_ua=9_000)
        stage.output_faults.clear()
        stage.deliver(S, 1, biphasic(20))
        assert stage.trace[1].peak_current_ua == 20_000
        assert stage.output_faults.effects == {"stuck": 1, "gain": 1}
        assert not stage.output_faults.some

    def test_a_look_ahead_counts_nothing(self):
        faults = OutputFaults(gain_permille=2_000)
        assert faults.peek(1, biphasic(10)) == biphasic(20)
        assert faults.effects == {}


def test_the_last_pulse_and_the_count_are_kept_without_a_trace():
    stage = Stage(keep_trace=False)
    assert (stage.last_pulse(4), stage.pulses(4)) == (None, 0)
    for k in range(3):
        stage.deliver(k * S, 4, biphasic(10 + k))
    assert stage.last_pulse(4).amplitude_ua == 12_000
    assert (stage.pulses(4), stage.pulses(1), stage.trace) == (3, 0, [])


def test_samples_are_those_of_the_pulse_that_follows():
    stage = Stage({1: "worn"})
    stage.output_faults.gain_permille = 500
    stage.deliver(0, 1, biphasic(60))
    currents, _ = stage.samples(900, 1, biphasic(60), 1, 300)
    assert len(stage.trace) == 1
    pulse = stage.deliver(900, 1, biphasic(60))
    assert sum(currents) == pytest.approx(pulse.charge_pc[0], rel=0.002)


@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda stage: pickle.loads(pickle.dumps(stage))], ids=["copy", "pickle"]
)
def test_a_stage_can_be_copied_and_goes_on_the_same(twin):
    stage = Stage({1: "worn"})
    stage.wear(1, 0)
    stage.deliver(0, 1, biphasic(30))
    other = twin(stage)
    for one in (stage, other):
        one.deliver(1_000, 1, biphasic(30))
    assert other.trace == stage.trace
