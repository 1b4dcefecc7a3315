"""The measurements that anybody can run: their arithmetic, and that each would say so if a promise were broken."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals", allow_module_level=True)

MEASURE = Path(__file__).parents[2] / "docs" / "measure"


@pytest.fixture(scope="module")
def measure() -> Iterator[Any]:
    """The scripts as modules, as they import each other."""
    sys.path.insert(0, str(MEASURE))
    import histogram
    import hour_protocol
    import one_hour
    import stop_latency

    yield type("Measure", (), {"h": histogram, "p": hour_protocol, "hour": one_hour, "stop": stop_latency})
    sys.path.remove(str(MEASURE))


# --- histograms ---


def test_percentiles_are_times_that_were_measured(measure: Any) -> None:
    one = measure.h.Measured("x", tuple(range(100, 0, -1)), 100)
    assert [one.percentile(of_1000) for of_1000 in (0, 10, 500, 990, 1000)] == [1, 1, 50, 99, 100]
    assert one.holds
    assert not replace(one, limit_us=99).holds


def test_each_time_is_in_one_bin_and_the_bins_reach_from_the_first_to_the_last(measure: Any) -> None:
    one = measure.h.Measured("x", (9, 10, 19, 20, 2_000_000))
    assert [count for _, count in one.bins if count] == [1, 2, 1, 1]
    assert one.bins[0][0] == "0 to 0.01 ms"
    assert one.bins[-1][0] == "over 1000 ms"
    svg = measure.h.as_svg([one])
    assert svg.count("<rect") == 1 + len(one.bins)
    assert "p99 2000 ms" in measure.h.as_text([one])
    assert "p99 2000 ms" in svg


def test_a_stop_is_matched_with_the_first_halt_that_arrived_after_it(measure: Any, tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    frames = [{"t_us": t_us, "frame": frame} for t_us, frame in ((5, 34), (30, 36), (40, 34), (50, 34))]
    lines = [{"t_us": 0, "start": {"monotonic_ns": 1_000_000}}, *frames]
    trace.write_text("".join(json.dumps(line) + "\n" for line in lines))
    stop = measure.stop.Stop(*(1_000_000 + t_us * 1000 for t_us in (10, 11, 12, 13, 14)))
    [found] = measure.stop.with_arrivals([stop], trace)
    assert found.arrived_ns == 1_000_000 + 40_999
    by_name = {one.name: one.took_us for one in measure.stop.measured([found])}
    assert by_name["Key read to halt written"] == (3,)
    assert by_name["trip() to bytes handed to the system"] == (1,)
    assert by_name["Key typed to halt at the simulator"] == (30,)


# --- the hour ---


def skin_of(measure: Any, pulses: int = 240, gap_us: int = 400_000, *more: dict[str, object]) -> Any:
    """Two contractions of two channels, as a trace tells them."""
    lines: list[dict[str, object]] = [{"t_us": 0, "start": {"monotonic_ns": 0}}, *more]
    lines += [{"t_us": t_us, "frame": 36} for t_us in range(0, 20_000_000, gap_us)]
    for begin_us in (1_000_000, 11_000_000):
        for number in range(pulses):
            for channel in (1, 2):
                pulse = {"channel": channel, "peak_current_ua": 4_000}
                lines.append({"t_us": begin_us + number * 20_000, "pulse": pulse})
    lines.sort(key=lambda line: int(str(line["t_us"])))
    return measure.hour.Skin.read(iter(map(json.dumps, lines)), 1_000, 20_000_000_000)


def told_of(measure: Any) -> Any:
    told = measure.hour.Told()
    for line in (
        {"plan": {"1": [2, 9_600], "2": [2, 9_600]}, "started_ns": 1_000},
        *({"memory": 80_000_000 + step * 1_000, "live": True} for step in range(40)),
        {"memory": 500_000_000, "live": False},
        {"ended_ns": 20_000_000_000, "word": "ended", "why": "complete"},
        {"record": "r", "intact": True, "verdict": "intact"},
    ):
        told.take(line)
    return told


def test_an_hour_in_which_all_holds_has_nothing_wrong(measure: Any) -> None:
    told, skin = told_of(measure), skin_of(measure)
    assert measure.hour.wrong(told, skin) == []
    assert skin.trains == {1: [240, 240], 2: [240, 240]}
    assert skin.longest_gap_us == 400_000
    assert told.growth == 32_000
    figures = measure.hour.figures(1, told, skin)
    assert "of each contraction 240 to 240, planned 240\nmeasured once" in figures
    assert "in 40 samples, grown by 0.03 MB" in figures


def test_a_run_that_was_measured_again_says_so_and_a_short_one_judges_no_growth(measure: Any) -> None:
    grown = replace(told_of(measure), memory=[10**7 * n for n in range(20)])
    figures = measure.hour.figures(1, grown, skin_of(measure), tries=3, of_growth=False)
    assert "measured 3 times" in figures
    assert "growth not judged" in figures
    assert "WRONG" not in figures


@pytest.mark.parametrize("of_growth", [True, False])
def test_a_run_without_a_sample_of_the_memory_is_wrong_and_not_one_without_growth(
    measure: Any, of_growth: bool
) -> None:
    told = replace(told_of(measure), memory=[])
    assert measure.hour.wrong(told, skin_of(measure), of_growth=of_growth) == ["the app told nothing of its memory"]
    assert "growth not judged" in measure.hour.figures(1, told, skin_of(measure), of_growth=of_growth)
    with pytest.raises(ValueError, match="nothing of its memory"):
        told.growth  # noqa: B018 - asking for it is what is tested


@pytest.mark.parametrize("pulses", [239, 241])
def test_a_pulse_more_or_less_is_allowed(measure: Any, pulses: int) -> None:
    assert measure.hour.wrong(told_of(measure), skin_of(measure, pulses)) == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda m: (told_of(m), skin_of(m, 238)), "off by more than one"),
        (lambda m: (told_of(m), skin_of(m, 240, 1_200_000)), "no sign of life for 1.20 s"),
        (lambda m: (told_of(m), skin_of(m, 240, 400_000, {"t_us": 5, "dead_man": True})), "dead-man: True"),
        (lambda m: (replace(told_of(m), intact=False, verdict="damaged"), skin_of(m)), "the record: damaged"),
        (lambda m: (replace(told_of(m), end="stopped unanswered"), skin_of(m)), "ended as: stopped"),
        (lambda m: (replace(told_of(m), plan={1: (3, 14_400)}), skin_of(m)), "2 of 3 contractions"),
        (lambda m: (replace(told_of(m), plan={}), skin_of(m)), "never started"),
        (lambda m: (replace(told_of(m), memory=[10**7 * n for n in range(20)]), skin_of(m)), "memory grew by"),
    ],
)
def test_each_promise_of_the_hour_can_fail(measure: Any, broken: Any, said: str) -> None:
    found = measure.hour.wrong(*broken(measure))
    assert found
    assert all(said in one for one in found)


def test_the_protocol_of_the_hour_is_sound_and_has_eight_channels(measure: Any, tmp_path: Path) -> None:
    from nmes.cli.finding import plan_of
    from nmes.runtime.library import load_file

    file = tmp_path / "eight_channels.yaml"
    file.write_text(measure.p.protocol_text(60))
    plan = plan_of(load_file(file), None)
    assert (len(plan.channels), plan.duration_ms, {one.period_us for one in plan.waveforms}) == (8, 3_600_000, {20_000})
