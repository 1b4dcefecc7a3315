"""The keeper as a process on a pseudo-terminal, and the controller's side of it; what it decides is in `test_vigil`."""

from __future__ import annotations

import fcntl
import inspect
import json
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import termios
import time
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.drivers import linux_driver

from helpers.byte_device import INIT, STOP, UPDATE, ByteDevice
from helpers.own_children import own_children
from nmes.link.holders import KEEPER, Holder, holders_of
from nmes.link.keeper import Halting, KeeperProcess, Told, start_keeper
from nmes.link.keeper_program import LEAVE_SCREEN, Keeper, Setup, identity
from nmes.link.keeper_report import AtWork, keeper_at, report_beside
from nmes.link.lock import DeviceLock
from nmes.link.memory_port import MemoryPort
from nmes.link.port import Identity, PortMissing
from nmes.link.socket_port import SocketPort

pytestmark = [pytest.mark.skipif(sys.platform == "win32", reason="POSIX"), pytest.mark.timeout(60)]
HALTING = Halting(STOP, 0xC1, 0x81)
PATIENCE_S = 20.0
"""Only for what is expected to come."""


@dataclass
class Bare:
    """An open line with nothing around it."""

    line: int

    @property
    def identity(self) -> Identity:
        return Identity("a line")

    def descriptor(self) -> int | None:
        return self.line

    def read(self, max_bytes: int, timeout_ms: int) -> bytes:
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        os.write(self.line, data)

    def cancel(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        os.close(self.line)


class Far:
    """The far end of a pseudo-terminal: a device that answers while somebody waits for something."""

    def __init__(self) -> None:
        self.end, near = os.openpty()
        tty.setraw(self.end)
        self.name = os.ttyname(near)
        os.set_blocking(near, False)
        self.near = near
        self.device = ByteDevice()

    def serve(self, until: float | None = None, halts: int = 1 << 30, other: int = -1) -> bytes:
        """Answer until so many halts have been heard, the line has ended or `other` has something; what that said."""
        end = time.monotonic() + (PATIENCE_S if until is None else until)
        waits = select.poll()
        waits.register(self.end, select.POLLIN)
        if other >= 0:
            waits.register(other, select.POLLIN)
        while self.device.halts < halts and (left_s := end - time.monotonic()) > 0:
            for descriptor, _what in waits.poll(left_s * 1000):
                if descriptor == other:
                    return os.read(other, 4096)
                try:
                    os.write(self.end, self.device.take(os.read(self.end, 4096)))
                except OSError:
                    return b"gone"
        return b""


@pytest.fixture
def far() -> Iterator[Far]:
    far = Far()
    yield far
    os.close(far.end)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    (tmp_path / "lock").write_text("ours")
    return Told(tmp_path / "keeper-1.json", tmp_path / "lock", "stopped", "not stopped", "rehastim1", screen=False)


def is_over(keeper: KeeperProcess) -> bool:
    """Whether the process is gone, and nobody has to wait for it."""
    try:
        os.waitpid(keeper.pid, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


def noted(path: Path, *, confirmed: bool) -> dict[str, object]:
    """The note, as soon as it says so: it is written by a process of its own."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if path.exists() and json.loads(path.read_text())["confirmed"] is confirmed:
            return dict(json.loads(path.read_text()))
        select.select([], [], [], 0.01)
    raise AssertionError("no such note")


def open_files() -> set[str]:
    return {path.name for path in Path("/dev/fd").iterdir()}


def children() -> set[str]:
    """The processes that this one has begun and has not yet taken leave of. Linux only."""
    return set(own_children())


@pytest.mark.covers("SR-28")
def test_a_line_that_is_none_gets_no_keeper_and_what_was_begun_is_undone(tmp_path: Path, told: Told) -> None:
    """A keeper that holds /dev/null takes every halt and stops nothing."""
    refused = []
    with (tmp_path / "file").open("w+b") as file, Path("/dev/null").open("r+b", buffering=0) as null:
        before, had = open_files(), children()
        for line in (file.fileno(), null.fileno()):
            with pytest.raises(PortMissing) as told_why:
                start_keeper(Bare(line), HALTING, told)
            refused.append(str(told_why.value))
        assert open_files() == before
        assert children() == had, "other tests of this process may have left some"
    assert set(refused) == {"a line: the keeper did not get this line; nothing can be started on it."}
    assert identity(99_999) == ""


@pytest.mark.covers("SR-28")
def test_where_no_duplicate_can_be_given_the_reason_is_told(told: Told) -> None:
    class Nobody:
        def from_host(self, data: bytes) -> None: ...

        def to_host(self) -> bytes:
            return b""

    with pytest.raises(PortMissing, match="cannot be given to a second process"):
        start_keeper(MemoryPort(Nobody()), HALTING, told)


@pytest.mark.covers("SR-28")
def test_a_keeper_that_cannot_be_started_is_told(far: Far, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    before = open_files()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(PortMissing, match="the keeper cannot be started: No such file"):
        start_keeper(Bare(far.near), HALTING, told)
    assert open_files() == before
    os.close(far.near)


@pytest.mark.covers("SR-28")
def test_one_that_rests_leaves_the_line_alone_and_free(far: Far, told: Told) -> None:
    port = Bare(far.near)
    keeper = start_keeper(port, HALTING, told)
    assert (keeper.engage(0), keeper.renew(1)) == ("", "")
    keeper.rest()
    keeper.rest()
    port.close()
    keeper.end(confirmed=True)
    keeper.end(confirmed=True)
    assert is_over(keeper)
    assert far.serve(5) == b"gone", "nobody holds the line any more"
    assert far.device.halts == 0
    assert not told.note.exists()


@pytest.mark.covers("SR-28")
def test_one_that_has_ended_is_trouble_and_no_other_file_is_read_or_written_for_it(far: Far, told: Told) -> None:
    """The numbers of its pipes are soon another file's: a record's, or a line's."""
    port = Bare(far.near)
    keeper = start_keeper(port, HALTING, told)
    keeper.engage(0)
    port.close()
    free = open_files()
    keeper.end(confirmed=True)
    file = told.note.with_name("another")
    file.write_bytes(b"TTTT")
    others = [os.open(file, os.O_RDWR) for _ in range(4)]
    try:
        assert {*map(str, others)} & free, "one of them has a number of its pipes"
        assert "has ended" in keeper.renew(200_000)
        assert "has ended" in keeper.engage(200_000)
        keeper.rest()
        keeper.give_up()
        assert [os.lseek(one, 0, os.SEEK_CUR) for one in others] == [0, 0, 0, 0]
        assert file.read_bytes() == b"TTTT"
    finally:
        for one in others:
            os.close(one)


@pytest.mark.covers("SR-28")
def test_one_that_was_never_engaged_ends_with_a_session_that_never_began(far: Far, told: Told) -> None:
    """Such as a wrong device on the port: nothing was confirmed, and the port is free all the same."""
    port = Bare(far.near)
    keeper = start_keeper(port, HALTING, told)
    port.close()
    keeper.end(confirmed=False)
    assert (is_over(keeper), far.serve(5), far.device.halts) == (True, b"gone", 0)


@pytest.mark.thorough
@pytest.mark.covers("SR-28")
def test_a_controller_that_stood_still_finds_out_gets_the_line_back_and_may_end(far: Far, told: Told) -> None:
    """On a descriptor above 1023, which `select` could not take."""
    high = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(high[0], 2048), high[1]))
    line = 1500
    os.dup2(far.near, line)
    os.close(far.near)
    port = Bare(line)
    try:
        keeper = start_keeper(port, HALTING, told)
        keeper.engage(0)
        port.write(INIT + UPDATE)
        far.serve(halts=1)
        assert not far.device.running
        far.serve(halts=3)
        assert "took over" in keeper.engage(1)
        keeper.rest()
        assert "took over" in keeper.renew(2), "at rest nothing is forgotten"
        assert keeper.renew(3) == "", "told once; the guard has halted since"
        assert keeper.renew(200_000) == ""
        heard = far.device.halts
        far.serve(0.3)
        assert (keeper.renew(400_000), far.device.halts) == ("", heard), "the line is the controller's again"
        assert noted(told.note, confirmed=True)["why"] == "stalled"
        port.close()
        keeper.end(confirmed=True)
        assert is_over(keeper)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, high)


