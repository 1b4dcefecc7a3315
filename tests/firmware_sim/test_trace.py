"""What is written down: every pulse, frame, reply, change of state, fault and dead-man, in order."""

import io
import json
import time

import pytest

from firmware_sim.device import P24, Stage
from firmware_sim.stage.trace import Lines, TraceFile, line

S = 1_000_000


def test_a_line_is_the_same_whether_or_not_the_one_before_was_like_it(new_bench):
    bench, lines, pairs = new_bench(loads={2: "worn"}), Lines(), []
    bench.device.stage.watch(lambda item: pairs.append((lines.line(item), line(item))))
    bench.init()
    bench.update({1: bench.Ch(ma=10), 2: bench.Ch(ma=20, ramp=3)}, at_us=100_000)
    bench.run(300_000)
    bench.update({1: bench.Ch(ma=12), 2: bench.Ch(ma=20)}, at_us=300_000)
    bench.run(600_000)
    assert len(pairs) > 50
    assert [told for told, _ in pairs] == [alone for _, alone in pairs]


def written(bench_class, drive, loads=None):
    file = io.StringIO()
    bench = bench_class()
    trace = TraceFile(file)
    bench.device = P24(stage=Stage(loads, sink=lambda item: trace.write_line(line(item))))
    drive(bench)
    return [json.loads(text) for text in file.getvalue().splitlines()], bench


def test_a_pulse_is_written_with_what_was_set_and_what_flowed(new_bench):
    def drive(bench):
        bench.init()
        bench.update({2: bench.Ch(ma=12.5, us=250)}, at_us=1_000)
        bench.run(1_000)

    lines, _ = written(new_bench, drive)
    assert lines[-1] == {
        "t_us": 1_000,
        "pulse": {
            "channel": 2,
            "amplitude_ua": 12_500,
            "current_ua": [12_500, 0, -12_500],
            "phase_us": [250, 100, 250],
            "peak_current_ua": 12_500,
            "charge_nc": [3125.0, 0.0, -3125.0],
            "net_charge_nc": 0.0,
            "contact": "good",
        },
    }


def test_frames_replies_states_faults_the_dead_man_and_restarts_are_written_in_order(new_bench):
    def drive(bench):
        bench.init(stop_all=False)
        bench.update({1: bench.Ch(), 2: bench.Ch(period_ms=1500)}, at_us=100_000)
        bench.run(4 * S)
        bench.device.restart(5 * S)

    lines, _ = written(new_bench, drive, {1: "open"})
    assert [line["t_us"] for line in lines] == sorted(line["t_us"] for line in lines)
    told = [{k: v for k, v in line.items() if k != "pulse"} for line in lines]
    assert told == [
        {"t_us": 0, "frame": 30, "packet_number": 1},
        {"t_us": 0, "state": "ML_INIT", "high_voltage": True},
        {"t_us": 0, "reply": 31, "packet_number": 1, "result": 0, "due_us": 80_000},
        {"t_us": 100_000, "frame": 32, "packet_number": 2},
        {"t_us": 100_000, "state": "ML_RUN", "high_voltage": True},
        {"t_us": 100_000, "reply": 33, "packet_number": 2, "result": 0, "due_us": 101_000},
        {"t_us": 100_000},
        {"t_us": 100_000, "channel_failed": 1, "error": 1},
        {"t_us": 100_760},
        {"t_us": 1_600_000},
        {"t_us": 2_100_000, "dead_man": True},
        {"t_us": 2_100_000, "state": "ML_INIT", "high_voltage": True},
        {"t_us": 5_000_000, "restarted": True},
    ]


def test_the_file_holds_the_same_pulses_as_the_memory(new_bench):
    def drive(bench):
        bench.init()
        bench.update({channel: bench.Ch(ma=5 * channel, period_ms=10 + channel) for channel in (1, 2, 3)})
        bench.run(S)

    lines, bench = written(new_bench, drive)
    kept = [(p.t_us, p.channel, p.peak_current_ua, list(p.charge_nc)) for p in bench.device.stage.trace]
    pulses = [(line["t_us"], line["pulse"]) for line in lines if "pulse" in line]
    assert [(t, p["channel"], p["peak_current_ua"], p["charge_nc"]) for t, p in pulses] == kept


@pytest.mark.campaign
def test_a_30_minute_50_hz_session_costs_well_under_2_s(new_bench):
    bench = new_bench(loads={1: "worn"})
    bench.init()
    bench.update({1: bench.Ch(ma=20)})
    start = time.process_time()
    bench.run(1_800 * S - 1, poll_every_us=500_000)
    assert time.process_time() - start < 2
    assert len(bench.times()) == 90_000
