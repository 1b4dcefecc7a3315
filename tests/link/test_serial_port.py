"""A real pseudo-terminal at the far end: what pyserial does in each bad case becomes one family of errors."""

from __future__ import annotations

import errno
import os
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import serial
from pytest_mock import MockerFixture
from serial.tools import list_ports_common

from helpers.waiting import until
from nmes.link.lock import DeviceLock, is_held
from nmes.link.port import Identity, LineSettings, Port, PortBusy, PortError, PortLost, PortMissing, PortTimeout
from nmes.link.serial_port import identify, known_ports, open_serial

P24 = LineSettings(3_000_000, 8, "N", 2, rts_cts=True)


@dataclass
class Terminal:
    """Both ends of a pseudo-terminal: `far` is the device's descriptor, `name` what the host opens."""

    far: int
    name: str
    lock: DeviceLock

    def open(self) -> Port:
        return open_serial(self.name, P24, self.lock)

    def hang_up(self) -> None:
        os.close(self.far)
        self.far = -1


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    far, near = os.openpty()
    tty.setraw(near)
    name = os.ttyname(near)
    pair = Terminal(far, name, DeviceLock(name, tmp_path))
    yield pair
    os.close(near)
    if pair.far >= 0:
        os.close(pair.far)


def test_bytes_of_every_value_go_both_ways(terminal: Terminal) -> None:
    port = terminal.open()
    every = bytes(range(256))
    port.write(every)
    assert os.read(terminal.far, 1000) == every
    os.write(terminal.far, every)
    got = b""
    while len(got) < 256:
        got += port.read(100, 5_000)
    assert got == every
    port.close()


def test_a_read_gives_what_is_there_without_waiting_for_more(terminal: Terminal) -> None:
    port = terminal.open()
    os.write(terminal.far, b"abc")
    assert port.read(1000, 60_000) == b"abc"
    assert port.read(1000, 0) == b""
    port.close()


def test_a_cancelled_read_returns_nothing_at_once(terminal: Terminal) -> None:
    port = terminal.open()
    port.cancel()
    assert port.read(10, 60_000) == b""
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(port.read(10, 60_000)))
    reader.start()
    port.cancel()
    reader.join(5)
    assert got == [b""]
    port.close()


def test_closing_under_a_blocked_read_gives_the_reader_one_of_our_errors_or_nothing(terminal: Terminal) -> None:
    port = terminal.open()
    ended: list[object] = []

    def read() -> None:
        try:
            while True:
                ended.append(port.read(10, 60_000))
        except PortError as error:
            ended.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    port.close()
    port.close()
    reader.join(5)
    assert isinstance(ended[-1], PortLost)
    assert all(item == b"" for item in ended[:-1])


def test_a_hang_up_is_a_lost_port_for_reads_and_writes(terminal: Terminal) -> None:
    port = terminal.open()
    terminal.hang_up()
    with pytest.raises(PortLost, match=f"{terminal.name} is gone: .*plug it in"):
        port.read(10, 5_000)
    with pytest.raises(PortLost):
        port.write(b"x")
    port.close()
    with pytest.raises(PortLost):
        port.read(10, 0)
    with pytest.raises(PortLost):
        port.write(b"x")


@pytest.mark.covers("SR-28")
@pytest.mark.parametrize("blocking", [False, True], ids=["does not wait", "waits"])
def test_what_the_keeper_of_the_line_was_faster_to_read_is_no_lost_port(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, blocking: bool
) -> None:
    port, read, taken = terminal.open(), os.read, list[bytes]()
    line = port.descriptor()
    assert line is not None
    os.set_blocking(line, blocking)  # a keeper of this line sets it for both

    def late(descriptor: int, most: int) -> bytes:
        if descriptor == line and not taken:
            taken.append(read(line, 4096))
        return read(descriptor, most)

    monkeypatch.setattr(os, "read", late)
    os.write(terminal.far, b"taken")
    assert port.read(10, 1_000) == b""
    assert taken == [b"taken"]
    os.write(terminal.far, b"its own")
    assert port.read(10, 1_000) == b"its own"
    port.close()


