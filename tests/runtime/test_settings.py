"""What a clinic sets comes back as it was written; what cannot be read is told with its place and left alone."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from nmes.core.problems import ProblemsError
from nmes.record.disk import Disk
from nmes.runtime.keymap import Added
from nmes.runtime.settings import Look, Settings, Sound, language_of, load, path_of, save, station_of, text_of

FULL = Settings(
    station="Room 3: the bay",
    therapists=("Dr. A. Weiß", "0815", "true", "B # not a comment"),
    pads_mm2=(2500, 4560, 10_000),
    sound=Sound.MUTE,
    theme=Look.MONO,
    language="de",
    reduced_motion=True,
)


def wrong(home: Path) -> list[str]:
    with pytest.raises(ProblemsError) as caught:
        load(home)
    return [str(problem).removeprefix(f"{home}/") for problem in caught.value.problems]


@pytest.mark.parametrize("settings", [Settings(), FULL])
def test_what_was_saved_is_loaded(tmp_path: Path, settings: Settings) -> None:
    home = tmp_path / "not" / "yet"
    assert load(home) == Settings()
    save(home, settings)
    assert load(home) == settings
    assert [file.name for file in home.iterdir()] == ["settings.yaml"]


def test_only_its_owner_can_read_who_works_here(tmp_path: Path) -> None:
    path = save(tmp_path, FULL)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "\n\n", "# only words\n", "station:\n"])
def test_an_empty_file_is_what_is_built_in(tmp_path: Path, text: str) -> None:
    path_of(tmp_path).write_text(text)
    assert load(tmp_path) == Settings()


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("station: [1, 2]\n", ":1:10 ", "this is a text"),
        ("station: 'a\nb\n", ":1:10 ", "not closed"),
        (f"station: {'x' * 61}\n", ":1:10 ", "too long"),
        ("therapists: A\n", ":1:13 ", "this is a list"),
        ("therapists:\n  - A\n  - 17\n", ":3:5 ", "this is a text"),
        ("therapists:\n  - A\n  - A\n", ":3:5 ", "given twice"),
        ('therapists:\n  - ""\n', ":2:5 ", "empty"),
        (f"therapists: [{', '.join(f'T{n}' for n in range(21))}]\n", ":1:13 ", "too long"),
        ("pads_cm2: [25, 0.5]\n", ":1:16 ", "no size of a pad"),
        ("pads_cm2: [400.1]\n", ":1:12 ", "no size of a pad"),
        ("pads_cm2: [25.55]\n", ":1:12 ", "no size of a pad"),
        ("pads_cm2: [true]\n", ":1:12 ", "no size of a pad"),
        ("pads_cm2: [25, 25.0]\n", ":1:16 ", "given twice"),
        ("sound: loud\n", ":1:8 ", "there are: on, mute"),
        ("sound: true\n", ":1:8 ", "there are: on, mute"),
        ("theme: dark\n", ":1:8 ", "clinic-dark, clinic-light, high-contrast, mono"),
        ("language: fr\n", ":1:11 ", '"", en, de'),
        ("reduced_motion: maybe\n", ":1:17 ", "give true or false"),
        ("sound: on\nvolume: 11\n", ":2:1 ", "there is no such setting"),
        ("- a\n- b\n", ":1:1 ", "a group of keys, not a list or one value; write key: value"),
        ("sound: on\nsound: mute\n", ":2:1 ", "given twice"),
    ],
)
def test_a_bad_file_is_told_with_its_place_and_never_overwritten(
    tmp_path: Path, text: str, place: str, words: str
) -> None:
    path_of(tmp_path).write_text(text)
    [told] = wrong(tmp_path)
    assert told.startswith(f"settings.yaml{place}")
    assert words in told
    with pytest.raises(ProblemsError):
        save(tmp_path, FULL)
    assert path_of(tmp_path).read_text() == text


def test_everything_that_is_wrong_in_both_files_is_told_at_once(tmp_path: Path) -> None:
    path_of(tmp_path).write_text("sound: loud\ntheme: red\n")
    (tmp_path / "keymap.yaml").write_text("pause: [no such key!]\n")
    assert len(wrong(tmp_path)) == 3


def test_a_folder_in_the_place_of_the_file_is_an_error_in_words(tmp_path: Path) -> None:
    path_of(tmp_path).mkdir()
    assert "cannot be read" in wrong(tmp_path)[0]


def test_a_disk_that_fails_changes_nothing_and_leaves_no_part_behind(tmp_path: Path) -> None:
    save(tmp_path, FULL)

    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(ProblemsError, match="No space left on device"):
        save(tmp_path, Settings(), Disk(sync=full))
    assert load(tmp_path) == FULL
    assert [file.name for file in tmp_path.iterdir()] == ["settings.yaml"]


def test_the_keymap_comes_with_the_settings_and_is_not_written_into_them(tmp_path: Path) -> None:
    (tmp_path / "keymap.yaml").write_text("pause: F6\n")
    found = load(tmp_path)
    assert found.keymap.added == (Added("pause", "f6", 1, 8),)
    save(tmp_path, found)
    assert "f6" not in path_of(tmp_path).read_text().lower()
    assert load(tmp_path) == found


@pytest.mark.parametrize(
    ("language", "environment", "spoken"),
    [
        ("de", {"LANG": "en_GB.UTF-8"}, "de"),
        ("", {"LANG": "de_AT.UTF-8"}, "de"),
        ("", {"LC_ALL": "C", "LANG": "de_DE"}, "en"),
        ("", {"LC_ALL": "", "LC_MESSAGES": "de_CH", "LANG": "fr"}, "de"),
        ("", {"LANG": "fr_FR"}, "en"),
        ("", {}, "en"),
    ],
)
def test_the_language_is_the_chosen_one_then_the_systems_then_english(
    language: str, environment: dict[str, str], spoken: str
) -> None:
    assert language_of(Settings(language=language), environment) == spoken


def test_the_file_tells_what_may_stand_in_it() -> None:
    text = text_of(Settings())
    assert all(look in text for look in Look)
    assert "mute never mutes FAULT" in text


def test_the_station_is_called_as_it_was_set_else_as_the_computer_is(tmp_path: Path) -> None:
    assert station_of(tmp_path) == socket.gethostname()
    save(tmp_path, FULL)
    assert station_of(tmp_path) == "Room 3: the bay"
    path_of(tmp_path).write_text("station: [1, 2]\n")
    assert station_of(tmp_path) == socket.gethostname()
