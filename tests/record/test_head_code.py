"""A code read off paper is the one that was printed, or is said to be mistyped."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmes.core.check_character import ALPHABET
from nmes.record.head_code import code_of, holds, read_code

hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
A = "b8042bdafb230ba84e8656faa91f440292c4e52329c345bc9121a34067850b6e"


def test_a_code_worked_out_by_hand() -> None:
    """The values 0 to 19, five bits each, and then the check as ISO 7064 describes it."""
    bits = "".join(f"{value:05b}" for value in range(20))
    digest = f"{int(bits, 2):025x}" + "f" * 39
    product = 32
    for value in range(20):
        product = ((product + value) % 32 or 32) * 2 % 33
    assert code_of(digest) == f"01234-56789-ABCDE-FGHJK-{ALPHABET[(33 - product) % 32]}"
    assert code_of("0" * 64) == "00000-00000-00000-00000-1"


@given(hashes)
def test_every_code_is_read_back_and_holds_its_own_hash_only(digest: str) -> None:
    code = code_of(digest)
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]", code)
    assert holds(read_code(code), digest)
    other = f"{digest[:24]}{int(digest[24], 16) ^ 1:x}{digest[25:]}"
    assert not holds(read_code(code), other), "the last of the hundred bits is in the code"
    assert holds(read_code(code), digest[:25] + "0" * 39), "the others are not"


@pytest.mark.parametrize(
    "respelled",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " "),
        lambda code: code.replace("0", "O").replace("1", "I"),
        lambda code: code.replace("0", "o").replace("1", "l"),
    ],
)
def test_what_a_person_writes_for_it_is_forgiven(respelled: Callable[[str], str]) -> None:
    digest = "0" * 10 + "1" * 15 + A[25:]
    assert read_code(respelled(code_of(digest))) == read_code(code_of(digest))


def test_every_single_wrong_character_is_found() -> None:
    code = code_of(A)
    places = [at for at, character in enumerate(code) if character != "-"]
    for at, character in product(places, ALPHABET):
        if character != code[at]:
            with pytest.raises(ValueError, match="was mistyped: its last character does not fit the others"):
                read_code(code[:at] + character + code[at + 1 :])


def test_nearly_all_neighbours_in_each_others_place_are_found() -> None:
    """ISO 7064's hybrid systems miss one pair in a thousand [source: the standard]."""
    values, missed = range(32), 0
    for a, b in product(values, values):
        bits = "".join(f"{value:05b}" for value in (a, b, *[7] * 18))
        code = code_of(f"{int(bits, 2):025x}" + "0" * 39)
        swapped = code[1] + code[0] + code[2:]
        try:
            missed += read_code(swapped) != read_code(code)
        except ValueError:
            continue
    assert missed <= 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a head code has 21 letters and digits, this one has 0"),
        (code_of(A)[:-2], "this one has 20"),
        (code_of(A) + "0", "this one has 22"),
        ("U" + code_of(A)[1:], "'U' does not occur in a head code"),
        ("*" + code_of(A)[1:], "does not occur"),
        ("é" + code_of(A)[1:], "does not occur"),
    ],
)
def test_what_is_no_code_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read_code(text)
