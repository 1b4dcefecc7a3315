"""The last character finds a slip of the pen."""

from __future__ import annotations

from itertools import product

from nmes.core.check_character import ALPHABET, check

VALUES = range(len(ALPHABET))


def test_the_characters_are_those_that_no_reader_confuses() -> None:
    assert (len(set(ALPHABET)), set("ILOU") & set(ALPHABET)) == (32, set())


def test_a_check_worked_out_by_hand() -> None:
    assert check([0, 0, 0, 0, 0, 0]) == 31, "31, 29, 25, 17, 1, 2; 33 - 2 = 31"
    assert check([]) == 1


def test_every_single_wrong_character_is_found() -> None:
    for before, after in product((0, 9, 31), (0, 5, 30)):
        assert len({check([before, value, after]) for value in VALUES}) == len(ALPHABET)


def test_of_two_neighbours_that_were_exchanged_all_but_one_in_496_are_found() -> None:
    pairs = [(before, a, b) for before in VALUES for a in VALUES for b in VALUES if b < a]
    missed = sum(check([before, a, b]) == check([before, b, a]) for before, a, b in pairs)
    assert len(pairs) == 496 * missed