@pytest.mark.thorough
@pytest.mark.covers("SR-28")
def test_one_that_took_over_before_it_was_told_of_the_rest_rests(far: Far, told: Told) -> None:
    """Else it would take over again each second, from a controller that has nothing to renew."""
    keeper = start_keeper(Bare(far.near), HALTING, told)
    keeper.engage(0)
    far.serve(halts=2)
    keeper.rest()  # it heard the device's answer first
    assert "took over" in keeper.renew(1)
    assert keeper.renew(2) == ""
    heard = far.device.halts
    far.serve(1.5)
    assert (keeper.renew(3), far.device.halts) == ("", heard)
    os.close(far.near)
    keeper.end(confirmed=True)
    assert is_over(keeper)


@pytest.mark.covers("SR-28")
def test_an_answer_that_a_controller_took_from_under_it_is_not_the_end_of_the_line(far: Far, told: Told) -> None:
    """Both read after a standstill; what one of them has read, poll may still have announced to the other."""
    setup = Setup(
        **{"line": far.near, "pipe": -1, "back": -1, "halt": "c0", "mask": 0xC1, "answer": 0x81, "terminal": ""},
        **{"url": "a line", "note": str(told.note), "lock": str(told.lock), "halted": "", "failed": ""},
        **{"family": told.family, "report": "", "screen": False},
    )
    shape = termios.tcgetattr(far.near)
    shape[3] &= ~termios.ICANON
    shape[6][termios.VMIN] = shape[6][termios.VTIME] = 0  # as pyserial opens it: nothing there reads as nothing
    termios.tcsetattr(far.near, termios.TCSANOW, shape)
    keeper = Keeper(setup, None)
    keeper._hear_device(select.POLLIN)
    os.close(far.end)
    with pytest.raises(OSError, match=r"ended|error"):
        keeper._hear_device(select.POLLIN | select.POLLHUP)
    os.close(far.near)
    far.end = os.open(os.devnull, os.O_RDONLY)


