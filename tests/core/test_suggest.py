"""What a person who mistyped a word or a code may have meant."""

from __future__ import annotations

from nmes.core.suggest import like, nearest


def test_the_nearest_word_is_asked_for_and_none_where_none_is_near() -> None:
    assert nearest("phase", ["phase_us", "pause_s"]) == 'did you mean "phase_us"?'
    assert nearest("puase_s", ["phase_us", "pause_s"]) == 'did you mean "pause_s"?'
    assert nearest("quite other", ["phase_us"]) == ""


def test_codes_like_one_are_those_in_other_capitals_then_the_near_ones() -> None:
    assert set(like("P-02O", ["P-020", "P-021", "P-020", "X-999"])) == {"P-020", "P-021"}
    assert like("P-017", ["p-017", "P-018", "P-017", ""])[0] == "p-017"
    assert "P-017" not in like("P-017", ["P-017"])
    assert like("quite-other", ["P-017", ""]) == ()
