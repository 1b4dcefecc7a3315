"""One program per device, by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nmes.link.lock import DeviceLock
from nmes.link.port import PortBusy, PortMissing

HOLD = """
import sys, pathlib
from nmes.link.lock import DeviceLock
lock = DeviceLock("/dev/ttyACM0", pathlib.Path(sys.argv[1]), "nmes-other")
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.covers("FR-07")
def test_a_second_program_is_told_who_holds_the_device(tmp_path: Path) -> None:
    DeviceLock("/dev/ttyACM0", tmp_path).acquire()
    with pytest.raises(PortBusy, match=rf"/dev/ttyACM0 is held by nmes, process {os.getpid()}, since 20.*; end that"):
        DeviceLock("/dev/ttyACM0", tmp_path).acquire()


def test_other_devices_are_free(tmp_path: Path) -> None:
    DeviceLock("/dev/ttyACM0", tmp_path).acquire()
    DeviceLock("/dev/ttyACM1", tmp_path).acquire()
    DeviceLock("socket://127.0.0.1:5000", tmp_path).acquire()
    with pytest.raises(PortBusy):
        DeviceLock("socket://127.0.0.1:5000", tmp_path).acquire()


def test_two_names_of_one_device_are_one_device(tmp_path: Path) -> None:
    (tmp_path / "real").touch()
    (tmp_path / "by-id").symlink_to(tmp_path / "real")
    DeviceLock(str(tmp_path / "real"), tmp_path).acquire()
    with pytest.raises(PortBusy):
        DeviceLock(str(tmp_path / "by-id"), tmp_path).acquire()


def test_a_released_lock_can_be_taken(tmp_path: Path) -> None:
    lock = DeviceLock("/dev/ttyACM0", tmp_path)
    lock.acquire()
    lock.release()
    lock.release()
    DeviceLock("/dev/ttyACM0", tmp_path).acquire()


def test_the_file_of_a_dead_program_is_taken_over(tmp_path: Path) -> None:
    lock = DeviceLock("/dev/ttyACM0", tmp_path)
    lock.path.write_text(json.dumps({"pid": 1, "program": "long gone", "started": "x", "device": "/dev/ttyACM0"}))
    lock.acquire()
    assert json.loads(lock.path.read_text())["pid"] == os.getpid()


def test_a_program_that_is_killed_frees_its_device(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(PortBusy, match=f"nmes-other, process {other.pid}"):
            DeviceLock("/dev/ttyACM0", tmp_path).acquire()
        other.kill()
    DeviceLock("/dev/ttyACM0", tmp_path).acquire()


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", "\0\xff"])
def test_a_holder_that_cannot_be_read_is_another_program(tmp_path: Path, text: str) -> None:
    held = DeviceLock("/dev/ttyACM0", tmp_path)
    held.acquire()
    held.path.write_text(text, "latin-1")
    with pytest.raises(PortBusy, match="held by another program"):
        DeviceLock("/dev/ttyACM0", tmp_path).acquire()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PortMissing, match="cannot be locked"):
        DeviceLock("/dev/ttyACM0", tmp_path / "file" / "folder").acquire()


def test_without_a_folder_it_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert DeviceLock("/dev/ttyACM0").path.is_relative_to(tmp_path) or sys.platform != "linux"


def test_a_system_that_names_no_runtime_folder_is_not_the_users_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """Warnings are errors here, so this fails if the missing folder is told to the user."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    assert DeviceLock("/dev/ttyNMES").path.suffix == ".lock"
