"""`nmes protocols copy`, `new`, `diff`, `explain`, `schema`: an own protocol, and what is said of any."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from cli.conftest import CRAMP, Nmes, process

from nmes.core.protocol import Protocol
from nmes.core.screening import CATALOGUE, always_asked
from nmes.runtime.library import Library, load_file, shipped_folder

TENS = "tens_conventional"
GIVEN = {
    "id": "my_calf",
    "title": "Calf, gently",
    "indication": "Weak calves: after a cast",
    "regions": "calf",
    "muscle": "gastrocnemius",
    "position": "Sitting",
    "sites": "calf_medial_head, calf_distal",
    "frequency-hz": "35",
    "phase-us": "250",
}
TYPED = [
    *("my_calf", "Calf, gently", "", "", "Weak calves: after a cast", "calf", "gastrocnemius", "", "Sitting"),
    *("calf_medial_head, calf_distal", "", "35", "250", "", "", "", "", "", "", "", ""),
]
"""The same answers as they are typed, an empty line for each default."""


def options(**changes: str) -> list[str]:
    """Options of `new`; an empty text leaves one out."""
    given = {**GIVEN, **{name.replace("_", "-"): text for name, text in changes.items()}}
    return [part for name, text in given.items() if text for part in (f"--{name}", text)]


def flat(text: str) -> str:
    """One line, so that a sentence is found wherever it was broken."""
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def made(home: Path, name: str = "my_calf") -> Protocol:
    return load_file(home / "protocols" / f"{name}.yaml").protocol


# --- copy ---


def test_a_copy_is_written_once_and_the_shipped_file_is_left_alone(nmes: Nmes, home: Path) -> None:
    before = {path: path.read_bytes() for path in shipped_folder().rglob("*") if path.is_file()}
    told = nmes("protocols", "copy", TENS, "my_tens")
    assert told.code == 0
    assert f"Written: {home / 'protocols' / 'my_tens.yaml'}" in told.out
    assert nmes("protocols", "check", str(home / "protocols" / "my_tens.yaml")).code == 0
    again = nmes("protocols", "copy", CRAMP, "my_tens")
    assert again.code == 2
    assert "nothing was written" in again.err
    assert made(home, "my_tens").kind == "tens"
    assert before == {path: path.read_bytes() for path in shipped_folder().rglob("*") if path.is_file()}


def test_a_copy_changed_by_hand_may_not_keep_the_source(nmes: Nmes, home: Path) -> None:
    nmes("protocols", "copy", CRAMP, "mine")
    file = home / "protocols" / "mine.yaml"
    assert nmes("protocols", "check", str(file)).out.count("origin") == 0
    file.write_text(file.read_text().replace("phase_us: 150", "phase_us: 200"))
    told = nmes("protocols", "check", str(file))
    assert told.code == 0
    assert "phase_us: 200 — the original has 150; this value still has the original's origin (source)" in told.out


@pytest.mark.thorough
def test_show_says_whose_copy_it_is_and_marks_what_its_source_no_longer_says(nmes: Nmes, home: Path) -> None:
    assert "OWN" not in nmes("protocols", "show", CRAMP).out
    nmes("protocols", "copy", CRAMP, "mine")
    file = home / "protocols" / "mine.yaml"
    version = Library().load(CRAMP).protocol.version
    assert f"OWN, copied from {CRAMP} version {version}; no value changed" in flat(
        nmes("protocols", "show", "mine").out
    )
    file.write_text(file.read_text().replace("phase_us: 150", "phase_us: 200"))
    said = flat(nmes("protocols", "show", "mine").out)
    assert f"OWN, copied from {CRAMP} version {version}; 1 value changed that still names its source." in said
    assert "! channels.0.waveform.phase_us: changed, and still names a source that has another value" in said
    assert "200 µs asked, 200 µs delivered (CHANGED, source no longer holds)" in said
    assert "channels.0.waveform.phase_us = 200: CHANGED, source no longer holds [behringer2014]" in said
    assert "6 of 8 numbers were read" in said, "one number less than the original"
    cite = "channels.0.waveform.phase_us:"
    head, rest = file.read_text().split(f"  {cite}", 1)
    after = rest[rest.index("\n  channels.") :]
    file.write_text(f"{head}  {cite} {{tag: design, note: Ours}}{after}")
    said = flat(nmes("protocols", "show", "mine").out)
    assert f"version {version}; 1 value differs from the original and does not name its source (our default, or" in said
    assert "no value changed" not in said
    file.write_text(file.read_text().replace("off_s: 10", "off_s: 12"))
    said = flat(nmes("protocols", "show", "mine").out)
    assert "1 value changed that still names its source. Besides, 1 value differs from the original" in said


def test_a_copy_of_a_changed_copy_is_held_against_the_first_file(nmes: Nmes, home: Path) -> None:
    nmes("protocols", "copy", CRAMP, "mine")
    file = home / "protocols" / "mine.yaml"
    file.write_text(file.read_text().replace("phase_us: 150", "phase_us: 200"))
    nmes("protocols", "copy", "mine", "again")
    said = flat(nmes("protocols", "show", "again").out)
    assert "OWN, copied from mine version 1; 1 value changed that still names its source." in said
    assert "the original has 150" in nmes("protocols", "check", "again").out


@pytest.mark.thorough
@pytest.mark.parametrize("gone", [True, False])
def test_a_copy_of_what_is_not_there_as_it_was_says_that_nobody_can_tell(nmes: Nmes, home: Path, gone: bool) -> None:
    nmes("protocols", "copy", CRAMP, "mine")
    nmes("protocols", "copy", "mine", "again")
    first = home / "protocols" / "mine.yaml"
    if gone:
        first.unlink()
    else:
        first.write_text(first.read_text().replace("phase_us: 150", "phase_us: 200"))
    said = flat(nmes("protocols", "show", "again").out)
    assert "OWN, copied from mine version 1; TO VERIFY: that file is not here as it was" in said


def test_an_own_file_that_is_no_copy_is_called_own(nmes: Nmes, home: Path) -> None:
    assert nmes("protocols", "new", "--defaults", *options()).code == 0
    assert "OWN: made here; nobody else has looked at it." in nmes("protocols", "show", "my_calf").out


def test_what_a_duration_does_not_say_is_told_where_it_is_explained(nmes: Nmes) -> None:
    said = flat(nmes("protocols", "explain", f"{TENS}:channels.0.waveform.phase_us").out)
    assert "origin: source [tens_types, watson_copy]. 50 to 125" in said
    assert "; TO VERIFY: one phase or the whole pulse meaning:" in said
    assert "one phase or the whole pulse" not in nmes("protocols", "explain", f"{CRAMP}:phase_us").out
    assert "choices: phase, unknown" in nmes("protocols", "explain", "definition").out


@pytest.mark.parametrize(
    ("old", "new"), [(TENS, TENS), (TENS, "../away"), ("tens_conventionel", "my_tens"), (TENS, "a\nb")]
)
def test_a_copy_that_cannot_be_is_one_sentence(nmes: Nmes, home: Path, old: str, new: str) -> None:
    told = nmes("protocols", "copy", old, new)
    assert (told.code, told.out) == (2, "")
    assert len(told.err.splitlines()) == 1
    assert not (home / "protocols").exists()


# --- new ---


def test_answers_make_a_sound_commented_file_with_the_schema_beside_it(nmes: Nmes, home: Path) -> None:
    told = nmes("protocols", "new", stdin="\n".join(TYPED) + "\n")
    assert told.code == 0
    path = home / "protocols" / "my_calf.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=protocol.schema.json\n")
    assert text.count("  # ") > 20
    assert (path.parent / "protocol.schema.json").exists()
    assert f"{path}: ok" in told.out
    assert "nmes protocols show my_calf" in told.out
    protocol = made(home)
    assert (protocol.title, protocol.kind, protocol.grade) == ("Calf, gently", "nmes", "C")
    assert protocol.channels[0].waveform.phase_us == 250
    assert protocol.stages[0].contractions == 10
    assert {found.tag for found in protocol.provenance.values()} == {"design"}


def test_options_answer_the_same_questions(nmes: Nmes, home: Path) -> None:
    nmes("protocols", "new", stdin="\n".join(TYPED) + "\n")
    by_hand = (home / "protocols" / "my_calf.yaml").read_text(encoding="utf-8")
    told = nmes("protocols", "new", "--defaults", *options(id="other"))
    assert told.code == 0
    by_option = (home / "protocols" / "other.yaml").read_text(encoding="utf-8")
    assert by_option == by_hand.replace("id: my_calf", "id: other")


@pytest.mark.thorough
@pytest.mark.parametrize(
    "more",
    [
        {"kind": "tens", "minutes": "30"},
        {"kind": "assessment", "frequency_hz": "", "off_s": "60"},
        {"kind": "assessment", "measures": "motor_threshold"},
        {"kind": "assessment", "measures": "max_tolerated"},
        {"target": "pct_mvic", "percent": "40"},
        {"purpose": "cramp"},
    ],
    ids=lambda more: " ".join(more.values()),
)
def test_every_kind_can_be_made_and_asks_for_all_it_has_to(nmes: Nmes, home: Path, more: dict[str, str]) -> None:
    told = nmes("protocols", "new", "--defaults", *options(**more))
    assert (told.code, told.err) == (0, "")
    protocol = made(home)
    assert set(always_asked(protocol.kind)) <= {*protocol.contraindications, *protocol.precautions}
    causes = {code for code, entry in CATALOGUE.items() if entry.is_cause}
    assert set(protocol.causes) == (causes if protocol.purpose == "cramp" else set())


def test_a_wrong_answer_is_told_and_asked_again(nmes: Nmes, home: Path) -> None:
    typed = [*TYPED[:9], "neck_front, calf_distal", "thigh_front_distal, calf_distal", "calf_distal", *TYPED[9:]]
    typed[typed.index("35")] = "3500"
    typed.insert(typed.index("3500") + 1, "35")
    told = nmes("protocols", "new", stdin="\n".join(typed) + "\n")
    assert told.code == 0
    for words in ("front of the neck", "does not lie in calf", "two pads or more", "3500 is outside 0.5 to 200 Hz"):
        assert words in " ".join(told.out.split())
    assert made(home).stages[0].frequency_mhz(None) == 35_000


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"phase_us": "5000"}, '--phase-us "5000": 5000 is outside 10 to 1000 µs'),
        ({"phase_us": "fast"}, "a number is needed"),
        ({"phase_us": "nan"}, "outside"),
        ({"kind": "ems"}, "not one of nmes, tens, assessment"),
        ({"regions": "calfs"}, 'did you mean "calf"?'),
        ({"regions": ","}, "give at least one"),
        ({"sites": "calf_distal, elbow"}, "is no place of the body map"),
        ({"id": TENS}, "this id already"),
        ({"id": "My file"}, "this is not a name"),
        ({"minutes": "30"}, "--minutes has no place in this kind of protocol"),
        ({"title": ""}, "this has no default; give --title"),
        ({"title": "x\udcff y"}, "a part of this is no UTF-8 text"),
    ],
)
def test_a_wrong_option_is_one_sentence_and_nothing_is_written(
    nmes: Nmes, home: Path, more: dict[str, str], words: str
) -> None:
    told = nmes("protocols", "new", "--defaults", *options(**more))
    assert (told.code, told.out) == (2, "")
    assert words in told.err
    assert len(told.err.splitlines()) == 1
    assert not (home / "protocols").exists()


def test_all_options_that_are_missing_are_told_at_once(nmes: Nmes, home: Path) -> None:
    told = nmes("protocols", "new", "--defaults", "--id", "my_calf", "--kind", "tens")
    assert (told.code, told.out) == (2, "")
    missing = ("title", "indication", "regions", "muscle", "position", "sites", "frequency-hz", "phase-us")
    assert [line.rpartition("give --")[2] for line in told.err.splitlines()] == list(missing)
    assert not (home / "protocols").exists()


def test_answers_that_end_too_early_are_told_with_the_option_to_give(nmes: Nmes, home: Path) -> None:
    told = nmes("protocols", "new", stdin="my_calf\nA title\n")
    assert told.code == 2
    assert "give --kind" in told.err
    assert not (home / "protocols").exists()


@pytest.mark.thorough
def test_an_answer_that_is_no_text_is_one_sentence(home: Path) -> None:
    child = process(home, "protocols", "new", stdin=subprocess.PIPE, text=False)
    _, said = child.communicate(b"my_calf\nCalf \xff\n", timeout=30)
    assert (child.returncode, said.count(b"\n")) == (2, 1)
    assert b"the answer is no UTF-8 text; nothing was written" in said
    assert not home.exists()


def test_answers_that_do_not_fit_together_are_written_and_told(nmes: Nmes, home: Path) -> None:
    """The person's work is not lost: the file is there, with what is wrong in it by line."""
    told = nmes("protocols", "new", "--defaults", *options(ramp_up_s="5", ramp_down_s="5"))
    assert told.code == 1
    assert (home / "protocols" / "my_calf.yaml").exists()
    assert f"{home / 'protocols' / 'my_calf.yaml'}:" in told.out
    assert "the ramps are as long as the on time" in told.out


