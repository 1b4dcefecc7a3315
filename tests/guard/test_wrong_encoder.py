"""The guard alone against encoders that are wrong: whatever they send, what passes stays within the two promises."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from guard.rig import UPDATE, WAVE, Points, Rig, block, encode, update_data
from hypothesis import given, settings
from hypothesis import strategies as st

Mistake = Callable[[int, int, int], tuple[int, int, int]]


def clip(amplitude_ua: int, phase_us: int, period_us: int) -> tuple[int, int, int]:
    """What the fields of the wire can hold at all."""
    amplitude_ua = max(-150_000, min(361_500, amplitude_ua))
    return amplitude_ua, max(1, min(4095, phase_us)), max(500, min(16_383_500, period_us))


def biphasic(phase_us: int, amplitude_ua: int) -> Points:
    return [(phase_us, amplitude_ua), (100, 0), (phase_us, max(-150_000, -amplitude_ua))]


MISTAKES: dict[str, Mistake] = {
    "right": lambda a, w, t: (a, w, t),
    "twice": lambda a, w, t: (2 * a, w, t),
    "ten times": lambda a, w, t: (10 * a, w, t),
    "a hundred times": lambda a, w, t: (100 * a, w, t),
    "bytes swapped": lambda a, w, t: (struct.unpack("<H", struct.pack(">H", a // 500 & 0xFFFF))[0] * 500, w, t),
    "sign flipped": lambda a, w, t: (-a, w, t),
    "halves for mA": lambda a, w, t: (a // 500 * 1000, w, t),
    "phase ten times": lambda a, w, t: (a, 10 * w, t),
    "ms for µs": lambda a, w, t: (a, w, t // 1000),
    "period ten times shorter": lambda a, w, t: (a, w, t // 10),
    "period a hundred times longer": lambda a, w, t: (a, w, t * 100),
}
LEVEL_UA, RAMP_MS, PERIOD_US = 40_000, 2_000, 20_000

steps = st.lists(
    st.tuples(
        st.sampled_from([1_000, 10_000, 25_000, 40_000, 60_000, 500_000]),
        st.integers(0, 90).map(lambda halves: halves * 500),
        st.sampled_from(sorted(MISTAKES)),
        st.booleans(),
    ),
    max_size=60,
)


def passed_updates(moves: list[tuple[int, int, str, bool]]) -> list[tuple[int, int]]:
    """(time_us, amplitude_ua) of what passed; halted guards are started up again as an operator would."""
    rig = Rig()
    passed: list[tuple[int, int]] = []
    for wait_us, wanted_ua, mistake, acknowledge in moves:
        rig.now_us += wait_us
        if rig.guard.latched is not None:
            rig.hear()
            assert rig.guard.unlatch(rig.guard.trips)
            rig.enable()
            assert rig.guard.arm(1, LEVEL_UA, RAMP_MS, 2_500, *WAVE)
            passed.append((rig.now_us, 0))
        amplitude, phase, period = clip(*MISTAKES[mistake](wanted_ua, 300, PERIOD_US))
        data = update_data({1: block(biphasic(phase, amplitude), period)})
        rig.number = (rig.number + 1) % 64
        if rig.guard.write(encode(rig.number, UPDATE, data)):
            passed.append((rig.now_us, abs(amplitude)))
        if acknowledge:
            rig.hear()
    return passed


@pytest.mark.covers("PR-02")
@given(steps)
def test_no_passed_update_is_ever_above_the_confirmed_level(moves: list[tuple[int, int, str, bool]]) -> None:
    assert all(amplitude <= LEVEL_UA for _, amplitude in passed_updates(moves))


@given(steps)
def test_no_passed_updates_ever_rise_faster_than_the_ramp(moves: list[tuple[int, int, str, bool]]) -> None:
    """Over every window: at most the ramp's rate times the time; one update, one step and a turn for idle time.

    The idle time is that of the confirmed waveform, whatever period the encoder writes.
    """
    passed = passed_updates(moves)
    idle_us = max(40_000, PERIOD_US) + 500 * RAMP_MS * 1000 // LEVEL_UA + 20_000
    for first in range(len(passed)):
        rise, before = 0, passed[first][1]
        for now_us, amplitude in passed[first + 1 :]:
            rise += max(0, amplitude - before)
            before = amplitude
            assert rise * RAMP_MS * 1000 <= LEVEL_UA * (now_us - passed[first][0] + idle_us)


def test_one_frame_with_a_wrong_period_does_not_reach_the_level() -> None:
    """The period a hundred times longer, once, and the right frames after it."""
    passed = passed_updates(
        [(1_000_000, LEVEL_UA, "period a hundred times longer", True), (5_000, LEVEL_UA, "right", True)]
    )
    assert all(amplitude < LEVEL_UA for _, amplitude in passed)


@settings(max_examples=40)
@given(st.sampled_from(sorted(MISTAKES)), st.integers(1, 80))
def test_a_single_wrong_frame_never_restarts_a_halted_device(mistake: str, halves: int) -> None:
    rig = Rig()
    rig.climb(LEVEL_UA)
    rig.guard.trip("stop")
    amplitude, phase, period = clip(*MISTAKES[mistake](halves * 500, 300, 20_000))
    before = len(rig.device.raw)
    data = update_data({1: block(biphasic(phase, amplitude), period)})
    assert not rig.send(UPDATE, data)
    assert len(rig.device.raw) == before


@pytest.mark.covers("TH-04")
@given(st.binary(max_size=40))
def test_noise_written_by_mistake_never_reaches_the_device(noise: bytes) -> None:
    rig = Rig()
    rig.guard.write(noise)
    assert noise not in rig.device.raw
    assert rig.rule == "unknown_frame"