@pytest.mark.covers("SR-28")
def test_a_keeper_that_is_gone_or_does_not_answer_is_trouble(far: Far, told: Told) -> None:
    keeper = start_keeper(Bare(far.near), HALTING, told)
    os.kill(keeper.pid, signal.SIGSTOP)
    assert keeper.engage(0) == ""
    assert keeper.renew(1_000_000) == ""
    assert "does not answer" in keeper.renew(1_000_001)
    os.kill(keeper.pid, signal.SIGKILL)
    os.waitid(os.P_PID, keeper.pid, os.WEXITED | os.WNOWAIT)
    assert "has ended" in keeper.renew(1_200_000)
    assert "has ended" in keeper.engage(1_200_001)
    keeper.end(confirmed=True)
    assert is_over(keeper)
    os.close(far.near)


@pytest.mark.thorough
@pytest.mark.covers("SR-28", "PR-01")
def test_one_whose_controller_has_a_dead_line_takes_over_before_it_has_to_miss_it(far: Far, told: Told) -> None:
    keeper = start_keeper(Bare(far.near), HALTING, told)
    keeper.give_up()
    assert keeper.engage(0) == "", "it rested, and nothing was begun"
    far.device.take(INIT + UPDATE)
    keeper.give_up()
    far.serve(halts=2)
    assert not far.device.running
    assert noted(told.note, confirmed=True)["why"] == "given_up", "it was told, and has not waited for 1 s"
    assert "took over" in keeper.renew(1)
    keeper.renew(2)
    assert far.serve(0.2) == b""
    os.close(far.near)
    keeper.end(confirmed=False)
    keeper.give_up()
    assert far.serve(halts=far.device.halts + 1) == b"", "it has not given the line back"
    os.kill(keeper.pid, signal.SIGKILL)
    os.waitid(os.P_PID, keeper.pid, os.WEXITED)


@pytest.mark.thorough
@pytest.mark.covers("SR-28")
def test_one_that_is_given_up_to_halts_over_a_socket_until_the_far_end_goes(tmp_path: Path, told: Told) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near, other = socket.create_connection(server.getsockname()), server.accept()[0]
    port = SocketPort("socket://there:1", near, DeviceLock("socket://there:1", tmp_path))
    keeper, device = start_keeper(port, HALTING, told), ByteDevice(listed=True, running=True)
    keeper.engage(0)
    port.close()
    keeper.end(confirmed=False)
    other.settimeout(PATIENCE_S)
    while device.halts < 3:
        other.sendall(device.take(other.recv(100)))
    other.close()
    os.waitid(os.P_PID, keeper.pid, os.WEXITED)
    assert not device.running
    assert noted(told.note, confirmed=True)["why"] == "given_up"


@pytest.mark.thorough
@pytest.mark.covers("SR-28")
def test_a_controller_that_lets_its_lock_go_is_not_another_program_that_wants_the_line(far: Far, told: Told) -> None:
    """It stood still, woke, could not write and left: what the keeper sees of it is a change of the lock file."""
    keeper = start_keeper(Bare(far.near), HALTING, told)
    keeper.engage(0)
    far.device.deaf = True
    assert far.serve(1.3) == b""
    assert "took over" in keeper.engage(1)
    os.truncate(told.lock, 0)
    os.close(far.near)
    keeper.end(confirmed=False)
    assert far.serve(1.3) == b"", "it is still there"
    far.device.deaf = False
    far.serve(halts=2)
    assert far.device.halts == 2
    told.lock.write_text("somebody else")
    os.waitid(os.P_PID, keeper.pid, os.WEXITED)


