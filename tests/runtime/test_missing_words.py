"""What is missing, in words: one phrase for what many channels lack, none for what is there."""

from __future__ import annotations

from nmes.runtime.missing_words import missing_words


def test_nothing_missing_is_no_phrase() -> None:
    assert missing_words(()) == ()


def test_what_many_channels_lack_is_one_phrase_and_each_channel_stands_once() -> None:
    codes = ("level:1:0", "level:1:1", "level:3:0", "felt:1", "felt:3")
    assert missing_words(codes) == ("the levels of channels 1, 3", "felt in the right place, channels 1, 3")


def test_one_channel_is_one_channel() -> None:
    assert missing_words(("skin:2", "nrs")) == ("the skin under channel 2", "pain, 0 to 10")


def test_outcomes_are_counted_because_their_names_are_long() -> None:
    assert missing_words(("outcome:a: b", "outcome:c")) == ("2 outcomes, or why not",)
    assert missing_words(("outcome:a",)) == ("1 outcome, or why not",)


def test_everything_a_session_can_miss_has_words() -> None:
    codes = ("screening", "read:code", "read:side", "pads", "patient_stop", "nrs", "adverse", "sign")
    assert all(words != code for words, code in zip(missing_words(codes), codes, strict=True))


def test_a_code_that_nobody_worded_is_shown_as_it_is() -> None:
    assert missing_words(("new:thing",)) == ("new:thing",)
