"""A keeper for each device without a dead-man, and what the next start is told; the keeper itself is in tests/link."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.byte_device import INIT, UPDATE, ByteDevice
from helpers.waiting import until
from nmes.language import use
from nmes.link.keeper_report import AtWork, keeper_at, report_beside
from nmes.link.lock import DeviceLock
from nmes.link.memory_port import MemoryPort
from nmes.link.port import LineSettings, PortBusy, PortMissing
from nmes.link.serial_port import open_serial
from nmes.runtime.families import DEFAULT, FAMILIES, family
from nmes.runtime.keepers import MOST_BYTES, keeper_for, kept
from nmes.runtime.open import open_asking, open_guarded

WITHOUT = replace(DEFAULT, capabilities=replace(DEFAULT.capabilities, watchdog_ms=0), halt_answer=(0xC1, 0x81))
GOOD = {"url": "/dev/ttyUSB0", "why": "died", "confirmed": True, "at_utc": "2026-01-02T03:04:05+00:00"}


class Nobody:
    def from_host(self, data: bytes) -> None: ...

    def to_host(self) -> bytes:
        return b""


@pytest.mark.covers("SR-28")
def test_every_family_without_a_dead_man_says_how_its_halt_is_answered() -> None:
    assert [one.key for one in FAMILIES if not one.capabilities.watchdog_ms and one.halt_answer is None] == []
    with pytest.raises(ValueError, match="no answer to its halt"):
        keeper_for(MemoryPort(Nobody()), replace(WITHOUT, halt_answer=None), Path())


@pytest.mark.covers("SR-28")
def test_a_device_that_stops_by_itself_has_no_keeper_and_no_other_goes_without(tmp_path: Path) -> None:
    assert keeper_for(MemoryPort(Nobody()), DEFAULT, tmp_path) is None
    with pytest.raises(PortMissing, match="cannot be given to a second process"):
        keeper_for(MemoryPort(Nobody()), WITHOUT, tmp_path)


CONTROLLER = Path(__file__).parents[1] / "link" / "keeper_controller.py"


class Left:
    """A RehaStim 1 on a pseudo-terminal whose controller is dead, and that does not answer the keeper's halts.

    `untold`: what stands in the place of the keeper's report, so that it can tell nobody.
    """

    def __init__(self, folder: Path, *, untold: Callable[[Path], None] = lambda _: None) -> None:
        self.end, self.near = os.openpty()
        tty.setraw(self.end)
        self.url, self.device = os.ttyname(self.near), ByteDevice()
        command = [sys.executable, str(CONTROLLER), self.url, str(folder / "nmes")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as controller:
            assert controller.stdout is not None
            self.keeper = int(controller.stdout.readline())
            self.device.take(INIT + UPDATE)
            self.device.deaf = True
            self.lock = DeviceLock(self.url).path
            untold(report_beside(self.lock))
            controller.kill()

    def serve(self, until: Callable[[], bool]) -> None:
        """The device hears and answers until then."""
        waits, end = select.poll(), time.monotonic() + 20
        waits.register(self.end, select.POLLIN)
        while not until():
            assert time.monotonic() < end
            if waits.poll(50):
                os.write(self.end, self.device.take(os.read(self.end, 4096)))

    def close(self) -> None:
        """The line hangs up, and whoever keeps it ends with it: the next pseudo-terminal may have its name."""
        now = self.kept_by
        os.close(self.end)
        os.close(self.near)
        for keeper in {self.keeper} if now is None else {self.keeper, now.process}:
            until(lambda files=Path(f"/proc/{keeper}/fd"): not files.is_dir() or not any(files.iterdir()))

    def confirmed(self) -> bool:
        kept = self.kept_by  # asked once: it may just be written anew
        return kept is not None and kept.confirmed

    @property
    def kept_by(self) -> AtWork | None:
        return keeper_at(self.lock)


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Left]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    left = Left(tmp_path)
    yield left
    left.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the runtime folder is named by the environment there")
@pytest.mark.covers("SR-28", "PR-01")
def test_a_device_that_is_not_known_to_be_halted_goes_to_a_session_of_its_family_alone_and_is_never_left(
    left: Left, tmp_path: Path
) -> None:
    rehastim1 = family("rehastim1")
    left.serve(lambda: left.kept_by is not None)
    assert left.kept_by == AtWork(left.keeper, "rehastim1", confirmed=False)
    for opens in (lambda: open_guarded(left.url, DEFAULT, tmp_path), lambda: open_asking(left.url, rehastim1)):
        with pytest.raises(PortBusy, match=f"process {left.keeper}.*the RehaStim 1 there HAS NOT CONFIRMED") as told:
            opens()
        assert f"kill -9 {left.keeper}" in str(told.value)
    other, began = DeviceLock(left.url, family="p24"), time.monotonic()
    other.acquire()
    left.serve(lambda: time.monotonic() > began + 1.3)
    other.release()
    assert left.kept_by is not None, "it has kept the line"

    guard = open_guarded(left.url, rehastim1, tmp_path)
    left.serve(lambda: left.kept_by is None)
    guard.close()  # with nothing confirmed
    left.serve(lambda: left.kept_by is not None)
    assert left.kept_by != AtWork(left.keeper, "rehastim1", confirmed=False)
    left.device.deaf = False
    left.serve(left.confirmed)
    assert not left.device.running
    open_guarded(left.url, DEFAULT, tmp_path).close()
    left.serve(lambda: left.kept_by is None)


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="the runtime folder is named by the environment there")
@pytest.mark.covers("SR-28", "PR-01")
def test_a_line_whose_keeper_could_tell_nothing_is_not_taken_for_that_of_a_device_that_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has only just taken over, or what stands in its report's place is none."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    left = Left(tmp_path, untold=Path.mkdir)
    assert left.kept_by is None
    guard = open_guarded(left.url, family("rehastim1"), tmp_path)
    report_beside(left.lock).rmdir()
    guard.close()  # with nothing confirmed
    left.serve(lambda: left.kept_by is not None)
    left.device.deaf = False
    left.serve(left.confirmed)
    assert not left.device.running
    left.close()


DIES = """
import os, signal, sys
from nmes.link.lock import DeviceLock
DeviceLock(sys.argv[1], family="rehastim1").acquire()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="the runtime folder is named by the environment there")
@pytest.mark.covers("SR-28", "PR-01")
def test_a_device_that_may_be_on_is_not_given_to_a_session_that_has_died_or_was_broken_off(left: Left) -> None:
    left.serve(lambda: left.kept_by is not None)
    assert subprocess.run([sys.executable, "-c", DIES, left.url], check=False).returncode == -signal.SIGKILL
    began = time.monotonic()
    left.serve(lambda: time.monotonic() > began + 1.3)
    assert left.kept_by == AtWork(left.keeper, "rehastim1", confirmed=False)

    def broken_off() -> None:
        raise KeyboardInterrupt

    lock = DeviceLock(left.url, family="rehastim1")
    with pytest.raises(KeyboardInterrupt):
        open_serial(left.url, LineSettings(115_200, 8, "N", 2, rts_cts=True), lock, 2.0, waiting=broken_off)
    assert lock.holder() is None
    left.device.deaf = False
    left.serve(lambda: not left.device.running)  # it is still at work


