"""Free texts beside the record: none stands in it, each fits its hash, and a missing one is told for what it is."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from nmes.record.chain import Damage, Entry, NewEntry
from nmes.record.disk import Disk
from nmes.record.errors import JournalBroken, NotRecordable
from nmes.record.journal import Journal
from nmes.record.keys import StationKey
from nmes.record.store import read_session
from nmes.record.texts import (
    ERASED,
    MISSING,
    SAID_NOTHING,
    KeptLine,
    Lost,
    Texts,
    kept_lines,
    references,
    take_out,
    text_hash,
    texts_path,
)
from nmes.record.verdicts import verify_chain, verify_session
from nmes.record.verify import Damaged, Intact

Begin = Callable[..., Journal]
BODY = {
    "event": {"type": "Mark", "kind": "fell", "text": "fell"},
    "commands": [
        {"type": "Note", "code": "fell", "values": [["kind", "fell"], ["text", "fell"], ["reason", "fell"], ["n", 3]]},
        {"type": "Halt", "reason": None, "list": [True, ["fell"], ("fell", 1)]},
    ],
}


def salt(size: int) -> bytes:
    return bytes(range(size))


def note(text: str, *texts: str) -> NewEntry:
    return NewEntry("event", {"event": {"type": "Mark", "kind": "note", "text": text}}, "Ada", texts=texts or (text,))


@pytest.fixture
def written(begin: Begin, key: StationKey) -> Path:
    """A signed session with a text that tells something at entry 3 and one that does not at entry 4."""
    journal = begin(signer=key)
    journal.append(note("after running"))
    journal.append(note("12"))
    journal.append(NewEntry("event", {"number": 1}, "Ada"))
    journal.close({"why": "completed"})
    return journal.path


def shown(path: Path) -> list[str]:
    return [one.body["event"]["text"] for one in read_session(path) if "event" in one.body]


def damage(path: Path) -> tuple[int, Damage, str]:
    verdict = verify_session(path).verdict
    assert isinstance(verdict, Damaged), verdict
    return verdict.seq, verdict.kind, verdict.sentence


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in texts_path(path).read_bytes().splitlines()]


def put(path: Path, *kept: KeptLine) -> None:
    texts_path(path).write_bytes(b"".join(map(bytes, kept)))


# --- taking out ---


def test_a_text_is_taken_out_wherever_a_text_or_a_reason_stands_and_nowhere_else() -> None:
    taken = take_out(BODY, ("fell",), salt)
    digest = sha256(b"stim-text/1\x00" + salt(16) + b"fell").hexdigest()
    gone = {"text_sha256": digest}
    assert taken.body == {
        "event": {"type": "Mark", "kind": "fell", "text": gone},
        "commands": [
            {"type": "Note", "code": "fell", "values": [["kind", "fell"], ["text", gone], ["reason", gone], ["n", 3]]},
            {"type": "Halt", "reason": None, "list": [True, ["fell"], ["fell", 1]]},
        ],
    }
    kept = {"hash": digest, "salt": b64encode(salt(16)).decode(), "text": "fell"}
    assert [json.loads(line) for line in taken.lines.splitlines()] == [kept]


def test_nothing_is_taken_out_of_what_nobody_typed() -> None:
    for texts in ((), ("", "  ")):
        taken = take_out(BODY, texts)
        assert taken.body is BODY
        assert taken.lines == b""


def test_the_same_text_has_another_hash_in_each_entry_and_one_in_each() -> None:
    one, two = take_out(BODY, ("fell", "fell")), take_out(BODY, ("fell",))
    assert one.lines.count(b"\n") == 1
    assert one.lines != two.lines


@pytest.mark.parametrize("text", ["no", "12", "x", "STOP!", "..."])
def test_a_text_that_tells_nothing_is_marked(text: str) -> None:
    reference = take_out({"text": text}, (text,), salt).body["text"]
    assert reference == {"text_sha256": text_hash(salt(16), text), "tells": False}


# --- writing ---


def test_no_text_stands_in_the_record_and_each_is_read_from_it(written: Path) -> None:
    assert b"running" not in written.read_bytes()
    assert shown(written) == ["after running", "12"]
    assert isinstance(verify_session(written).verdict, Intact)
    assert texts_path(written).stat().st_mode & 0o777 == 0o600


def test_a_session_without_a_text_has_no_file_of_them(begin: Begin) -> None:
    journal = begin()
    journal.append(NewEntry("event", {"event": {"text": "plain"}}, "Ada"))
    journal.close({"why": "completed"})
    assert not texts_path(journal.path).exists()
    assert shown(journal.path) == ["plain"]


def test_a_text_is_on_the_medium_before_the_entry_that_stands_for_it(begin: Begin) -> None:
    done: list[bytes] = []

    def write(fd: int, data: bytes) -> int:
        done.append(data)
        return disk.write(fd, data)

    disk = Disk()
    journal = begin(Disk(write, lambda _fd: done.append(b"sync")))
    done.clear()
    journal.append(note("one"))
    journal.append(note("two"))
    kinds = ["sync" if one == b"sync" else "text" if b'"salt"' in one else "entry" for one in done]
    assert kinds == ["sync", "text", "sync", "entry", "text", "sync", "entry"], "first of all the name of the new file"


def test_a_text_that_cannot_be_kept_breaks_the_record_before_its_entry(begin: Begin) -> None:
    def write(fd: int, data: bytes) -> int:
        if b'"salt"' in data:
            raise OSError(28, "No space left on device")
        return Disk().write(fd, data)

    journal = begin(Disk(write))
    before = journal.path.read_bytes()
    with pytest.raises(JournalBroken, match="No space left"):
        journal.append(note("after running"))
    assert journal.path.read_bytes() == before


def test_a_text_that_has_no_spelling_writes_nothing(begin: Begin) -> None:
    journal = begin()
    with pytest.raises(NotRecordable):
        journal.append(note("half \ud83d"))
    assert not texts_path(journal.path).exists()
    journal.append(note("whole"))
    assert shown(journal.path) == ["whole"]


# --- reading ---


def test_what_is_gone_reads_as_a_placeholder(written: Path) -> None:
    first, second = (KeptLine(one["hash"], erased="000009-x") for one in lines(written))
    put(written, first, second)
    assert shown(written) == [ERASED, SAID_NOTHING]
    texts_path(written).unlink()
    assert shown(written) == [MISSING, SAID_NOTHING]


def test_a_forged_text_is_not_shown(written: Path) -> None:
    first, second = (KeptLine(**one) for one in lines(written))
    put(written, replace(first, text="before running"), replace(second, salt="not base64"))
    assert shown(written) == [MISSING, SAID_NOTHING]
    put(written, replace(first, text="before running"), first, replace(first, text="x"), second)
    assert shown(written) == ["after running", "12"], "the one that fits is there"


def test_what_is_no_text_beside_a_record_is_passed_over(written: Path) -> None:
    whole = texts_path(written).read_bytes()
    texts_path(written).write_bytes(
        b'{"hash":["x"]}\n[]\n{"hash":"x","other":1}\nnull\n\xff\n{"ha\n{"hash":1}\n{"hash":"x","salt":5,"text":"y"}\n'
        + whole
    )
    assert shown(written) == ["after running", "12"]
    assert len(list(kept_lines(written))) == 2


def test_a_record_that_is_being_written_is_read_along(begin: Begin) -> None:
    journal = begin()
    journal.append(note("one"))
    journal.append(note("two"))
    reading = (one for one in read_session(journal.path) if one.type == "event")
    assert next(reading).body["event"]["text"] == "one"
    journal.append(note("three"))
    assert [one.body["event"]["text"] for one in reading] == ["two", "three"]


def test_a_reference_stands_for_its_text_wherever_it_stands(written: Path) -> None:
    digest = lines(written)[0]["hash"]
    entry = next(read_session(written))
    body = {"list": [1, {"text_sha256": digest}], "number": {"text_sha256": 5}, "deep": {"er": {"text_sha256": "a"}}}
    raw = replace(entry, body=body)
    assert list(references(raw)) == [digest, "5", "a"]
    assert Texts(written).put_back(raw).body == {
        "list": [1, "after running"],
        "number": MISSING,
        "deep": {"er": MISSING},
    }
    assert Texts(written).find("5") is Lost.MISSING


# --- verifying ---


def test_a_missing_text_is_damage_at_its_entry(written: Path) -> None:
    first, second = (KeptLine(**one) for one in lines(written))
    put(written, first)
    said = "Entry 4 holds a free text that is missing, and no erasure of it is on record."
    assert damage(written) == (4, Damage.TEXT, said)
    put(written, KeptLine(first.hash, erased="000009-x"), second)
    assert damage(written)[:2] == (3, Damage.TEXT), "who says it was erased has to have put it on record"
    texts_path(written).unlink()
    assert damage(written)[:2] == (3, Damage.TEXT)
    assert [type(one.verdict) for one in verify_chain(written.parent)] == [Damaged]


def test_a_changed_text_or_salt_is_damage_at_its_entry(written: Path) -> None:
    first, second = (KeptLine(**one) for one in lines(written))
    said = "Entry 3 holds a free text that was changed or replaced."
    put(written, replace(first, text="after rinning"), second)
    assert damage(written) == (3, Damage.TEXT, said)
    put(written, replace(first, salt=b64encode(salt(16)).decode()), second)
    assert damage(written) == (3, Damage.TEXT, said)


def test_every_flipped_byte_of_a_text_and_its_salt_is_damage(written: Path) -> None:
    whole = texts_path(written).read_bytes()
    first = whole.index(b"\n")
    for at in range(first):
        texts_path(written).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert damage(written)[1] is Damage.TEXT, at


def test_a_text_nobody_refers_to_is_no_damage(written: Path) -> None:
    """A crash between a text and its entry leaves one."""
    texts_path(written).write_bytes(texts_path(written).read_bytes() + bytes(KeptLine("a", "b", "c")) + b'{"hash":"x')
    assert isinstance(verify_session(written).verdict, Intact)


def test_a_typed_quote_of_the_mark_is_no_reference(begin: Begin, key: StationKey) -> None:
    journal = begin(signer=key)
    journal.append(NewEntry("event", {"event": {"kind": "text_sha256", "text": '{"text_sha256":"x"}'}}, "Ada"))
    journal.close({"why": "completed"})
    assert isinstance(verify_session(journal.path).verdict, Intact)
    assert shown(journal.path) == ['{"text_sha256":"x"}']


def entries(path: Path) -> list[Entry]:
    return list(read_session(path))


def test_reading_what_cannot_be_opened_says_so(written: Path) -> None:
    texts_path(written).unlink()
    texts_path(written).mkdir()
    with pytest.raises(OSError, match="directory"):
        entries(written)
