"""A code tells nothing of a person, and shows most slips."""

from __future__ import annotations

from random import Random

from nmes.core.check_character import ALPHABET
from nmes.core.measurement import is_code
from nmes.core.pseudonym import RANDOM_BITS, code_of, is_mistyped

CODES = [code_of(Random(seed).getrandbits(RANDOM_BITS)) for seed in range(40)]


def test_every_random_number_has_its_own_code_and_it_may_stand_for_a_patient() -> None:
    assert code_of(0) == "P-000000Z", "worked by hand: 31, 29, 25, 17, 1, 2; 33 - 2 = 31"
    assert len(set(CODES)) == len(CODES)
    assert all(is_code(code) and not is_mistyped(code) for code in CODES)


def test_one_wrong_character_or_two_exchanged_ones_are_found() -> None:
    for code in CODES[:8]:
        for at in range(2, len(code)):
            for letter in ALPHABET:
                wrong = f"{code[:at]}{letter}{code[at + 1 :]}"
                assert is_mistyped(wrong) is (wrong != code)
            swapped = f"{code[:at]}{code[at + 1 : at + 2]}{code[at]}{code[at + 2 :]}"
            assert is_mistyped(swapped) is (swapped != code), swapped


def test_a_clinics_own_code_is_never_called_mistyped() -> None:
    assert not any(is_mistyped(code) for code in ("P-017", "anna", "P-12345678", "p-0000000"))
