"""A record walked through again: the state of each moment as it was then, and never a guess."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.mistakes import Sitting, five_mistakes
from nmes.core import events as e
from nmes.core.view import Output, View, Word
from nmes.record.catches import Catch, caught_by
from nmes.record.chain import NewEntry, decode_line
from nmes.record.clocks import Clocks
from nmes.record.errors import RecordError
from nmes.record.files import Kind
from nmes.record.happening import Happening
from nmes.record.journal import Journal
from nmes.record.replay import CannotReplay, FirstDifference, Same
from nmes.record.store import Unfinished
from nmes.record.verify import Damaged, Intact
from nmes.runtime.records import Chain, chain_of
from nmes.runtime.replaying import Replay, replay_of


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return five_mistakes(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def replay(kept: Path) -> Replay:
    return replay_of(kept, Kind.SIMULATION)


def views(replay: Replay, event: type[e.Event]) -> list[View]:  # type: ignore[valid-type]  # a union of classes
    found = (one.view() for one in replay.moments if one.step and isinstance(one.step.event, event))
    return [view for view in found if view is not None]


@pytest.mark.thorough
def test_the_whole_session_is_followed_to_its_end(replay: Replay) -> None:
    assert isinstance(replay.result, Same)
    assert replay.moments[0].entry.type == "opened"
    assert replay.moments[-1].entry.type == "closed"
    last = replay.moments[-1].view()
    assert last is not None
    assert (last.word, last.output, last.who.code) == (Word.ENDED, Output.OFF, "P-017")


def test_each_moment_shows_what_the_screen_showed_then(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    seen: list[View] = []
    sitting.screened()
    sitting.placed()
    seen.append(sitting.view)
    sitting.level(1_000)
    seen.append(sitting.view)
    sitting.started()
    sitting.do(e.Mark("pain"))
    seen.append(sitting.view)
    replay = replay_of(sitting.record, Kind.SIMULATION)
    shown = [
        next(view for view in views(replay, e.Placed)),
        next(view for view in views(replay, e.FeltAt)),
        next(view for view in views(replay, e.Mark)),
    ]
    for then, now in zip(shown, seen, strict=True):
        assert (then.word, then.output, then.missing, then.may, then.note) == (
            now.word,
            now.output,
            now.missing,
            now.may,
            now.note,
        )
        assert [(one.commanded_ua, one.confirmed_ua, one.level_ua) for one in then.channels] == [
            (one.commanded_ua, one.confirmed_ua, one.level_ua) for one in now.channels
        ]


def test_where_the_output_was_in_doubt_nothing_is_called_confirmed(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.screened()
    sitting.placed()
    sitting.level(1_000)
    sitting.started()
    sitting.bench.device.faults.mute = True
    sitting.until(Word.UNSURE)
    replay = replay_of(sitting.record, Kind.SIMULATION)
    assert views(replay, e.Unanswered)[-1].output is Output.UNKNOWN
    in_doubt = views(replay, e.Doubt)[-1]
    assert (in_doubt.output, in_doubt.channels[0].confirmed_ua) == (Output.UNKNOWN, None)
    assert replay.story.ending == Unfinished()


@pytest.mark.thorough
def test_phases_are_places_to_stand_at_and_a_held_key_is_told_once(replay: Replay) -> None:
    words = [view.word for view in views(replay, e.Tick)]
    assert {Word.ON, Word.RAMP_DOWN, Word.RAMP_UP} <= set(words)
    held = [one for one in replay.moments if one.step and any(map(_is_held, one.step.happenings))]
    runs = [one for one, before in zip(held[1:], held, strict=False) if one.at.seq - before.at.seq <= 2]
    assert runs, "some came one right after the other"
    assert not any(one.important for one in runs)
    assert any(one.important for one in held)


def _is_held(one: Happening) -> bool:
    return caught_by(one) is Catch.TOO_FAST


def rewritten(source: Path, folder: Path, change: Callable[[int, NewEntry], NewEntry]) -> Path:
    """The same session with other contents, in a chain that holds: as only a forger or another program writes it."""
    entries = [decode_line(line) for line in source.read_bytes().splitlines(keepends=True)]
    told = [NewEntry(entry.type, entry.body, entry.actor) for entry in entries if entry.type != "checkpoint"]
    told = [change(seq, one) for seq, one in enumerate(told, 1)]
    bound = {name: value for name, value in told[0].body.items() if name not in ("key", "public_key")}
    journal = Journal.open(folder, "station", bound, Clocks(lambda: 0, lambda: 0, "b"))
    for one in told[1:-1]:
        journal.append(one)
    journal.close(dict(told[-1].body))
    return journal.path


@pytest.mark.thorough
def test_from_the_first_other_decision_on_no_state_is_shown(kept: Path, tmp_path: Path) -> None:
    def other(seq: int, one: NewEntry) -> NewEntry:
        return NewEntry(one.type, {**one.body, "commands": []}, one.actor) if seq == 9 else one

    replay = replay_of(rewritten(kept, tmp_path / "simulation", other), Kind.SIMULATION)
    assert isinstance(replay.result, FirstDifference)
    assert replay.result.seq == 9
    known = [one.at.seq for one in replay.moments if one.view() is not None]
    assert max(known) < 9
    assert replay.moments[-1].entry.type == "closed", "what happened is told to the end all the same"


@pytest.mark.thorough
@pytest.mark.parametrize(
    "broken", [{}, {"events": 99}, {"events": 3, "protocol_yaml": 7, "protocol": "x", "begun_ms": "x"}]
)
def test_a_session_that_cannot_be_begun_again_is_told_without_its_states(
    kept: Path, tmp_path: Path, broken: dict[str, object]
) -> None:
    def other(seq: int, one: NewEntry) -> NewEntry:
        return NewEntry(one.type, broken, one.actor) if seq == 1 else one

    replay = replay_of(rewritten(kept, tmp_path / "simulation", other), Kind.SIMULATION)
    assert isinstance(replay.result, CannotReplay)
    assert replay.moments
    assert all(one.view() is None for one in replay.moments)


@pytest.mark.thorough
def test_a_damaged_record_is_walked_up_to_its_damage(kept: Path, tmp_path: Path) -> None:
    path = tmp_path / kept.name
    lines = kept.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:20], lines[20].replace(b'"type"', b'"tipe"', 1), *lines[21:]]))
    replay = replay_of(path, Kind.SIMULATION)
    assert isinstance(replay.story.verdict, Damaged)
    assert replay.moments[-1].at.seq <= 20
    path.write_bytes(b"")
    assert replay_of(path, Kind.SIMULATION).moments == ()


def test_a_chain_is_listed_newest_first_verified_and_walked(kept: Path, tmp_path: Path) -> None:
    shutil.copytree(kept.parent, tmp_path / "simulation")
    sitting = Sitting(tmp_path)
    sitting.do(e.End())
    chain = chain_of(tmp_path, Kind.SIMULATION)
    newest, oldest = chain.sessions()
    assert (newest.session, oldest.session) == (sitting.record.stem, kept.stem)
    assert isinstance(chain.verify(oldest).verdict, Intact)
    assert [one.session for one in chain.verify_all()] == [kept.stem, sitting.record.stem]
    assert chain.replay(newest).story.session == newest.session
    assert chain_of(tmp_path, Kind.PATIENT).sessions() == ()


@pytest.mark.thorough
def test_what_is_gone_is_one_error(kept: Path, tmp_path: Path) -> None:
    shutil.copytree(kept.parent, tmp_path / "simulation")
    chain = chain_of(tmp_path, Kind.SIMULATION)
    (only,) = chain.sessions()
    only.path.unlink()
    with pytest.raises(RecordError, match="cannot be read"):
        chain.verify(only)
    with pytest.raises(RecordError, match="cannot be read"):
        chain.replay(only)
    for question in (Chain(Kind.PATIENT).verify, Chain(Kind.PATIENT).replay):
        with pytest.raises(RecordError, match="no records here"):
            question(only)