def test_where_nothing_can_be_written_the_text_is_told_so_that_no_answer_is_lost(nmes: Nmes, home: Path) -> None:
    home.mkdir()
    (home / "protocols").write_text("a file where the folder should be")
    told = nmes("protocols", "new", "--defaults", *options())
    assert told.code == 2
    assert "the file cannot be written" in told.err
    assert "id: my_calf  #" in told.out


# --- diff ---


def test_what_changes_for_the_patient_is_told_with_its_direction(nmes: Nmes, home: Path) -> None:
    nmes("protocols", "copy", CRAMP, "mine")
    path = home / "protocols" / "mine.yaml"
    text = path.read_text(encoding="utf-8")
    changed = text.replace("max_amplitude_ma: 60", "max_amplitude_ma: 80").replace("sets: 3", "sets: 2")
    path.write_text(changed, encoding="utf-8")
    told = nmes("protocols", "diff", CRAMP, "mine")
    assert told.code == 0
    assert "CURRENT AND DOSE\n▲ Channel 1, most current on its pads: 80 mA instead of 60 mA (+33 %)" in told.out
    assert "▼ Channel 1, contractions in all: 12 instead of 18 (-33 %)" in told.out
    assert "· Sets: 2 instead of 3" in told.out
    assert max(map(len, told.out.splitlines()[2:])) <= 80


