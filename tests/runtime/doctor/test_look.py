"""Looking at a computer: folders of the system made by hand, and this computer itself."""

from __future__ import annotations

import io
import os
import platform
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from nmes.record.disk import Disk as Medium
from nmes.runtime.doctor import examine
from nmes.runtime.doctor.look import Places, disk_of, look, terminal_of
from nmes.runtime.doctor.rights import udev_rules
from nmes.runtime.doctor.world import Module, World
from nmes.runtime.known_devices import FILE, Heard, remember


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A system in which nothing is."""
    root = tmp_path / "system"
    return Places(root / "sys", root / "proc", root / "run", root / "modules", (root / "rules",))


@pytest.fixture(autouse=True)
def own_locks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def seen(tmp_path: Path, places: Places, *, ports: str = "") -> World:
    return look(tmp_path / "home", ports, places, io.StringIO(), {}, Medium(sync=lambda fd: None))


def test_an_empty_system_is_seen_as_one(tmp_path: Path, places: Places) -> None:
    world = seen(tmp_path, places)
    assert world.modules == (("cdc_acm", Module.UNKNOWN), ("ftdi_sio", Module.UNKNOWN))
    assert (world.probing, world.rights.rule, world.clock.synchronised, world.clock.newest_ms) == (
        (),
        False,
        None,
        None,
    )
    assert world.disk.trouble == ""
    assert len(world.disk.sync_us) > 0
    assert world.disk.bytes_per_s > 0
    assert not (tmp_path / "home").exists(), "who looks makes no folder"
    assert list(tmp_path.glob(".nmes-doctor*")) == []
    assert {one.name for one in world.components} >= {"nmes", "Python", "textual", "pyserial"}
    assert examine(world)


def test_drivers_are_found_where_kernels_tell_of_them(tmp_path: Path, places: Places) -> None:
    folder = places.modules / platform.release()
    write(folder / "modules.dep", "kernel/drivers/usb/serial/usbserial.ko.zst:\n")
    assert seen(tmp_path, places).modules == (("cdc_acm", Module.MISSING), ("ftdi_sio", Module.MISSING))
    write(folder / "modules.dep", "kernel/drivers/usb/class/cdc-acm.ko.zst:\nkernel/drivers/usb/serial/ftdi_sio.ko:\n")
    assert seen(tmp_path, places).modules == (("cdc_acm", Module.LOADABLE), ("ftdi_sio", Module.LOADABLE))
    write(folder / "modules.builtin", "kernel/drivers/usb/class/cdc-acm.ko\n")
    (places.sys / "bus" / "usb-serial" / "drivers" / "ftdi_sio").mkdir(parents=True)
    assert seen(tmp_path, places).modules == (("cdc_acm", Module.THERE), ("ftdi_sio", Module.THERE))


def test_a_rule_that_gives_our_ports_to_somebody_is_found(tmp_path: Path, places: Places) -> None:
    rule = places.rules[0] / "60-nmes.rules"
    for text, there in (
        ('ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6001", ENV{X}="1"', False),
        ('# ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6001", MODE="0666"', False),
        ('ATTRS{idVendor}=="1234", ATTRS{idProduct}=="6001", MODE="0666"', False),
        ("\n".join(udev_rules("dialout")), True),
    ):
        write(rule, text)
        assert seen(tmp_path, places).rights.rule is there, text
    rule.unlink()
    os.mkfifo(rule)
    assert not seen(tmp_path, places).rights.rule


def test_programs_that_probe_are_seen(tmp_path: Path, places: Places) -> None:
    write(places.proc / "17" / "comm", "ModemManager\n")
    write(places.proc / "self" / "comm", "brltty\n")
    assert seen(tmp_path, places).probing == ("ModemManager",)


def test_the_clock_is_held_against_the_newest_session(tmp_path: Path, places: Places) -> None:
    (places.run / "systemd" / "timesync").mkdir(parents=True)
    write(tmp_path / "home" / "records" / "000001-20261121T091500Z-3f9a1c.jsonl")
    write(tmp_path / "home" / "simulation" / "000009-29991231T000000Z-3f9a1c.jsonl")
    world = seen(tmp_path, places)
    assert world.clock.synchronised is False
    assert world.clock.newest_ms == 32_503_593_600_000
    assert "began later" in next(one.said for one in examine(world) if one.topic == "clock")
    write(places.run / "systemd" / "timesync" / "synchronized")
    write(tmp_path / "home" / "simulation" / "000010-29991331T000000Z-3f9a1c.jsonl")
    world = seen(tmp_path, places)
    assert world.clock.synchronised is True
    assert world.clock.newest_ms == 1_795_252_500_000, "a name that is no time tells none"


def test_who_the_user_is(tmp_path: Path, places: Places, mocker: MockerFixture) -> None:
    mocker.patch("os.getuid", return_value=54_321)
    mocker.patch("pwd.getpwuid", side_effect=KeyError)
    mocker.patch("grp.getgrnam", side_effect=KeyError)
    rights = seen(tmp_path, places).rights
    assert (rights.user, rights.root, rights.group, rights.member) == ("user 54321", False, "", False)


def test_a_folder_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert disk_of(tmp_path / "file").trouble == "Not a directory"

    def full(fd: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    found = disk_of(tmp_path, Medium(write=full))
    assert (found.trouble, found.sync_us) == ("No space left on device", ())
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"], "what was begun is taken away again"


def test_what_a_terminal_tells() -> None:
    given = {"TERM": "xterm", "COLORTERM": "24bit", "NO_COLOR": "1", "SSH_TTY": "/dev/pts/1"}
    told = terminal_of(io.TextIOWrapper(io.BytesIO(), "utf-8"), given)
    assert (told.there, told.encoding, told.kind, told.depth, told.no_color, told.remote) == (
        *(False, "utf-8", "xterm", "24bit"),
        *(True, True),
    )


def test_devices_that_have_changed_or_cannot_be_read(tmp_path: Path, places: Places) -> None:
    home = tmp_path / "home"
    for firmware in ("1", "2"):
        remember(home, "A1", (1, 2), "/dev/x", Heard("p24", "P24-1", firmware, "2026-11-26T10:00"))
    assert "remembered as P24, P24-1, 1, and on 2026-11-26 it said P24, P24-1, 2" in seen(tmp_path, places).changed[0]
    write(home / FILE, "[")
    assert "cannot be read" in seen(tmp_path, places).devices_trouble