@pytest.mark.covers("SR-28")
def test_each_note_is_told_once_with_whether_the_halt_was_confirmed(tmp_path: Path) -> None:
    said = {}
    for why in ("died", "stalled", "given_up"):
        for confirmed in (True, False):
            (tmp_path / "keeper-0.json").write_text(json.dumps({**GOOD, "why": why, "confirmed": confirmed}))
            [said[why, confirmed]] = kept(tmp_path)
            assert kept(tmp_path) == []
    assert len(set(said.values())) == 6
    for (_why, confirmed), sentence in said.items():
        assert ("COULD NOT CONFIRM" in sentence) is not confirmed
        assert "/dev/ttyUSB0" in sentence
        assert "2026-01-0" in sentence
        assert "T03:04" not in sentence, "a time for people"


@pytest.mark.covers("SR-28")
def test_a_note_is_told_in_the_language_that_is_spoken_then(tmp_path: Path) -> None:
    said = []
    try:
        for language in ("en", "de"):
            use(language)
            for text in (json.dumps(GOOD), "{"):
                (tmp_path / "keeper-0.json").write_text(text)
                said += kept(tmp_path)
    finally:
        use("en")
    assert [("keeper" in one, "Aufpasser" in one) for one in said] == [(True, False)] * 2 + [(False, True)] * 2


Maker = Callable[[Path], object]
STRANGE: dict[str, Maker] = {
    "no JSON": lambda path: path.write_text("{"),
    "deep": lambda path: path.write_text("[" * 2000),
    "a list": lambda path: path.write_text("[]"),
    "another why": lambda path: path.write_text(json.dumps({**GOOD, "why": "x"})),
    "no bool": lambda path: path.write_text(json.dumps({**GOOD, "confirmed": 1})),
    "escapes": lambda path: path.write_text(json.dumps({**GOOD, "url": "\x1b[2J"})),
    "long": lambda path: path.write_text(json.dumps({**GOOD, "url": "x" * 300})),
}
NOTHING: dict[str, Maker] = {
    "empty": lambda path: path.write_text(""),
    "endless": lambda path: path.write_text(" " * (MOST_BYTES + 1)),
    "a FIFO": os.mkfifo,
    "a folder": lambda path: path.mkdir(),
    "a link": lambda path: path.symlink_to(path.with_name("elsewhere")),
}


@pytest.mark.covers("SR-28")
def test_whatever_stands_in_a_notes_place_is_read_within_bounds_and_believed_only_if_it_is_ours(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(json.dumps(GOOD))
    wrong = []
    for kinds, expected in ((STRANGE, ["cannot be read"]), (NOTHING, [])):
        for name, make in kinds.items():
            path = tmp_path / "keeper-1.json"
            make(path)
            said = kept(tmp_path)
            if len(said) != len(expected) or not all(part in one for part, one in zip(expected, said, strict=True)):
                wrong.append((name, said))
            if path.is_dir():
                path.rmdir()
    assert wrong == []
    os.mkfifo(tmp_path / "keeper-1.json")
    full = os.open(tmp_path / "keeper-1.json", os.O_RDWR)
    os.write(full, json.dumps(GOOD).encode())
    assert kept(tmp_path) == [], "no plain file, whatever comes out of it"
    os.close(full)
    assert kept(tmp_path / "nowhere") == []


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="the runtime folder is named by the environment there")
@pytest.mark.covers("SR-28", "PR-01")
def test_a_session_that_cannot_have_a_keeper_of_its_own_gives_the_line_back(
    left: Left, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left.serve(lambda: left.kept_by is not None)
    began = time.monotonic()
    left.serve(lambda: time.monotonic() > began + 1.3)
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", "/nowhere/python")
        with pytest.raises(PortMissing, match="the keeper cannot be started"):
            open_guarded(left.url, family("rehastim1"), tmp_path)
    assert left.kept_by == AtWork(left.keeper, "rehastim1", confirmed=False)
    left.device.deaf = False
    left.serve(left.confirmed)
    assert left.kept_by == AtWork(left.keeper, "rehastim1", confirmed=True)
    assert not left.device.running