def test_a_copy_changes_nothing_for_the_patient_and_a_file_is_itself(nmes: Nmes) -> None:
    nmes("protocols", "copy", CRAMP, "mine")
    assert "Nothing changes for the patient" in nmes("protocols", "diff", CRAMP, "mine").out
    assert "the same, byte for byte" in nmes("protocols", "diff", "mine", "mine").out


def test_a_protocol_that_cannot_be_compared_is_told(nmes: Nmes, tmp_path: Path) -> None:
    text = Library().load(TENS).text.decode().replace("gap_us: 0", "gap_us: 5")
    file = tmp_path / f"{TENS}.yaml"
    file.write_text(text, encoding="utf-8")
    for pair in ((TENS, "tens_none"), (TENS, str(file))):
        told = nmes("protocols", "diff", *pair)
        assert (told.code, told.out) == (2, "")
        assert told.err


# --- explain and schema ---


def test_a_key_is_explained_with_unit_range_meaning_and_source(nmes: Nmes) -> None:
    told = nmes("protocols", "explain", "phase_us")
    assert told.code == 0
    assert told.out.startswith("channels.N.waveform.phase_us\n")
    assert "range: 10 to 1000 µs" in told.out
    assert "meaning: " in told.out
    assert "limit from: " in told.out
    assert nmes("protocols", "explain", "channels.0.waveform.phase_us").out.partition("\n")[2] in told.out
    assert "choices: nmes, tens, assessment" in nmes("protocols", "explain", "kind").out
    assert "range: 1 to 8 entries" in nmes("protocols", "explain", "channels").out


