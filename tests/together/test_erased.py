"""Erased records: the texts are gone, the chain holds, and what the texts decided is decided again without them.

Each event that can hold a free text is sent with texts of every kind in every state a person can be in, refused or
not: a text that tells something, one that is an answer word, a number, a single letter, blank, and one that is spelled
like a part of the record.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nmes.core import events as e
from nmes.core.attended import PatientStop
from nmes.core.contraindications import CATALOGUE, Severity
from nmes.core.free_texts import free_texts
from nmes.core.measurement import Who
from nmes.core.screening import tells
from nmes.core.session import step
from nmes.core.view import Word
from nmes.record.chain import Damage
from nmes.record.clocks import Clocks, system_clocks
from nmes.record.codec import EVENTS
from nmes.record.erase import erase, held
from nmes.record.files import Kind
from nmes.record.keys import station_key
from nmes.record.ledger import Author
from nmes.record.replay import Same, replay
from nmes.record.store import read_session
from nmes.record.texts import ERASED, MISSING, SAID_NOTHING, texts_path
from nmes.record.verdicts import verify_chain, verify_session
from nmes.record.verify import Damaged, Intact
from nmes.runtime.binding import session_of
from nmes.runtime.library import Library
from nmes.trial.hand_turned import HandTurned

WHO = Who("P-017", "left")
NAME = "Erika Mustermann fell, naïve 12 µA \ud83d"
TEXTS = ("no", "stop", "3. 4. 1861", "x", "  ", "", NAME, '"text_sha256"', "Mark", "reason")
"""The name ends in half a character, as a terminal may send it."""


def typed(codes: tuple[str, ...], text: str) -> Iterator[e.Event]:
    """Every event a person can put this text into."""
    asked = next(code for code in codes if CATALOGUE[code].severity("tens") in {Severity.REVIEW, Severity.WARN})
    no = tuple(e.Answer(code, e.Reply.NO) for code in codes if code != asked)
    yield e.Screened((e.Answer(asked, e.Reply.YES, text, "Dr B"), *no), "Ada")
    yield e.ReadBack(e.Read.SIDE, "", text)
    yield e.ReadBack(e.Read.CODE, "", text)
    yield e.ReadBack(e.Read.CODE, f"{text} ")
    yield e.ReadBack(e.Read.CODE, WHO.code)  # a wrong patient is not talked away: only the right code lets it go on
    yield e.Mark("pain", text)
    for finding, value, of in (
        (e.Finding.SKIN, None, "1"),
        (e.Finding.NRS, None, ""),
        (e.Finding.ADVERSE, 1, ""),
        (e.Finding.OUTCOME, 1, "Pain during use (NRS)"),
        (e.Finding.NOTE, None, ""),
    ):
        yield e.Observed(finding, value, text, of)
    yield e.Signed("Ada", text)
    yield e.LeftUnsigned(text)


def everything(live: HandTurned, codes: tuple[str, ...]) -> None:
    """All of it, but for what would end the session."""
    for text in TEXTS:
        for event in typed(codes, text):
            ends = isinstance(event, e.Signed | e.LeftUnsigned) and tells(text)
            if not (ends and live.view.word is Word.AFTER):
                live.post(event)


def turned(live: HandTurned, *words: Word) -> None:
    while live.view.word not in words:
        live.pass_time()


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(e.LeftUnsigned(NAME), id="left"),
        pytest.param(e.Signed("Ada", NAME), id="signed", marks=pytest.mark.campaign),
    ],
)
def written(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The record of a session in which everything was typed everywhere, up to its end."""
    home = tmp_path_factory.mktemp("home")
    loaded = Library().load("tens_conventional")
    codes = tuple(loaded.protocol.screening_codes)
    live = HandTurned(loaded, home, WHO, attended=True)
    turned(live, Word.SCREENING)
    everything(live, codes)
    assert live.view.word is Word.PLACING
    everything(live, codes)
    assert live.view.patient_stop is PatientStop.NONE
    live.post(e.Placed(tuple((channel.channel, channel.pad_mm2) for channel in live.view.plan.channels)))
    turned(live, Word.READY)
    everything(live, codes)
    for slot in live.view.slots:
        live.post(e.Titrate(slot.slot.channel, slot.slot.waveform, live.view.epoch))
        turned(live, Word.TITRATING)
        live.post(e.Increase(slot.slot.channel, live.view.epoch))
        for _ in range(100):
            live.pass_time()
        live.post(e.Accept(live.view.epoch))
        turned(live, Word.READY)
    live.post(e.End())
    turned(live, Word.AFTER)
    everything(live, codes)
    live.post(request.param)
    assert live.done
    return live.finish().record


