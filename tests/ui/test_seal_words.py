"""Who vouches for a record is told with its verdict, and its head as a code: whole, unknown key, not whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nmes.record.chain import Damage, Head
from nmes.record.head_code import code_of
from nmes.record.verdicts import Sealed, SessionVerdict
from nmes.record.verify import Damaged, Intact, Torn, Verdict
from nmes.ui.seal_words import LIMITS, chain_words, mark, seal_lines

HASH = "0123456789abcdef" * 4
HEAD = Head("s1", 12, HASH)
CODE = f"Head code: {code_of(HASH)}"
KEY = Sealed("80445b7b115b0d4a", 12, known=True)
STRANGE = Sealed("80445b7b115b0d4a", 12, known=False)
PENDING = Sealed("80445b7b115b0d4a", 2, known=True, pending=True)


def found(verdict: Verdict, sealed: Sealed | None = KEY, session: str = "s1") -> SessionVerdict:
    return SessionVerdict(session, Path(session), verdict, sealed)


WHOLE = found(Intact(HEAD, 12))
BROKEN = found(Damaged(HEAD, 13, Damage.ALTERED, ""), session="s2")


def test_a_sound_record_tells_its_key_and_its_head() -> None:
    assert seal_lines(WHOLE) == ["The record is sealed with the station's key 80445b7b115b0d4a up to its end.", CODE]
    assert seal_lines(found(Torn(HEAD, 12, b"{")))[-1] == CODE
    assert seal_lines(found(Intact(None, 0), None)) == [
        "The record is not sealed by a station: nothing vouches for it but its chain."
    ]


def test_a_damaged_record_has_no_head_to_write_down() -> None:
    assert not any("Head code" in line for line in seal_lines(BROKEN))


def test_a_key_that_is_not_known_is_loud_and_has_a_sign_of_its_own() -> None:
    strange = found(Intact(HEAD, 12), STRANGE)
    assert seal_lines(strange)[0].startswith("✖ THE RECORD IS SEALED WITH A KEY THAT IS NOT KNOWN HERE")
    assert [mark(one) for one in (WHOLE, strange, BROKEN, found(Intact(HEAD, 12), None))] == ["✓", "?", "✖", "✓"]


def test_a_whole_chain_tells_its_head_and_what_that_is_worth() -> None:
    assert chain_words([WHOLE, WHOLE], {"s1"}) == (f"✓ 2 records verified, all intact. {LIMITS} {CODE}", False)
    assert chain_words([], set()) == (f"✓ 0 records verified, all intact. {LIMITS}", False)


def test_an_end_that_nothing_vouches_for_yet_is_not_called_intact_and_one_that_a_later_session_tells_is() -> None:
    pending, told = found(Intact(HEAD, 12), PENDING, "s3"), found(Intact(HEAD, 12), replace(PENDING, pending=False))
    assert [mark(one) for one in (pending, told)] == ["?", "✓"]
    assert mark(found(Intact(HEAD, 12), replace(PENDING, known=False))) == "?"
    assert chain_words([WHOLE, pending], {"s1", "s3"}) == (
        "✓ 2 records verified, all whole. ? 1 is not signed to its end: what stands after its last signature may have "
        f"been changed. {LIMITS} {CODE}",
        True,
    )
    assert "may have been changed. Not signed to its end: s3. " in chain_words([pending], {"s1"})[0]
    said, loud = chain_words([BROKEN, pending], {"s2", "s3"})
    assert (said.count("✓"), said.count("✖"), said.count("?"), loud) == (0, 1, 1, True)
    assert chain_words([told], {"s1"}) == (f"✓ 1 record verified, all intact. {LIMITS} {CODE}", False)


def test_what_is_not_intact_and_not_in_the_list_is_named() -> None:
    assert chain_words([BROKEN, WHOLE], {"s1", "s2"}) == (f"✖ 1 record is NOT INTACT. {LIMITS}", True)
    told, loud = chain_words([BROKEN, found(Intact(HEAD, 12), STRANGE)], {"s1"})
    assert loud
    assert told.startswith("✖ 1 record is NOT INTACT. Not intact: s2. ✖ 1 is signed with a key that is not known here.")
