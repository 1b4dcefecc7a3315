"""What can be seen of a port from outside: the kernel's own folders, made by hand, and a real pseudo-terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture
from serial.tools import list_ports_common

from nmes.link.holders import Holder, holders_of
from nmes.link.lock import DeviceLock
from nmes.link.port import Identity
from nmes.link.ports import Access, look, seen_ports


@pytest.fixture(autouse=True)
def own_locks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.fixture
def node() -> Iterator[str]:
    far, near = os.openpty()
    yield os.ttyname(near)
    os.close(far)
    os.close(near)


def program(proc: Path, number: int, name: str, *opened: str) -> None:
    folder = proc / str(number) / "fd"
    folder.mkdir(parents=True)
    (proc / str(number) / "comm").write_text(name + "\n")
    for at, target in enumerate(opened):
        (folder / str(at)).symlink_to(target)


def test_programs_that_have_a_port_open_are_found_by_the_device_and_not_by_its_name(tmp_path: Path, node: str) -> None:
    proc = tmp_path / "proc"
    link = tmp_path / "by-id"
    link.symlink_to(node)
    program(proc, 7, "ModemManager", "/dev/null", node)
    program(proc, 9, "bad\x1bname", "socket:[77]", node)
    program(proc, 11, "innocent", "/dev/null", "/dev/not-there")
    program(proc, 13, "self", node)
    (proc / "15").mkdir()
    (proc / "self").mkdir()
    assert holders_of(str(link), proc, own=13) == (Holder("ModemManager", 7), Holder("bad?name", 9))
    (proc / "7" / "comm").unlink()
    assert holders_of(node, proc, own=13)[0] == Holder("?", 7)
    assert holders_of("/dev/not-there", proc) == ()
    assert holders_of("/dev/x\0y", proc) == ()
    assert holders_of(node, tmp_path / "no-proc") == ()


def test_this_systems_own_processes_can_be_looked_at(node: str) -> None:
    """This process has the other end too, as a simulator has: it hangs there, and holds nothing."""
    assert holders_of(node, own=0) == ()
    with Path(node).open("rb") as near:
        other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=near, stdout=subprocess.DEVNULL)
    with other:
        assert [holder.process for holder in holders_of(node)] == [other.pid]
        other.kill()
    assert holders_of(node) == ()


def test_a_terminal_that_shows_a_port_holds_it(tmp_path: Path) -> None:
    proc = tmp_path / "proc"
    program(proc, 7, "screen", "/dev/ptmx", "/dev/null")
    assert holders_of("/dev/null", proc) == (Holder("screen", 7),)


def test_what_the_kernel_tells_of_a_port(tmp_path: Path, node: str) -> None:
    tty = tmp_path / "class" / "tty" / Path(node).name / "device"
    tty.mkdir(parents=True)
    (tty / "driver").symlink_to("../../bus/usb-serial/drivers/ftdi_sio")
    (tty / "latency_timer").write_text("16\n")
    seen = look(Identity(node), tmp_path, tmp_path / "proc")
    assert (seen.access, seen.driver, seen.latency_ms, seen.busy) == (Access.OPEN, "ftdi_sio", 16, False)
    assert seen.group
    (tty / "latency_timer").write_text("soon\n")
    assert look(Identity(node), tmp_path).latency_ms is None
    lock = DeviceLock(node)
    lock.acquire()
    seen = look(Identity(node), tmp_path)
    assert seen.busy
    assert seen.holder is not None
    assert seen.holder.pid == os.getpid()
    lock.release()


def test_what_cannot_be_opened_is_told_from_what_is_not_there(tmp_path: Path, mocker: MockerFixture, node: str) -> None:
    (tmp_path / "file").touch()
    assert look(Identity("/dev/ttyNMES0"), tmp_path).access is Access.MISSING
    assert look(Identity("/dev/tty\0"), tmp_path).access is Access.MISSING
    assert look(Identity(str(tmp_path / "file")), tmp_path).access is Access.MISSING, "no device"
    assert look(Identity("socket://10.0.0.7:9"), tmp_path).access is Access.ELSEWHERE
    mocker.patch("os.access", return_value=False)
    assert look(Identity(node), tmp_path).access is Access.DENIED
    mocker.patch("grp.getgrgid", side_effect=KeyError)
    assert look(Identity(node), tmp_path).group.isdecimal()


def test_a_port_that_was_named_is_shown_once_whatever_its_name(
    tmp_path: Path, mocker: MockerFixture, node: str
) -> None:
    usb = list_ports_common.ListPortInfo(node)
    usb.vid, usb.pid, usb.serial_number, usb.description = 0x0403, 0x6001, "A1", "FT232R"
    mocker.patch("serial.tools.list_ports.comports", return_value=[usb])
    link = tmp_path / "by-id"
    link.symlink_to(node)
    for named in ("", node, str(link)):
        assert [port.identity for port in seen_ports(named, tmp_path)] == [
            Identity(node, 0x0403, 0x6001, "A1", "FT232R")
        ]
    assert [port.identity.url for port in seen_ports("socket://a:1", tmp_path)] == [node, "socket://a:1"]
