"""Who answers at the other end, and who else is already there: nothing starts that is not known for certain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from together.staging import Room, room

from firmware_sim.device import P24
from firmware_sim.sciencemode4 import framing
from nmes.core.view import Word
from nmes.link.lock import DeviceLock
from nmes.record.clocks import system_clocks
from nmes.record.files import Kind, chain_folder
from nmes.record.journal import Journal
from nmes.runtime.library import Library, Loaded
from nmes.runtime.open import CannotStart, Peer, open_live

EXTENDED_VERSION_ACK = 69


class Silence:
    """Nobody is there."""

    def __init__(self, peer: Peer | None) -> None:
        self.heard = b""

    def from_host(self, data: bytes) -> None:
        self.heard += data

    def to_host(self) -> bytes:
        return b""


class Babble(Silence):
    """Something else that talks without being asked."""

    def to_host(self) -> bytes:
        return b"\r\nlogin: \xf0\x81\x81"


class OtherGeneration:
    """A relative of the P24: everything the same but the generation of its protocol."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.receiver = framing.Receiver()

    def from_host(self, data: bytes) -> None:
        self.peer.from_host(data)

    def to_host(self) -> bytes:
        return b"".join(self._changed(frame) for frame in self.receiver.feed(self.peer.to_host()))

    def _changed(self, frame: framing.Frame | framing.Damaged) -> bytes:
        data = frame.data
        if frame.command == EXTENDED_VERSION_ACK:
            data = data[:4] + bytes((3,)) + data[5:]
        return framing.encode(frame.packet_number, frame.command, data)


def refused(wire: Callable[[Peer], Peer]) -> Room:
    watched = room(wire=wire)
    watched.until(lambda view: view.word is Word.ENDED, within_ms=3_000)
    return watched


@pytest.mark.covers("SR-17")
@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (Silence, "the line stayed silent"),
        (Babble, "only unreadable bytes came"),
        (OtherGeneration, "speaks ScienceMode 3.0.0"),
    ],
)
def test_what_is_no_p24_is_refused_in_words_and_never_enabled(wire: type, words: str) -> None:
    watched = refused(wire)
    assert watched.view.why == "wrong_device"
    [told] = watched.recorded("WrongDevice")
    assert words in told["reason"]
    assert watched.sink.closed == {"why": "wrong_device"}
    assert not watched.device.high_voltage
    assert watched.pulses() == []


@pytest.mark.covers("FR-06")
def test_an_unknown_device_is_asked_and_stopped_but_never_told_to_start() -> None:
    line = Silence(None)
    refused(lambda _: line)
    commands = {frame.command for frame in framing.Receiver().feed(line.heard)}
    assert commands <= {34, 52, 62, 68}, "stop and questions only"


@pytest.mark.thorough
def test_a_device_that_still_stimulates_for_somebody_else_is_stopped_before_anything() -> None:
    left_on = room().holding().device
    watched = Room(room(device=P24()).bench)
    watched.device.receive(framing.encode(1, 30, b"\x01"), 1_000_000)
    watched.device.stage.set_load(1, "good")
    assert left_on.active_channels == (1,)
    assert watched.device.high_voltage
    watched.word(Word.SCREENING)
    assert not watched.device.high_voltage
    assert watched.device.active_channels == ()


# --- two of us ---


@pytest.fixture
def loaded() -> Loaded:
    return Library().load("quads_knee_oa")


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return iter(())


@pytest.mark.covers("FR-07")
def test_a_record_that_another_program_writes_is_one_clear_line(loaded: Loaded, tmp_path: Path) -> None:
    other = Journal.open(chain_folder(tmp_path, Kind.SIMULATION), "room 2", {"protocol": "test"}, system_clocks())
    with pytest.raises(CannotStart, match=r"^the records are in use by room 2, process \d+ on .+$") as refusal:
        open_live(loaded, url=None, home=tmp_path)
    assert "\n" not in str(refusal.value)
    other.abandon()


def test_a_port_that_another_program_holds_is_one_clear_line(loaded: Loaded, tmp_path: Path) -> None:
    url = "socket://127.0.0.1:9"
    other = DeviceLock(url, program="another program")
    other.acquire()
    with pytest.raises(CannotStart, match=r"^socket://127.0.0.1:9 is held by another program, process \d+") as refusal:
        open_live(loaded, url=url, home=tmp_path)
    assert "\n" not in str(refusal.value)
    other.release()


def test_a_port_that_is_not_there_is_one_clear_line(loaded: Loaded, tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"^Nothing answers at socket://127.0.0.1:9; start the simulator"):
        open_live(loaded, url="socket://127.0.0.1:9", home=tmp_path)
    with pytest.raises(CannotStart, match=r"^/dev/no-such-port cannot be opened"):
        open_live(loaded, url="/dev/no-such-port", home=tmp_path)


def test_a_folder_that_takes_no_record_is_one_clear_line(loaded: Loaded, tmp_path: Path) -> None:
    (tmp_path / "simulation").write_text("in the way")
    with pytest.raises(CannotStart, match=r"^no record can be kept in ") as refusal:
        open_live(loaded, url=None, home=tmp_path)
    assert "\n" not in str(refusal.value)
