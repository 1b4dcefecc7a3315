"""Periods round to the longer one the device has: a frequency is never exceeded. What a device has, it says."""

from dataclasses import replace

from helpers.rows import bundled
from tests.core.protocol_making import DEVICE, FINE_DEVICE


@bundled(
    ("hertz", "half_ms_grid_us", "quarter_ms_grid_us"),
    [
        (2, 500_000, 500_000),
        (15, 67_000, 66_750),
        (30, 33_500, 33_500),
        (33, 30_500, 30_500),
        (35, 29_000, 28_750),
        (45, 22_500, 22_250),
        (50, 20_000, 20_000),
        (60, 17_000, 16_750),
        (65, 15_500, 15_500),
        (70, 14_500, 14_500),
        (75, 13_500, 13_500),
        (85, 12_000, 12_000),
        (90, 11_500, 11_250),
        (110, 9_500, 9_250),
        (120, 8_500, 8_500),
        (130, 8_000, 7_750),
        (150, 7_000, 6_750),
    ],
)
def test_the_period_is_the_next_longer_one(hertz: int, half_ms_grid_us: int, quarter_ms_grid_us: int) -> None:
    wanted_us = -(-1_000_000 // hertz)
    assert DEVICE.longer_period_us(wanted_us) == half_ms_grid_us
    assert FINE_DEVICE.longer_period_us(wanted_us) == quarter_ms_grid_us


def test_a_period_shorter_than_the_device_can_make_becomes_its_shortest() -> None:
    assert DEVICE.longer_period_us(1) == 500


def test_a_device_says_whether_it_ends_by_itself_and_whether_it_plays_a_list() -> None:
    assert [replace(DEVICE, watchdog_ms=ms).has_dead_man for ms in (0, 1, 2_000)] == [False, True, True]
    assert [replace(DEVICE, group_slot_us=us).has_list for us in (0, 1, 1_500)] == [False, True, True]