def commands_of(path: Path) -> Same:
    found = replay(read_session(path), step, session_of)
    assert isinstance(found, Same), found
    return found


def copied(record: Path, home: Path) -> Path:
    """The whole home of a record, elsewhere."""
    shutil.copytree(record.parents[1], home / "copy")
    return home / "copy" / record.parent.name / record.name


def forgotten(record: Path, clocks: Clocks) -> str:
    home = record.parents[1]
    texts = [held(home, record)]
    author = Author("Ada", "here", clocks, station_key(home))
    return erase(home, Kind.SIMULATION, texts, "the patient asked", author)


@pytest.mark.thorough
def test_no_free_text_is_in_the_record_and_every_one_is_read_from_it(written: Path) -> None:
    lines = written.read_bytes()
    assert b"Mustermann" not in lines
    assert b"3. 4. 1861" not in lines
    texts = [free_texts(EVENTS.decode(one.body["event"])) for one in read_session(written) if one.type == "event"]
    told = {text for found in texts for text in found}
    telling = {text.replace("\ud83d", "\ufffd") for text in TEXTS if text.strip()}
    assert told == telling | {f"{text} " for text in telling} | {WHO.code}
    assert isinstance(verify_session(written).verdict, Intact)


@pytest.mark.thorough
def test_each_kind_of_event_was_typed_with_a_text_and_some_of_each_were_done_and_refused(written: Path) -> None:
    done: dict[str, set[bool]] = {}
    for one in read_session(written):
        if one.type == "event" and free_texts(EVENTS.decode(one.body["event"])):
            refused = "refused:" in str(one.body["commands"])
            done.setdefault(one.body["event"]["type"], set()).add(refused)
    assert done.keys() == {"Screened", "ReadBack", "Mark", "Observed", "Signed", "LeftUnsigned"}
    both = {kind for kind, refused in done.items() if len(refused) == 2}
    assert both >= {"Screened", "ReadBack", "Observed"}
    assert len(both & {"Signed", "LeftUnsigned"}) == 1, "by which it ended"


@pytest.mark.thorough
def test_an_erased_record_verifies_and_gives_the_same_commands(written: Path, tmp_path: Path) -> None:
    record = copied(written, tmp_path)
    before = commands_of(record)
    lines = record.read_bytes()
    entered = forgotten(record, system_clocks())
    assert record.read_bytes() == lines, "the record itself is as it was"
    assert "Mustermann" not in texts_path(record).read_text()
    assert [type(one.verdict) for one in verify_chain(record.parent)] == [Intact, Intact]
    assert entered
    assert commands_of(record) == before
    shown = str([one.body for one in read_session(record)])
    assert ERASED in shown
    assert SAID_NOTHING in shown
    assert "Mustermann" not in shown


@pytest.mark.thorough
def test_a_record_whose_texts_are_lost_is_damaged_and_gives_the_same_commands(written: Path, tmp_path: Path) -> None:
    record = copied(written, tmp_path)
    before = commands_of(record)
    texts_path(record).unlink()
    verdict = verify_session(record).verdict
    assert isinstance(verdict, Damaged)
    assert verdict.kind is Damage.TEXT
    assert commands_of(record) == before
    assert MISSING in str([one.body for one in read_session(record)])


@pytest.mark.thorough
def test_without_the_mark_of_a_text_that_tells_nothing_the_commands_would_differ(written: Path, tmp_path: Path) -> None:
    """The placeholder alone would turn what was refused into a reason."""
    record = copied(written, tmp_path)
    forgotten(record, system_clocks())

    told = (
        replace(one, body=json.loads(json.dumps(one.body).replace(SAID_NOTHING, ERASED)))
        for one in read_session(record)
    )
    assert not isinstance(replay(told, step, session_of), Same)
