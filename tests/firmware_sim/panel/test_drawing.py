"""The waveform in text: the numbers of the pulse, its curve, and nothing wider or taller than its room."""

from __future__ import annotations

import pytest

from firmware_sim.panel.state import Channel, Waveform
from firmware_sim.panel.waveform import draw, full_scale, phases

pytestmark = pytest.mark.thorough

POINTS = ((300, 40_000), (100, 0), (300, -40_000))
CURRENTS = tuple([40_000] * 60 + [0] * 20 + [-40_000] * 60)
VOLTS = tuple([12_000 + 800 * i for i in range(60)] + [30_000] * 20 + [-20_000] * 60)
WAVE = Waveform(1, 0, 5, CURRENTS, VOLTS, POINTS, (12_000_000, 0, -12_000_000))
CHANNEL = Channel(1, end_voltage_mv=59_200)


def test_the_phases_are_told_in_ma_and_us() -> None:
    assert phases(WAVE) == "Ch 1 set: +40 mA 300 µs, gap 100 µs, -40 mA 300 µs"


def test_a_pulse_of_sixteen_points_is_told_in_short() -> None:
    many = Waveform(1, 0, 5, (1,), (1,), tuple((10, 500) for _ in range(16)))
    assert phases(many).endswith("and 12 more")


def test_what_flowed_is_told_with_charge_and_voltage() -> None:
    text = "\n".join(draw(WAVE, CHANNEL, 78, 8))
    assert "flowed 40.0 mA, +12.00 -12.00 µC, net +0.000 µC, peak 59.2 V, end 59.2 V" in text


def test_a_net_charge_that_is_not_known_is_not_guessed_from_samples() -> None:
    text = "\n".join(draw(Waveform(1, 0, 5, CURRENTS, VOLTS, POINTS), CHANNEL, 78, 8))
    assert "flowed 40.0 mA, peak" in text
    assert "µC" not in text


def test_a_clipped_pulse_shows_that_less_flowed_than_was_set() -> None:
    clipped = Waveform(1, 0, 5, tuple([20_000] * 60), tuple([150_000] * 60), ((300, 40_000),))
    text = "\n".join(draw(clipped, Channel(1, end_voltage_mv=150_000), 78, 8))
    assert "+40 mA 300 µs" in text
    assert "flowed 20.0 mA" in text
    assert any(row.lstrip().startswith("+40 mA ") for row in text.split("\n")), "the scale is that of what was set"
    assert "peak 150.0 V" in text


def test_wide_rooms_show_current_and_voltage_side_by_side_narrow_ones_below_each_other() -> None:
    wide, narrow = draw(WAVE, CHANNEL, 78, 8), draw(WAVE, CHANNEL, 56, 13)
    assert any("+40 mA" in row and "+60 V" in row for row in wide)
    assert any("+60 V" in row for row in narrow)
    assert not any("mA" in row and "+60 V" in row for row in narrow)
    assert sum("700 µs" in row for row in narrow) == 2


@pytest.mark.parametrize(("width", "height"), [(78, 8), (77, 6), (56, 13), (56, 9), (40, 8), (30, 4), (118, 14)])
def test_nothing_is_wider_or_taller_than_its_room(width: int, height: int) -> None:
    rows = draw(WAVE, CHANNEL, width, height)
    assert len(rows) <= height
    assert max(len(row) for row in rows) <= width


def test_a_channel_without_a_pulse_says_so() -> None:
    assert draw(None, Channel(3), 78, 8) == ["Channel 3: no pulse yet. Choose a channel with 1 to 8 or a click."]


@pytest.mark.parametrize(("most", "scale"), [(0, 1), (1, 1), (39.5, 40), (40, 40), (63.9, 80), (150, 150), (151, 152)])
def test_the_scale_is_a_round_number_that_holds_the_curve(most: float, scale: int) -> None:
    assert full_scale(most) == scale
    assert full_scale(most) >= most