@pytest.mark.covers("PR-01")
@pytest.mark.parametrize("threads", [True, False])
def test_a_close_that_the_system_holds_up_keeps_nobody_waiting(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, threads: bool
) -> None:
    """As Linux does for 30 s where RTS/CTS lets nothing out: the screen has to say meanwhile what is not confirmed."""
    port, held, closed = terminal.open(), threading.Event(), threading.Event()
    close = serial.Serial.close

    def late(line: serial.Serial) -> None:
        if threads:
            held.wait()
        close(line)
        closed.set()

    def no_thread(thread: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(serial.Serial, "close", late)
    if not threads:
        monkeypatch.setattr(threading.Thread, "start", no_thread)
    port.close()
    assert closed.is_set() is not threads, "it does not wait for what waits"
    for use in (lambda: port.write(b"x"), lambda: port.read(10, 0)):
        with pytest.raises(PortLost):
            use()
    assert is_held(terminal.lock.path) is threads, "nobody else is let in before it is closed"
    held.set()
    until(lambda: not is_held(terminal.lock.path))


def test_a_write_nobody_takes_times_out_and_closes_the_port(terminal: Terminal) -> None:
    port = terminal.open()
    with pytest.raises(PortTimeout, match=r"took no data for 0\.1 s and was closed"):
        port.write(bytes(1_000_000))
    with pytest.raises(PortLost):
        port.write(b"x")
    DeviceLock(terminal.name, terminal.lock.path.parent).acquire()


def test_a_write_after_which_the_computer_was_busy_elsewhere_is_no_timeout(
    terminal: Terminal, mocker: MockerFixture
) -> None:
    """All bytes have left, and then this thread gets no core for longer than a write may take."""
    port, write = terminal.open(), os.write

    def and_then_nothing(descriptor: int, data: bytes) -> int:
        taken = write(descriptor, data)
        threading.Event().wait(0.12)
        return taken

    mocker.patch("os.write", side_effect=and_then_nothing)
    port.write(b"halt")
    port.write(b"again")
    assert os.read(terminal.far, 100) == b"haltagain"
    port.close()


def test_a_second_open_is_refused_by_name_and_leaves_the_first_alone(terminal: Terminal, tmp_path: Path) -> None:
    port = terminal.open()
    with pytest.raises(PortBusy, match=f"process {os.getpid()}"):
        open_serial(terminal.name, P24, DeviceLock(terminal.name, tmp_path))
    port.write(b"still here")
    assert os.read(terminal.far, 100) == b"still here"
    port.close()
    again = terminal.open()
    again.close()


def test_a_program_that_only_uses_the_systems_lock_is_noticed_too(terminal: Terminal, tmp_path: Path) -> None:
    other = serial.serial_for_url(terminal.name, exclusive=True)
    with pytest.raises(PortBusy, match="held by another program"):
        terminal.open()
    other.close()
    terminal.open().close()


def test_the_port_is_opened_exactly_as_the_device_asks(mocker: MockerFixture, tmp_path: Path) -> None:
    opened = mocker.patch("serial.serial_for_url")
    opened.return_value.fileno.side_effect = OSError  # no such device here to be asked what it took
    port = open_serial("/dev/ttyACM9", P24, DeviceLock("/dev/ttyACM9", tmp_path))
    opened.assert_called_once_with(
        "/dev/ttyACM9",
        baudrate=3_000_000,
        bytesize=8,
        parity="N",
        stopbits=2,
        rtscts=True,
        timeout=0,
        write_timeout=0.1,
        exclusive=True,
    )
    port.close()


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        (errno.EACCES, PortMissing, "may not be opened by this user"),
        (errno.EBUSY, PortBusy, "held by another program"),
        (errno.EIO, PortMissing, "cannot be opened"),
    ],
)
def test_each_way_an_open_fails_is_one_plain_sentence(
    mocker: MockerFixture, tmp_path: Path, number: int, error: type[PortError], words: str
) -> None:
    mocker.patch("serial.serial_for_url", side_effect=serial.SerialException(number, "as the system says"))
    with pytest.raises(error, match=f"^/dev/ttyACM9 .*{words}"):
        open_serial("/dev/ttyACM9", P24, DeviceLock("/dev/ttyACM9", tmp_path))
    DeviceLock("/dev/ttyACM9", tmp_path).acquire()


@pytest.mark.parametrize("url", ["/dev/there-is-no-such-port", "COM99", "no://such", ""])
def test_a_port_that_is_not_there_is_missing(tmp_path: Path, url: str) -> None:
    with pytest.raises(PortMissing, match="cannot be opened"):
        open_serial(url, P24, DeviceLock(url, tmp_path))


def test_only_usb_ports_are_listed_with_what_is_known_of_them(mocker: MockerFixture) -> None:
    usb, board = list_ports_common.ListPortInfo("/dev/ttyACM0"), list_ports_common.ListPortInfo("/dev/ttyS0")
    usb.vid, usb.pid, usb.serial_number, usb.description = 0x0483, 0x5740, "ABC", "STM32 Virtual COM Port"
    mocker.patch("serial.tools.list_ports.comports", return_value=[board, usb])
    known = Identity("/dev/ttyACM0", 0x0483, 0x5740, "ABC", "STM32 Virtual COM Port")
    assert known_ports() == [known]
    assert identify("/dev/ttyACM0") == known
    assert identify("/dev/ttyS0") == Identity("/dev/ttyS0")


def test_an_open_port_says_which_it_is(terminal: Terminal) -> None:
    port = terminal.open()
    assert port.identity == Identity(terminal.name)
    port.close()