@pytest.mark.covers("SR-28")
def test_what_stands_in_a_report_counts_while_somebody_holds_it_and_only_if_it_is_a_keepers(tmp_path: Path) -> None:
    lock = tmp_path / "device.lock"
    report = report_beside(lock)
    good = {"keeper": 7, "family": "rehastim1", "confirmed": False, "why": "died"}
    assert keeper_at(lock) is None
    report.write_text(json.dumps(good))
    assert keeper_at(lock) is None, "its keeper is gone"
    held = os.open(report, os.O_RDWR)
    fcntl.flock(held, fcntl.LOCK_EX)
    assert keeper_at(lock) == AtWork(7, "rehastim1", confirmed=False)
    wrong = []
    strange = ("", "{", "[]", "[" * 4000, json.dumps(good) + " " * 5000)
    parts = ({"keeper": -1}, {"keeper": "7"}, {"family": "\x1b[2J"}, {"family": "x" * 50}, {"confirmed": 1})
    for text in (*strange, *(json.dumps({**good, **part}) for part in parts)):
        report.write_text(text)
        if keeper_at(lock) is not None:
            wrong.append(text)
    assert wrong == []
    os.close(held)


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sets another process's limits")
@pytest.mark.covers("SR-28")
def test_a_computer_that_is_used_up_costs_the_note_and_not_the_halts(far: Far, told: Told) -> None:
    """What ended the controller, such as no file, process or memory left, may be there for the keeper too."""
    keeper = start_keeper(Bare(far.near), HALTING, told)
    resource.prlimit(keeper.pid, resource.RLIMIT_NOFILE, (3, 3))
    keeper.engage(0)
    far.serve(halts=3)
    assert far.device.halts == 3
    assert not told.note.exists()
    os.close(far.near)
    keeper.end(confirmed=True)
    assert is_over(keeper)


@dataclass
class Killed:
    """A controller with a terminal, and the number of its keeper."""

    process: subprocess.Popen[bytes]
    terminal: int
    keeper: int

    def shown(self, until: bytes) -> bytes:
        data = b""
        end = time.monotonic() + PATIENCE_S
        while until not in data and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.1)[0]:
                data += os.read(self.terminal, 4096)
        return data

    def wait_for_the_keepers_end(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while Path(f"/proc/{self.keeper}/fd").is_dir() and any(Path(f"/proc/{self.keeper}/fd").iterdir()):
            assert time.monotonic() < end
            select.select([], [], [], 0.02)


@pytest.fixture
def screen() -> list[str]:
    """An app's controller; one that speaks in lines has none."""
    return ["--screen"]


@pytest.fixture
def killed(far: Far, tmp_path: Path, screen: list[str]) -> Iterator[Killed]:
    terminal, near = os.openpty()
    tty.setraw(near)  # as an app leaves it that is killed
    command = [sys.executable, str(Path(__file__).with_name("keeper_controller.py")), far.name, str(tmp_path), *screen]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=near)
    os.close(near)
    os.close(far.near)
    assert process.stdout is not None
    assert process.stdin is not None
    yield Killed(process, terminal, int(process.stdout.readline()))
    process.stdout.close()
    process.stdin.close()
    process.kill()
    process.wait()
    os.close(terminal)


@pytest.mark.covers("SR-28")
def test_every_mode_the_app_sets_is_taken_back_so_that_the_whole_sentence_is_read() -> None:
    """A line that does not wrap would lose its end, PRESS THE EMERGENCY BUTTON, in a window of 80 columns."""
    written = inspect.getsource(linux_driver)
    modes = set(re.findall(r"x1b\[\?(\d+)[hl]", written)) - {"1007"}  # in a comment only
    assert {"7", "25", "1049", "2048"} <= modes
    for mode in modes:
        ends = "h" if mode in {"7", "25"} else "l"
        assert f"\x1b[?{mode}{ends}" in LEAVE_SCREEN, mode
    assert LEAVE_SCREEN.index("?1049l") < LEAVE_SCREEN.index("?7h")


