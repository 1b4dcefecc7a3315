"""`nmes audit verify`: what was done to a record, whose key signed it, whether it holds a head kept elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.conftest import Nmes

from helpers.chain import QUICK, Station
from nmes.cli.audit import gravest
from nmes.record import erase
from nmes.record.chain import NewEntry, decode_line
from nmes.record.clocks import system_clocks
from nmes.record.files import Kind
from nmes.record.head_code import code_of
from nmes.record.journal import Journal
from nmes.record.keys import private_path, public_path, station_key
from nmes.record.ledger import Author


@pytest.fixture
def station(home: Path) -> Station:
    home.mkdir()
    return Station(home)


@pytest.fixture
def kept(station: Station) -> list[Path]:
    """A chain of three signed sessions."""
    return [station.session(), station.session(), station.session()]


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def head_of(path: Path, line: int = -1) -> str:
    """The head code of one entry."""
    return code_of(decode_line(lines_of(path)[line]).hash)


def flip(line: int) -> Callable[[list[bytes]], list[bytes]]:
    def done(lines: list[bytes]) -> list[bytes]:
        at = lines[line - 1].index(b'"type"') + 9
        broken = lines[line - 1][:at] + bytes([lines[line - 1][at] ^ 1]) + lines[line - 1][at + 1 :]
        return [*lines[: line - 1], broken, *lines[line:]]

    return done


# --- whole chains ---


def test_no_records_are_no_error_and_where_it_looked_is_said(nmes: Nmes, home: Path) -> None:
    home.mkdir()
    told = nmes("audit", "verify")
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines()[:2] == ["Patients: no file.", f"Folder: {home / 'records'}"]
    assert "none altered" not in told.out
    assert "Believed" not in told.out
    assert "Head" not in told.out.replace("--head", "").replace("a head", "")


@pytest.mark.parametrize("options", [(), ("1",), ("--head", "T8Y6K-XKEZ0-7ME13-R2KFG-7")])
def test_a_home_that_is_not_there_is_a_wrong_call(nmes: Nmes, home: Path, options: tuple[str, ...]) -> None:
    told = nmes("audit", "verify", *options)
    assert (told.code, told.out) == (2, "")
    assert told.err == f"nmes: there is no folder {home}: nothing can be verified there\n"


@pytest.mark.parametrize("options", [(), ("--all",), ("--patients",)])
def test_intact_records_verify_with_key_and_head_and_say_what_they_cannot_prove(
    nmes: Nmes, kept: list[Path], station: Station, options: tuple[str, ...]
) -> None:
    told = nmes("audit", "verify", *options)
    entries = sum(len(lines_of(path)) for path in kept)
    assert (told.code, told.err) == (0, "")
    assert f"Patients: 3 files, {entries} entries, none altered." in told.out
    assert f"Sealed with the station's key {station.key.id}: 3 files." in told.out
    assert f"Head: {decode_line(lines_of(kept[2])[-1]).hash}" in told.out
    assert f"Head code: {head_of(kept[2])}" in told.out
    assert "cut off, rolled back or replaced shows only with a head code that was kept elsewhere" in told.out
    assert ("Simulation" in told.out) is (options != ("--patients",))


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (flip(1), "DAMAGED at entry 1 (altered): It was changed after it was written."),
        (flip(4), "DAMAGED at entry 4 (altered): It was changed after it was written."),
        (lambda lines: [*lines[:2], *lines[3:]], "DAMAGED at entry 3 (missing)"),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], "DAMAGED at entry 4 (repeated)"),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], "DAMAGED at entry 3 (moved)"),
        (lambda lines: [line.replace(b'":', b'": ', 1) for line in lines], "DAMAGED at entry 1 (respelled)"),
        (lambda lines: lines[:-1], "DAMAGED at entry 7 (cut)"),
    ],
)
def test_damage_is_named_by_session_entry_kind_file_and_line(
    nmes: Nmes, kept: list[Path], change: Callable[[list[bytes]], list[bytes]], said: str
) -> None:
    path = kept[1]
    path.write_bytes(b"".join(change(lines_of(path))))
    told = nmes("audit", "verify")
    assert told.code == 1
    assert "Patients: 3 files, 1 of them NOT INTACT." in told.out
    assert f"First: {path.stem}: {said}" in told.out
    number = re.findall(r"entry (\d+)", said)[0]
    place = f"after its last line, {int(number) - 1}" if "(cut)" in said else f"line {number}"
    assert f"File: {path}, {place}" in told.out
    one = nmes("audit", "verify", "2")
    assert one.code == 1
    assert one.out.startswith(f"{path.stem}: {said}")


def test_every_damaged_session_is_named_the_first_one_first(nmes: Nmes, kept: list[Path]) -> None:
    for path in (kept[0], kept[2]):
        path.write_bytes(path.read_bytes().replace(b"Dr Ada", b"Dr Eve"))
    told = nmes("audit", "verify").out
    assert "3 files, 2 of them NOT INTACT" in told
    assert told.index(f"First: {kept[0].stem}") < told.index(f"Also: {kept[2].stem}")


def test_a_removed_session_shows_in_the_one_after_it(nmes: Nmes, kept: list[Path]) -> None:
    kept[1].unlink()
    told = nmes("audit", "verify")
    assert told.code == 1
    assert f"First: {kept[2].stem}: DAMAGED at entry 1 (missing)" in told.out


def test_a_line_that_a_crash_cut_off_is_3_and_nothing_worse(nmes: Nmes, kept: list[Path]) -> None:
    whole = kept[2].read_bytes()
    kept[2].write_bytes(whole[: -len(lines_of(kept[2])[-1]) - 20])
    for options in ((), ("3",)):
        told = nmes("audit", "verify", *options)
        assert told.code == 3
        assert "TORN: whole up to entry 5; the line after it was cut off" in told.out
        assert f"File: {kept[2]}, line 6" in told.out
    assert "up to entry 2; the entries after it are not vouched for" in told.out
    kept[0].write_bytes(kept[0].read_bytes().replace(b"Dr Ada", b"Dr Eve"))
    assert nmes("audit", "verify").code == 1, "damage is graver"


def test_an_unfinished_session_says_up_to_where_it_is_signed(nmes: Nmes, station: Station) -> None:
    first = station.session()
    path = station.session(why="")
    path.write_bytes(b"".join(lines_of(path)[:-1]))
    told = nmes("audit", "verify")
    assert told.code == 3
    assert "The newest file: The record is sealed with the station's key" in told.out
    assert "up to entry 2; the entries after it are not vouched for." in told.out
    entries, changed = len(lines_of(path)), "what stands after it may have been changed."
    every = len(lines_of(first)) + entries
    chain = f"Patients: 2 files, {every} entries, whole; {path.stem} is signed up to entry 2: {changed}\n"
    assert told.out.startswith(chain)
    for command in ("verify", "show"):
        one = nmes("audit", command, "2").out
        assert f"whole, {entries} entries, signed up to entry 2; {changed}\n" in one
        assert "intact" not in one
    station.session()
    for command in ("verify", "show"):
        assert f"intact, {entries} entries, none altered.\n" in nmes("audit", command, "2").out, "it was told since"


@pytest.mark.thorough
def test_a_newest_file_without_anything_in_it_is_never_intact(
    nmes: Nmes, kept: list[Path], station: Station, tmp_path: Path
) -> None:
    key = tmp_path / "station.pub"
    key.write_bytes(public_path(station.home, station.key.id).read_bytes())
    kept[2].write_bytes(b"")
    for options in ((), ("3",), ("--key", str(key)), ("3", "--key", str(key)), ("--all",)):
        told = nmes("audit", "verify", *options)
        assert told.code == 3, options
        assert f"{kept[2].stem}: EMPTY: its file is empty: nothing is left of it.\n" in told.out
        assert f"File: {kept[2]}\n" in told.out
        assert "intact" not in told.out
        assert "is not signed" not in told.out, "there is nothing to sign"
    for command in ("show", "export", "report"):
        told = nmes("audit", command, "3", *(("--format", "csv") if command == "export" else ()))
        assert told.code == 3, command
    assert ",empty," in nmes("audit", "export", "3", "--format", "csv").out
    assert "RECORD EMPTY: its file is empty: nothing is left of it." in next(
        path.read_text() for path in (station.home / "reports").iterdir()
    )


def test_a_file_in_which_nothing_was_ever_written_is_told_as_that_once_another_follows(
    nmes: Nmes, kept: list[Path], station: Station
) -> None:
    empty = kept[2].with_name("000004-20261125T091500Z-ab.jsonl")
    empty.touch()
    assert nmes("audit", "verify").code == 3
    station.session()
    said = "EMPTY: no entry stands in it; the session after it goes on from the one before it."
    told = nmes("audit", "verify")
    assert (told.code, f"{empty.stem}: {said}\n" in told.out) == (0, True), "named each time"
    told = nmes("audit", "verify", "4")
    assert (told.code, told.out.splitlines()[0]) == (0, f"{empty.stem}: {said}")
    assert ",empty," in nmes("audit", "export", "4", "--format", "csv").out


def test_an_end_that_nothing_vouches_for_is_no_clean_result_of_any_command(nmes: Nmes, station: Station) -> None:
    station.session()
    path = station.session(why="")
    path.write_bytes(b"".join(lines_of(path)[:-1]))
    assert nmes("audit", "verify", "2").code == 3
    for command in ("show", "export", "report"):
        told = nmes("audit", command, "2", *(("--format", "csv") if command == "export" else ()))
        assert told.code == 3, command
    told = nmes("audit", "export", "2", "--format", "csv")
    assert ",unsigned-end," in told.out
    assert f"{path.stem}: this record does not hold as it should" in told.err
    assert nmes("audit", "export", "--all", "--format", "csv").code == 3
    station.session()
    assert nmes("audit", "export", "2", "--format", "csv").code == 0
    assert ",intact," in nmes("audit", "export", "2", "--format", "csv").out


def test_damage_of_a_text_names_the_file_of_the_texts(nmes: Nmes, station: Station, home: Path) -> None:
    journal = Journal.open(home / "records", "s", {"protocol": "x"}, system_clocks(), disk=QUICK, signer=station.key)
    journal.append(NewEntry("event", {"event": {"text": "it felt like ants"}}, "Ada", texts=("it felt like ants",)))
    journal.close({"why": "complete"})
    texts = journal.path.with_suffix(".texts")
    texts.write_bytes(texts.read_bytes().replace(b"ants", b"bees"))
    for options in ((), ("1",)):
        told = nmes("audit", "verify", *options)
        assert told.code == 1
        assert f"File: {texts}, the text of line 3 of {journal.path.name}\n" in told.out


# --- keys ---


def test_whose_key_was_believed_is_said(nmes: Nmes, kept: list[Path], station: Station, tmp_path: Path) -> None:
    own = f"Believed: this station's own keys, beside the records: {station.key.id}. A key kept elsewhere says more: "
    for options in ((), ("1",)):
        assert f"{own}nmes audit verify --key FILE\n" in nmes("audit", "verify", *options).out
    key = tmp_path / "station.pub"
    key.write_bytes(public_path(station.home, station.key.id).read_bytes())
    for options in ((), ("1",)):
        told = nmes("audit", "verify", "--key", str(key), *options).out
        assert f"Believed: the key you gave, {station.key.id}, and no other.\n" in told
        assert "own keys" not in told


def test_a_key_that_is_not_known_is_4(nmes: Nmes, kept: list[Path], station: Station, home: Path) -> None:
    public_path(home, station.key.id).unlink()
    for options in ((), ("1",)):
        assert nmes("audit", "verify", *options).code == 4
    told = nmes("audit", "verify").out
    assert f"KEY NOT KNOWN: {station.key.id} signed 3 files, first {kept[0].stem}." in told
    assert "SEALED WITH A KEY THAT IS NOT KNOWN HERE" in nmes("audit", "verify", "1").out
    kept[1].write_bytes(b"".join(lines_of(kept[1])[:-2]) + b'{"entry"')
    assert nmes("audit", "verify").code == 1, "damage is graver than a key that is not known"


def test_a_torn_end_is_less_than_a_key_that_is_not_known(
    nmes: Nmes, kept: list[Path], station: Station, home: Path
) -> None:
    public_path(home, station.key.id).unlink()
    kept[2].write_bytes(kept[2].read_bytes()[:-20])
    assert nmes("audit", "verify").code == 4


def test_the_gravest_of_several_findings_is_the_exit_code() -> None:
    assert gravest(()) == 0
    assert [gravest(codes) for codes in ((0, 3), (3, 4, 0), (4, 3, 1, 0))] == [3, 4, 1]


def test_a_key_kept_elsewhere_is_believed_and_no_other(
    nmes: Nmes, kept: list[Path], home: Path, tmp_path: Path
) -> None:
    ours = tmp_path / "ours.pub"
    told = nmes("audit", "key", "export", "--to", str(ours))
    assert told.code == 0
    assert nmes("audit", "key", "export").out == ours.read_text() == public_path(home, _id(nmes)).read_text()
    assert nmes("audit", "verify", "--key", str(ours)).code == 0
    other = station_key(tmp_path / "other", QUICK)
    told = nmes("audit", "verify", "--key", str(public_path(tmp_path / "other", other.id)))
    assert told.code == 4
    assert "KEY NOT KNOWN" in told.out


def test_where_a_station_has_had_two_keys_both_are_given(nmes: Nmes, home: Path) -> None:
    """A text of the first key's time was erased in the second's: whoever knows both keys has to find it good."""
    old = Station(home)
    journal = Journal.open(home / "records", "station-1", {}, system_clocks(), disk=QUICK, signer=old.key)
    journal.append(NewEntry("event", {"event": {"text": "it felt like ants"}}, "Ada", texts=("it felt like ants",)))
    journal.close({"why": "complete"})
    private_path(home).unlink()
    new = station_key(home, QUICK)
    author = Author("Ada", "station-1", system_clocks(), new, disk=QUICK)
    erase.erase(home, Kind.PATIENT, [erase.held(home, journal.path, 3)], "she asked", author)
    first, second = (("--key", str(public_path(home, key.id))) for key in (old.key, new))
    assert nmes("audit", "verify").code == 0
    assert nmes("audit", "verify", *first, *second).code == 0
    assert nmes("audit", "verify", *second).code == 4
    assert nmes("audit", "verify", *first).code == 1, "whose erasure that is nobody knows"
    wrong = nmes("audit", "verify", *first, "--key", "nowhere.pub")
    assert (wrong.code, wrong.out) == (2, "")


def _id(nmes: Nmes) -> str:
    return nmes("audit", "key", "show").out.splitlines()[0].split()[-1]


def test_a_key_proves_nothing_about_what_is_not_signed(nmes: Nmes, home: Path, tmp_path: Path) -> None:
    home.mkdir()
    unsigned = Station(home, signed=False)
    unsigned.session()
    told = nmes("audit", "verify")
    assert told.code == 0
    assert "1 file is not signed: only a signed one after it vouches for it." in told.out
    key = public_path(tmp_path / "other", station_key(tmp_path / "other", QUICK).id)
    for options in ((), ("1",)):
        told = nmes("audit", "verify", *options, "--key", str(key))
        assert told.code == 4
        assert "Nothing there is signed: the key that was given proves nothing about it." in told.out


def test_a_chain_without_any_signature_beside_a_key_of_the_station_is_no_zero(nmes: Nmes, home: Path) -> None:
    Station(home, signed=False).session()
    station_key(home, QUICK)
    told = nmes("audit", "verify")
    assert told.code == 4
    assert "Nothing there is signed, although this station has a key." in told.out


@pytest.mark.parametrize("content", [None, b"no key", b"-----BEGIN PRIVATE KEY-----\n"])
def test_what_is_no_key_is_one_error(nmes: Nmes, kept: list[Path], tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "x.pub"
    if content is not None:
        file.write_bytes(content)
    told = nmes("audit", "verify", "--key", str(file))
    assert (told.code, told.out) == (2, "")
    assert str(file) in told.err
    assert len(told.err.splitlines()) == 1


def test_the_key_is_made_when_it_is_asked_for_first_and_is_shown_never(nmes: Nmes, home: Path) -> None:
    told = nmes("audit", "key", "show")
    assert told.code == 0
    assert _id(nmes) in told.out
    private = (home / "keys" / "station.pem").read_text().splitlines()[1]
    assert private not in told.out + nmes("audit", "key", "export").out
    other = station_key(home.parent / "other", QUICK)
    (home / "keys" / "colleague.pub").write_bytes(public_path(home.parent / "other", other.id).read_bytes())
    assert f"Known besides: {other.id}" in nmes("audit", "key", "show").out


def test_a_key_that_cannot_be_read_is_one_error(nmes: Nmes, kept: list[Path], home: Path) -> None:
    (home / "keys" / "station.pem").write_bytes(b"broken")
    for command in ("show", "export"):
        told = nmes("audit", "key", command)
        assert told.code == 1
        assert "put it back from a backup" in told.err


def test_a_file_that_is_there_is_not_written_over_unasked(nmes: Nmes, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "there.pub"
    file.write_bytes(b"mine")
    assert nmes("audit", "key", "export", "--to", str(file)).code == 2
    assert file.read_bytes() == b"mine"
    assert nmes("audit", "key", "export", "--to", str(file), "--force").code == 0
    assert file.read_bytes().startswith(b"-----BEGIN PUBLIC KEY-----")


# --- heads kept elsewhere ---


def test_a_head_is_found_wherever_it_is_in_the_chain(nmes: Nmes, kept: list[Path]) -> None:
    code = head_of(kept[0])
    typed = code.lower().replace("-", "").replace("0", "o").replace("1", "l")
    for text in (code, typed):
        told = nmes("audit", "verify", "--head", text)
        assert told.code == 0
        assert f"is entry 7 of {kept[0].stem}: the chain holds it." in told.out
        assert "A chain is checked against itself" not in told.out, "this is what it needs"
    assert nmes("audit", "verify", "1", "--head", code).code == 0


@pytest.mark.thorough
def test_a_damaged_line_never_ends_the_search_for_a_head(nmes: Nmes, kept: list[Path]) -> None:
    code, lines = head_of(kept[2]), lines_of(kept[0])
    for at in (-4, -30, -66, -70, 3, 12):
        for bit in (1, 4, 32, 128):
            broken = bytearray(lines[0])
            broken[at] ^= bit
            kept[0].write_bytes(b"".join([broken, *lines[1:]]))
            told = nmes("audit", "verify", "--head", code)
            assert told.code == 1, (at, bit, told)


def test_sessions_missing_at_the_end_show_against_a_head_only(nmes: Nmes, kept: list[Path]) -> None:
    code = head_of(kept[2])
    assert nmes("audit", "verify", "--head", code).code == 0
    kept[2].unlink()
    assert nmes("audit", "verify").code == 0, "and it says so: see above"
    told = nmes("audit", "verify", "--head", code)
    assert told.code == 1
    assert f"THE CHAIN DOES NOT HOLD THE HEAD {code}: cut off, rolled back or replaced." in told.out


def test_an_older_file_over_a_newer_shows_against_a_head_only(nmes: Nmes, kept: list[Path]) -> None:
    code, lines = head_of(kept[2]), lines_of(kept[2])
    kept[2].write_bytes(b"".join(lines[:4]))
    assert nmes("audit", "verify").code == 3
    assert nmes("audit", "verify", "--head", code).code == 1


def test_a_head_of_another_session_is_not_this_one_s(nmes: Nmes, kept: list[Path]) -> None:
    told = nmes("audit", "verify", "2", "--head", head_of(kept[0]))
    assert told.code == 1
    assert f"IS OF ANOTHER SESSION: entry 7 of {kept[0].stem}." in told.out


def test_a_head_in_a_damaged_chain_does_not_make_it_good(nmes: Nmes, kept: list[Path]) -> None:
    kept[1].write_bytes(kept[1].read_bytes().replace(b"Dr Ada", b"Dr Eve"))
    assert nmes("audit", "verify", "--head", head_of(kept[0])).code == 1


def test_a_head_of_the_other_chain_is_not_held_by_this_one(nmes: Nmes, kept: list[Path], station: Station) -> None:
    simulated = station.session(kind=Kind.SIMULATION)
    code = head_of(simulated)
    assert nmes("audit", "verify", "--head", code).code == 0
    assert nmes("audit", "verify", "--patients", "--head", code).code == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda code: code[:-1] + ("0" if code[-1] != "0" else "1"), "mistyped: its last character does not fit"),
        (lambda code: code[:-2], "a head code has 21 letters and digits, this one has 20"),
        (lambda code: f"U{code[1:]}", "'U' does not occur in a head code"),
    ],
)
def test_a_mistyped_head_is_one_error(nmes: Nmes, kept: list[Path], change: Callable[[str], str], said: str) -> None:
    told = nmes("audit", "verify", "--head", change(head_of(kept[0])))
    assert (told.code, told.out) == (2, "")
    assert said in told.err


# --- which session ---


@pytest.mark.parametrize("name", ["1", "000001", "000001-2026"])
def test_one_session_is_found_by_its_number_or_the_beginning_of_its_id(nmes: Nmes, kept: list[Path], name: str) -> None:
    told = nmes("audit", "verify", name)
    assert told.code == 0
    assert told.out.startswith(f"{kept[0].stem}: intact, 7 entries, none altered.")
    assert f"Head code: {head_of(kept[0])}" in told.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("0000",), "could be"),
        (("9",), 'there is no session "9"; see: nmes audit list'),
        (("9" * 30,), "there is no session"),
        (("1", "--all"), "give an ID or --all, not both"),
        (("1", "--simulation"), "there is no session"),
    ],
)
def test_what_names_no_session_is_one_error(nmes: Nmes, kept: list[Path], words: tuple[str, ...], said: str) -> None:
    told = nmes("audit", "verify", *words)
    assert (told.code, told.out) == (2, "")
    assert said in told.err


def test_a_record_that_cannot_be_read_is_one_error(nmes: Nmes, kept: list[Path]) -> None:
    kept[1].unlink()
    kept[1].mkdir()
    for options in ((), ("2",)):
        told = nmes("audit", "verify", *options)
        assert told.code == 1
        assert f"{kept[1]}: the record cannot be read: Is a directory" in told.err
