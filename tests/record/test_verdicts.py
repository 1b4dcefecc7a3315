"""Whether a session, and the whole chain, holds: what was done to it is named, and nobody else is accused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.damage import first_damage
from nmes.record import verdicts
from nmes.record.chain import Damage
from nmes.record.files import session_names
from nmes.record.journal import Journal
from nmes.record.verdicts import CUT_OFF, verify_chain, verify_session
from nmes.record.verify import Damaged, Intact, Torn

Begin = Callable[..., Journal]
Session = Callable[..., Path]


def kinds(folder: Path) -> list[object]:
    found = [one.verdict for one in verify_chain(folder)]
    return [(v.seq, v.kind) if isinstance(v, Damaged) else type(v) for v in found]


def cut(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:-length])


def test_a_whole_chain_is_intact(session: Session, folder: Path) -> None:
    paths = [session() for _ in range(4)]
    assert kinds(folder) == [Intact] * 4
    assert first_damage(verify_chain(folder)) is None
    assert all(isinstance(verify_session(path).verdict, Intact) for path in paths)
    assert list(verify_chain(folder.parent / "none")) == []


def test_a_changed_byte_in_any_session_is_named_by_file_and_entry(session: Session, folder: Path) -> None:
    paths = [session() for _ in range(3)]
    for path in paths:
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b'"number":1', b'"number":7'))
        found = first_damage(verify_chain(folder))
        assert found is not None
        assert (found[0].session, found[0].path, found[1].seq, found[1].kind) == (path.stem, path, 3, Damage.ALTERED)
        assert kinds(folder).count(Intact) == 2
        path.write_bytes(whole)


def test_a_removed_session_shows_unless_it_is_the_last(session: Session, folder: Path) -> None:
    paths = [session() for _ in range(4)]
    for gone in range(4):
        whole = paths[gone].read_bytes()
        paths[gone].unlink()
        expected: list[object] = [Intact] * 3
        if gone < 3:
            expected[gone] = (1, Damage.MISSING)
        assert kinds(folder) == expected
        paths[gone].write_bytes(whole)
    assert kinds(folder) == [Intact] * 4


def test_an_emptied_session_is_the_one_that_is_named(session: Session, folder: Path) -> None:
    paths = [session() for _ in range(3)]
    paths[1].write_bytes(b"")
    assert kinds(folder) == [Intact, (1, Damage.CUT), Intact]
    assert isinstance(verify_session(paths[0]).verdict, Intact), "an empty session says nothing of the one before"
    assert isinstance(verify_session(paths[1]).verdict, Damaged)
    assert isinstance(verify_session(paths[2]).verdict, Damaged)


def test_a_cut_off_end_is_named_in_the_session_that_was_cut(session: Session, folder: Path) -> None:
    paths = [session() for _ in range(3)]
    cut(paths[0], len(paths[0].read_bytes().splitlines(keepends=True)[-1]))
    assert kinds(folder) == [(5, Damage.CUT), Intact, Intact]
    found = verify_session(paths[0]).verdict
    assert isinstance(found, Damaged)
    assert (found.seq, found.kind, found.sentence) == (5, Damage.CUT, CUT_OFF)


def test_a_next_session_that_cannot_be_believed_accuses_nobody(session: Session) -> None:
    paths = [session() for _ in range(2)]
    whole = paths[1].read_bytes()
    paths[1].write_bytes(whole.replace(b"calf-cramp", b"calf-tramp"))
    assert isinstance(verify_session(paths[0]).verdict, Intact)
    paths[1].write_bytes(b"".join(whole.splitlines(keepends=True)[1:]))
    assert isinstance(verify_session(paths[0]).verdict, Intact)


def test_an_empty_session_after_a_damaged_one_is_not_accused(session: Session, folder: Path) -> None:
    paths = [session() for _ in range(3)]
    lines = paths[0].read_bytes().splitlines(keepends=True)
    paths[0].write_bytes(b"".join([*lines[:-1], lines[-1].replace(b"completed", b"postponed")]))
    paths[1].write_bytes(b"")
    assert kinds(folder) == [(5, Damage.ALTERED), Intact, Intact]


def test_a_torn_line_is_forgiven_in_the_newest_session_only(session: Session, folder: Path) -> None:
    paths = [session() for _ in range(2)]
    cut(paths[1], 20)
    assert kinds(folder) == [Intact, Torn]
    assert isinstance(verify_session(paths[1]).verdict, Torn)
    with paths[0].open("ab") as file:
        file.write(b'{"entry":{')
    assert kinds(folder) == [(6, Damage.FOREIGN), Torn]
    assert isinstance(verify_session(paths[0]).verdict, Damaged)


def test_sessions_in_each_other_s_place_are_foreign(session: Session, folder: Path) -> None:
    one, two = session(), session()
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    assert kinds(folder) == [(1, Damage.FOREIGN), (1, Damage.FOREIGN)]


def test_a_copy_of_a_session_under_another_name_is_foreign(session: Session, folder: Path) -> None:
    path = session()
    (folder / "000002-20261121T091500Z-abcdef.jsonl").write_bytes(path.read_bytes())
    assert kinds(folder) == [Intact, (1, Damage.FOREIGN)]


def test_an_older_file_put_back_over_a_newer_is_caught_by_what_follows_only(session: Session, folder: Path) -> None:
    path = session()
    newer = path.read_bytes()
    older = b"".join(newer.splitlines(keepends=True)[:2])
    path.write_bytes(older)
    assert kinds(folder) == [Intact]  # nothing follows: only a head kept elsewhere would tell
    path.write_bytes(newer)
    session()
    path.write_bytes(older)
    assert kinds(folder) == [(3, Damage.CUT), Intact]


def test_one_session_is_verified_against_the_end_of_those_before(session: Session, folder: Path) -> None:
    paths = [session() for _ in range(3)]
    paths[0].unlink()
    found = verify_session(paths[1]).verdict
    assert isinstance(found, Damaged)
    assert (found.seq, found.kind) == (1, Damage.MISSING)
    assert isinstance(verify_session(paths[2]).verdict, Intact)


def test_a_listing_of_the_folder_that_is_known_is_not_made_again(
    session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks about many sessions of ten thousand looks into the folder once."""
    paths = [session() for _ in range(4)]
    paths[1].unlink()
    names, known = session_names(folder), [verify_session(path) for path in (paths[0], *paths[2:])]
    monkeypatch.setattr(verdicts, "session_names", None)
    assert [verify_session(path, names=names) for path in (paths[0], *paths[2:])] == known
    assert [type(found.verdict) for found in known] == [Intact, Damaged, Intact]


def test_a_file_that_its_folder_does_not_list_is_held_against_its_place(session: Session, folder: Path) -> None:
    """Such as one that came between the listing and the question."""
    paths = [session() for _ in range(3)]
    names = [path.name for path in paths if path != paths[1]]
    assert isinstance(verify_session(paths[1], names=names).verdict, Intact)
    cut(paths[1], 1)
    assert isinstance(verify_session(paths[1], names=names).verdict, Damaged)


def test_one_session_is_not_held_to_account_for_a_damaged_one_before(session: Session) -> None:
    paths = [session() for _ in range(2)]
    lines = paths[0].read_bytes().splitlines(keepends=True)
    paths[0].write_bytes(b"".join([*lines[:-1], lines[-1].replace(b"completed", b"postponed")]))
    assert isinstance(verify_session(paths[1]).verdict, Intact)
    assert isinstance(verify_session(paths[0]).verdict, Damaged)