@pytest.mark.covers("SR-28", "PR-01")
def test_kill_9_leaves_a_keeper_that_halts_tells_and_lets_the_next_one_in(
    far: Far, killed: Killed, tmp_path: Path
) -> None:
    for name in ("SIGINT", "SIGHUP", "SIGTERM", "SIGTSTP", "SIGQUIT", "SIGPIPE", "SIGUSR1"):
        os.kill(killed.keeper, getattr(signal, name))
    assert os.getsid(killed.keeper) == killed.keeper, "it does not die with its terminal"
    if sys.platform == "linux":
        assert Holder(KEEPER, killed.keeper) in holders_of(far.name), "it can be told from other programs"
    far.device.take(INIT + UPDATE)
    killed.process.kill()
    far.serve(halts=2)
    assert not far.device.running
    shown = killed.shown(b"stopped it.\r\n").decode()
    assert shown.endswith(f"{LEAVE_SCREEN}\r\nThe keeper has stopped it.\r\n")
    note = tmp_path / "keeper-1.json"
    assert noted(note, confirmed=True)["why"] == "died"
    assert note.stat().st_mode & 0o777 == 0o600
    heard = far.device.halts
    assert far.serve(1.5) == b""
    assert far.device.halts > heard, "it goes on once a second"
    DeviceLock(far.name, tmp_path).acquire()
    assert far.serve() == b"gone"


@pytest.mark.covers("SR-28")
@pytest.mark.parametrize("screen", [[]], ids=["lines"])
def test_a_terminal_that_was_no_apps_gets_words_and_no_codes(far: Far, killed: Killed) -> None:
    """An old terminal takes the screen's codes for a movement of its cursor, and writes over what stands there."""
    killed.process.kill()
    far.serve(halts=2)
    assert killed.shown(b"stopped it.\r\n") == b"\r\nThe keeper has stopped it.\r\n"


@pytest.mark.campaign
@pytest.mark.covers("SR-28")
def test_a_device_that_does_not_answer_is_told_as_such_and_the_end_of_the_line_is_the_end(
    far: Far, killed: Killed, tmp_path: Path
) -> None:
    far.device.deaf = True
    killed.process.kill()
    far.serve(2.2)
    assert "The keeper cannot stop it.\r\n" in killed.shown(b"stop it.\r\n").decode()
    os.close(far.end)
    far.end = os.open("/dev/null", os.O_RDONLY)
    killed.wait_for_the_keepers_end()
    assert noted(tmp_path / "keeper-1.json", confirmed=False)["why"] == "died"


@dataclass
class Heir:
    """A session of the same family, from its lock on: it has been lent the line of a device that does not answer."""

    lock: DeviceLock
    line: int


@pytest.fixture
def heir(far: Far, killed: Killed, tmp_path: Path) -> Heir:
    far.device.take(INIT + UPDATE)
    far.device.deaf = True
    killed.process.kill()
    assert far.serve(1.3) == b""
    lock = DeviceLock(far.name, tmp_path, family="rehastim1")
    lock.acquire()
    assert far.serve() == b"gone"
    line = os.open(far.name, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return Heir(lock, line)


@pytest.mark.campaign
@pytest.mark.covers("SR-28", "PR-01")
@pytest.mark.parametrize("killed_too", [True, False], ids=["killed", "in order"])
def test_a_session_that_ends_before_its_own_keeper_is_at_work_gives_the_line_back(
    far: Far, killed: Killed, heir: Heir, tmp_path: Path, killed_too: bool
) -> None:
    far.device.deaf = False
    heard = far.device.halts
    assert far.serve(0.4) == b""
    assert far.device.halts == heard, "as long as that session lives, the line is its own"
    assert far.device.running
    if killed_too:
        note = heir.lock.path.read_bytes()
        heir.lock.release()
        heir.lock.path.write_bytes(note)  # as it stands there when nobody could take it away
    else:
        heir.lock.release()
    os.close(heir.line)
    end = time.monotonic() + PATIENCE_S
    while far.serve(halts=heard + 2) == b"gone":
        assert time.monotonic() < end
        select.select([], [], [], 0.01)
    assert not far.device.running
    assert noted(tmp_path / "keeper-1.json", confirmed=True)["why"] == "died"
    assert killed.shown(b"stopped it.\r\n")


@pytest.mark.campaign
@pytest.mark.covers("SR-28")
def test_with_the_next_ones_keeper_at_work_the_earlier_one_goes(killed: Killed, heir: Heir) -> None:
    heir.lock.keep()
    killed.wait_for_the_keepers_end()
    heir.lock.release()
    os.close(heir.line)


@pytest.mark.campaign
@pytest.mark.covers("SR-28")
def test_a_line_that_another_program_has_taken_meanwhile_is_left_to_it_after_a_while(
    far: Far, killed: Killed, heir: Heir
) -> None:
    heir.lock.release()
    heard = far.device.halts
    assert far.serve(1.0) == b""
    assert Path(f"/proc/{killed.keeper}/fd").is_dir()
    killed.wait_for_the_keepers_end()
    assert far.device.halts == heard
    os.close(heir.line)
