"""A button that is only a line: a byte or a control line that changes is a press, and nothing is written to it."""

from __future__ import annotations

import os
import socket
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import serial

from nmes.link.button import LineButton, open_button
from nmes.link.lock import DeviceLock
from nmes.link.port import Identity, PortBusy, PortLost, PortMissing
from nmes.link.serial_port import SerialPort


@pytest.fixture(autouse=True)
def _own_runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))


@dataclass
class Looped:
    """A button on pyserial's loop, whose control lines are tied: RTS to CTS, DTR to DSR."""

    line: serial.SerialBase
    button: LineButton


@pytest.fixture
def looped(tmp_path: Path) -> Iterator[Looped]:
    line = serial.serial_for_url("loop://", timeout=0)
    lock = DeviceLock("loop://", tmp_path)
    lock.acquire()
    button = LineButton(SerialPort(line, Identity("loop://"), lock))
    yield Looped(line, button)
    button.close()


@pytest.fixture
def far() -> Iterator[tuple[int, str]]:
    """A pseudo-terminal: the button's end, and the name to open."""
    far, near = os.openpty()
    tty.setraw(near)
    yield far, os.ttyname(near)
    for end in (far, near):
        os.close(end)


@pytest.mark.parametrize("data", [b"\0", b"x", b"\xff" * 5000])
def test_any_byte_is_a_press_and_silence_is_none(far: tuple[int, str], data: bytes) -> None:
    end, name = far
    button = open_button(name)
    assert not button.pressed(0)
    os.write(end, data[:4000])
    assert button.pressed(5_000)
    button.close()


@pytest.mark.parametrize("line", ["rts", "dtr"])
def test_a_control_line_that_goes_or_comes_is_a_press_once(looped: Looped, line: str) -> None:
    assert not looped.button.pressed(0)
    setattr(looped.line, line, False)
    assert looped.button.pressed(0)
    assert not looped.button.pressed(0)
    setattr(looped.line, line, True)
    assert looped.button.pressed(0)


def test_nothing_is_ever_written_to_it(far: tuple[int, str]) -> None:
    end, name = far
    button = open_button(name)
    button.pressed(0)
    os.set_blocking(end, False)
    with pytest.raises(BlockingIOError):
        os.read(end, 1)
    button.close()


def test_a_button_whose_line_is_closed_is_gone() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    button = open_button(f"socket://127.0.0.1:{server.getsockname()[1]}")
    near, _ = server.accept()
    near.send(b"!")
    assert button.pressed(5_000)
    near.close()
    with pytest.raises(PortLost, match="is gone"):
        button.pressed(5_000)
    button.close()
    button.close()
    server.close()


def test_a_control_line_that_can_no_longer_be_read_is_a_lost_button(
    looped: Looped, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unplugged(_line: object) -> bool:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(type(looped.line), "cts", property(unplugged))
    with pytest.raises(PortLost, match="is gone"):
        looped.button.pressed(0)


def test_a_line_that_cannot_be_asked_at_all_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    def unplugged(_line: object) -> bool:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(serial.serial_for_url("loop://").__class__, "cts", property(unplugged))
        with pytest.raises(PortLost):
            open_button("loop://")
    open_button("loop://").close()


def test_it_is_opened_like_a_device_for_one_program_only(far: tuple[int, str]) -> None:
    button = open_button(far[1])
    with pytest.raises(PortBusy, match="is held by nmes"):
        open_button(far[1])
    button.close()
    open_button(far[1]).close()


@pytest.mark.parametrize("url", ["/dev/no-such-button", "socket://127.0.0.1:1", "socket://nowhere"])
def test_a_button_that_is_not_there_is_said_in_one_sentence(url: str) -> None:
    with pytest.raises(PortMissing, match=r"try again|write it as"):
        open_button(url)
