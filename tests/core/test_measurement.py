"""What follows from a measured value: targets, caps and percentages, and never anything of another slot or channel."""

from __future__ import annotations

import pytest

from helpers.rows import bundled
from nmes.core import measurement as m
from nmes.core.delivery import Slot
from nmes.core.events import What

ONE, OTHER = Slot(1, 0), Slot(1, 1)
SHARES = m.Aim("pct_max_tolerated", 550, 850)


@pytest.mark.parametrize("code", ["P-017", "a", "0", "_", "x" * 32, "Kim_2"])
def test_a_code_is_letters_digits_and_two_signs(code: str) -> None:
    assert m.is_code(code)


@bundled("text", ["", "Ada Lovelace", "Ada,L", "x" * 33, "P/17", "Ä1", "P-017\n", "٣"])
def test_what_looks_like_a_name_or_a_path_is_no_code(text: str) -> None:
    assert not m.is_code(text)


@pytest.mark.parametrize(
    ("note", "typed"),
    [
        ({"what": "ctf", "value_mhz": 16_000, "level_ua": 30_000}, False),
        ({"what": "ctf", "value_mhz": 16_000, "level_ua": 30_000, "typed": 1}, True),
        ({"what": "ctf", "value_mhz": 16_000}, True),
        ({"what": "mvic_mn", "value_mn": 16_000}, False),
    ],
)
def test_a_threshold_is_measured_only_with_the_level_of_its_train(note: dict[str, object], typed: bool) -> None:
    assert m.is_typed(note) is typed


def test_a_new_value_takes_the_place_of_the_same_thing_only() -> None:
    first = m.Measured(What.MAX_TOLERATED, 1, 30_000, ONE)
    other = m.Measured(What.MAX_TOLERATED, 1, 20_000, OTHER)
    again = m.Measured(What.MAX_TOLERATED, 1, 32_000, ONE)
    force = m.Measured(What.MVIC, 1, 100_000)
    assert m.with_value((first, other, force), again) == (other, force, again)
    assert m.value_of((first, other, force), What.MVIC, 1) == 100_000
    assert m.value_of((first, other, force), What.MVIC, 2) is None


def test_target_and_cap_are_shares_of_what_that_slot_tolerated_on_the_grid_and_rounded_down() -> None:
    found = (m.Measured(What.MAX_TOLERATED, 1, 31_000, ONE), m.Measured(What.MOTOR_THRESHOLD, 1, 9_000, OTHER))
    assert m.target_ua(SHARES, found, ONE, 500) == 17_000  # 17.05 mA
    assert m.cap_ua(SHARES, found, ONE, 500) == 26_000  # 26.35 mA
    assert m.target_ua(SHARES, found, OTHER, 500) is None
    assert m.cap_ua(SHARES, (), ONE, 500) is None


@pytest.mark.parametrize("aim", [m.NO_AIM, m.Aim("max_tolerated"), m.Aim("pct_mvic", 550, 850)])
def test_other_aims_have_no_share_of_what_is_tolerated(aim: m.Aim) -> None:
    found = (m.Measured(What.MAX_TOLERATED, 1, 31_000, ONE),)
    assert m.target_ua(aim, found, ONE, 500) is None
    assert m.cap_ua(aim, found, ONE, 500) is None


def test_no_ceiling_in_the_protocol_is_no_cap() -> None:
    found = (m.Measured(What.MAX_TOLERATED, 1, 31_000, ONE),)
    assert m.cap_ua(m.Aim("pct_max_tolerated", 550), found, ONE, 500) is None


def test_the_evoked_force_is_a_share_of_the_strongest_contraction_once_both_are_known() -> None:
    most, evoked = m.Measured(What.MVIC, 1, 120_000), m.Measured(What.EVOKED, 1, 30_000)
    assert m.mvic_permille((most, evoked), 1) == 250
    assert m.mvic_permille((most,), 1) is None
    assert m.mvic_permille((evoked,), 1) is None
    assert m.mvic_permille((most, evoked), 2) is None


def test_a_force_is_aimed_at_only_where_the_protocol_wants_a_share_of_it() -> None:
    most = (m.Measured(What.MVIC, 1, 120_000),)
    assert m.target_mn(m.Aim("pct_mvic", 400), most, 1) == 48_000
    assert m.target_mn(m.Aim("pct_mvic", 400), (), 1) is None
    assert m.target_mn(SHARES, most, 1) is None


@pytest.mark.parametrize(
    ("days", "old", "future"), [(-1, False, True), (0, False, False), (21, False, False), (22, True, False)]
)
def test_a_value_is_old_after_three_weeks_and_none_comes_from_tomorrow(days: int, old: bool, future: bool) -> None:
    origin = m.Origin(m.From.MEASURED, 18_000, 48_000, "P-017", "left", "calf", "000001-x", "2026-01-01", days)
    assert (origin.old, origin.from_the_future) == (old, future)
