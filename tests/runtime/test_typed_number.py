"""A typed number is read in one way everywhere: point and comma, in each language; what may be two numbers is none."""

from __future__ import annotations

import pytest

from helpers.rows import bundled
from nmes import language
from nmes.cli.who import hertz_mhz
from nmes.core.care_checks import NotEnterable
from nmes.runtime.course_entry import number
from nmes.runtime.typed_number import typed_number
from nmes.ui.typed_settings import areas
from nmes.ui.typed_who import ctf_mhz


@pytest.fixture(params=["en", "de"])
def spoken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(language, "_mark", ["." if request.param == "en" else ","])
    return str(request.param)


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize("typed", ["9.4", "9,4", " 9,40 "])
def test_point_and_comma_are_the_same_in_each_field(typed: str) -> None:
    assert typed_number(typed, 1000) == 9_400
    assert number(typed, "s", 1000) == 9_400
    assert (ctf_mhz(typed), hertz_mhz(typed)) == (9_400, 9_400)
    assert areas(typed.strip().removesuffix("0")) == (940,)


def test_a_mark_between_thousands_is_refused_and_the_languages_own_mark_is_none(spoken: str) -> None:
    own, other = (".", ",") if spoken == "en" else (",", ".")
    assert typed_number(f"1{own}200", 1000) == 1_200
    assert typed_number(f"1{other}200", 1000) is None
    assert typed_number(f"1{other}20", 1000) == 1_200
    with pytest.raises(NotEnterable):
        number(f"1{other}200", "N", 1000)


@bundled("typed", ["", "x", "-1", "1e3", "1.2345", "1,2,3", "1.", ".5", "\u0661", "1234567", "9 4"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert typed_number(typed, 1000) is None


def test_nothing_is_rounded_and_nothing_is_longer_than_it_may_be() -> None:
    assert (typed_number("9.45", 10), typed_number("9.4", 10), typed_number("9.0", 1)) == (None, 94, 9)
    assert (typed_number("1000", 1, digits=3), typed_number("0999", 1, digits=4)) == (None, 999)