@pytest.mark.thorough
def test_in_a_file_its_value_its_line_and_its_origin_are_told_too(nmes: Nmes) -> None:
    loaded = Library().load(CRAMP)
    line = loaded.tree.place(("stages", 0, "set_rest_s"))[0]
    for asked in (f"{CRAMP}:stages.0.set_rest_s", f"{loaded.path}:set_rest_s"):
        said = " ".join(nmes("protocols", "explain", asked).out.split())
        assert f"in this file: 60 (line {line} of" in said
        assert "origin: TO VERIFY" in said.replace("\N{NO-BREAK SPACE}", " ")
    group = nmes("protocols", "explain", f"{CRAMP}:stages.0.frequency_hz").out
    assert "origin of offset_hz: source [" in group
    assert "a group of" in nmes("protocols", "explain", f"{CRAMP}:channels.0").out
    assert "in this file: not given" in nmes("protocols", "explain", f"{CRAMP}:burst").out


def test_a_bad_file_can_be_explained_too(nmes: Nmes, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("id: bad\nfrequncy: 5\nprovenance:\n  frequncy: 7\n  id: {cite: 3}\n")
    told = nmes("protocols", "explain", f"{file}:frequncy").out
    assert "in this file: 5 (line 2 of" in told
    assert "origin: not readable" in told
    assert "no key of a protocol" in told
    assert "origin: unknown" in nmes("protocols", "explain", f"{file}:id").out


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("fase_us", 'did you mean "phase_us"?'),
        (f"{CRAMP}:fase_us", 'did you mean "phase_us"?'),
        ("nowhere.yaml:id", "cannot be read"),
        ("qqqqqq:id", "no protocol has this id"),
        ("", "no such key"),
    ],
)
def test_a_key_that_is_not_there_is_one_sentence(nmes: Nmes, asked: str, words: str) -> None:
    told = nmes("protocols", "explain", asked)
    assert (told.code, told.out) == (2, "")
    assert words in told.err
    assert len(told.err.splitlines()) == 1


def test_the_schema_is_printed_as_it_is_shipped(nmes: Nmes) -> None:
    told = nmes("protocols", "schema")
    assert told.code == 0
    assert told.out == (shipped_folder() / "protocol.schema.json").read_text(encoding="utf-8")
    assert json.loads(told.out)["$schema"].endswith("2020-12/schema")
