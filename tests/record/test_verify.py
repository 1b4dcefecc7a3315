"""Every kind of damage is found, at the entry where it begins; only an unfinished last line is forgiven."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import combinations

import pytest

from nmes.record.chain import GENESIS, Damage, Head, NewEntry, Origin, Stamp, decode_line, encode_line
from nmes.record.verify import Damaged, Intact, Torn, Verdict, is_torn, verify_lines

Lines = Callable[..., list[bytes]]
N = 6


def verify(data: bytes | list[bytes], prev: str | None = GENESIS, session: str | None = "s1") -> Verdict:
    raw = data if isinstance(data, bytes) else b"".join(data)
    return verify_lines(io.BytesIO(raw), prev, session)


def damage(verdict: Verdict) -> tuple[int, Damage]:
    assert isinstance(verdict, Damaged), verdict
    assert verdict.sentence.endswith(".")
    assert (verdict.head.seq if verdict.head else 0) == verdict.seq - 1
    return verdict.seq, verdict.kind


def forged(line: bytes, prev: str | None = None, **body: object) -> bytes:
    """An entry rewritten with a hash that fits, by someone who knows how."""
    e = decode_line(line)
    new = NewEntry(e.type, dict(e.body) | body, e.actor)
    at = Stamp(1_795_252_500_000, e.t_mono_ns)
    return encode_line(new, at, Origin(e.station, e.session, e.boot_id), e.seq, e.prev if prev is None else prev)[0]


def test_a_whole_session_is_intact_and_its_head_is_its_last_hash(lines: Lines) -> None:
    chain = lines(N)
    assert verify(chain) == Intact(Head("s1", N, decode_line(chain[-1]).hash), N)
    assert verify(chain, session=None) == verify(chain, prev=None) == verify(chain)


def test_a_session_without_entries_has_no_head() -> None:
    assert verify(b"") == Intact(None, 0)
    assert verify(b'{"entry":{"ac') == Torn(None, 0, b'{"entry":{"ac')


@pytest.mark.thorough
@pytest.mark.parametrize("flip", [1, 0x20, 0x80, 0xFF])
def test_every_changed_byte_is_found_in_the_entry_where_it_is(lines: Lines, flip: int) -> None:
    chain = lines(3)
    data = b"".join(chain)
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]
        assert damage(verify(changed))[0] == data[:at].count(b"\n") + 1, at


def test_every_byte_turned_into_a_newline_is_found(lines: Lines) -> None:
    data = b"".join(lines(3))
    for at in (at for at in range(len(data)) if data[at : at + 1] != b"\n"):
        seq, kind = damage(verify(data[:at] + b"\n" + data[at + 1 :]))
        assert (seq, kind) == (data[:at].count(b"\n") + 1, Damage.ALTERED)


def test_every_truncation_is_torn_in_its_last_line_only(lines: Lines) -> None:
    chain = lines(3)
    data = b"".join(chain)
    for cut in range(len(data)):
        whole = data[:cut].count(b"\n")
        tail = data[:cut].rpartition(b"\n")[2]
        head = Head("s1", whole, decode_line(chain[whole - 1]).hash) if whole else None
        assert verify(data[:cut]) == (Torn(head, whole, tail) if tail else Intact(head, whole))


def test_an_unfinished_line_before_the_last_is_damage(lines: Lines) -> None:
    chain = lines(N)
    assert damage(verify([*chain[:2], chain[2][:-40], b"\n", *chain[3:]])) == (3, Damage.ALTERED)
    assert damage(verify([*chain[:2], chain[2][:-40], *chain[3:]])) == (3, Damage.ALTERED)


def test_every_removed_entry_is_missing(lines: Lines) -> None:
    chain = lines(N)
    for gone in range(N - 1):
        assert damage(verify(chain[:gone] + chain[gone + 1 :])) == (gone + 1, Damage.MISSING)


def test_a_removed_end_shows_only_in_the_head(lines: Lines) -> None:
    chain = lines(N)
    cut = verify(chain[:-1])
    assert isinstance(cut, Intact)
    assert cut.head != Head("s1", N, decode_line(chain[-1]).hash)


def test_every_repeated_entry_is_found(lines: Lines) -> None:
    chain = lines(N)
    for twice in range(N):
        for after in range(twice, N):
            changed = [*chain[: after + 1], chain[twice], *chain[after + 1 :]]
            assert damage(verify(changed)) == (after + 2, Damage.DUPLICATED)


def test_every_two_swapped_entries_are_out_of_order(lines: Lines) -> None:
    for a, b in combinations(range(N), 2):
        chain = lines(N)
        chain[a], chain[b] = chain[b], chain[a]
        assert damage(verify(chain)) == (a + 1, Damage.ORDER)


def test_a_gap_is_missing_also_when_what_follows_cannot_be_read(lines: Lines) -> None:
    chain = lines(N)
    assert damage(verify([*chain[:1], *chain[2:4], b"rubbish\n"])) == (2, Damage.MISSING)


def test_two_spliced_sessions_are_found_where_the_other_begins(lines: Lines) -> None:
    ours, theirs = lines(N), lines(N, session="s2")
    for at in range(N):
        assert damage(verify(ours[:at] + theirs[at:])) == (at + 1, Damage.FOREIGN)
        assert damage(verify([*ours[:at], theirs[at], *ours[at:]])) == (at + 1, Damage.FOREIGN)
    assert damage(verify(ours + theirs, session=None)) == (N + 1, Damage.FOREIGN)


def test_an_entry_of_another_station_is_foreign(lines: Lines) -> None:
    ours, theirs = lines(N), lines(N, station="station-2")
    assert damage(verify(ours[:3] + theirs[3:])) == (4, Damage.FOREIGN)


def test_a_session_that_does_not_follow_the_one_before_is_named(lines: Lines) -> None:
    assert damage(verify(lines(N), prev="ab" * 32)) == (1, Damage.MISSING)


def test_a_rewritten_entry_with_a_fitting_hash_shows_in_the_next(lines: Lines) -> None:
    for at in range(N - 1):
        chain = lines(N)
        chain[at] = forged(chain[at], number=99)
        assert damage(verify(chain)) == (at + 2, Damage.REPLACED)


def test_a_chain_rewritten_to_its_end_is_not_caught_but_its_head_is_another(lines: Lines) -> None:
    chain = lines(N)
    whole = verify(chain)
    chain[3] = forged(chain[3], number=99)
    for at in range(4, N):
        chain[at] = forged(chain[at], prev=decode_line(chain[at - 1]).hash)
    rewritten = verify(chain)
    assert isinstance(whole, Intact)
    assert isinstance(rewritten, Intact)
    assert rewritten.head != whole.head


@pytest.mark.parametrize("tail", [b"", b"{", b"\x00" * 50, b"\xff\xfe", b'{"entry":{"a":"\xc3', b"{}", b"[" * 99999])
def test_what_a_crash_can_leave_is_torn(tail: bytes) -> None:
    assert is_torn(tail)


@pytest.mark.parametrize("tail", [b"{} ", b"{}{", b"{}\x00", b'{"a":1}x', b"1 1"])
def test_a_whole_line_with_more_behind_it_is_no_crash(tail: bytes) -> None:
    assert not is_torn(tail)
