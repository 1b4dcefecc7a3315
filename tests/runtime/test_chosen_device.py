"""Which family is at a port: what was said, else what is remembered; and a device at another port is named with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytest_mock import MockerFixture
from serial.tools import list_ports_common

from nmes.runtime.chosen_device import choose, chosen, moved, now_at
from nmes.runtime.families import DEFAULT, family
from nmes.runtime.known_devices import FILE, Heard, KnownDevicesError, Remembered, remember
from nmes.runtime.ports import Access, Identity, SeenPort

RM3 = Remembered(
    "FT1", 0x0403, 0x6001, "/dev/ttyUSB0", Heard("rehamove3", "RM3-7", "2.1.16 (ScienceMode 3.2.4)", "2026-11-26T10:00")
)
CHANGED = replace(RM3, now=replace(RM3.known, firmware="2.2.0 (ScienceMode 3.2.4)", seen="2026-11-27T10:00"))


def usb(url: str = "/dev/ttyUSB0", serial: str = "FT1", access: Access = Access.OPEN) -> SeenPort:
    return SeenPort(Identity(url, 0x0403, 0x6001, serial, "FT232R"), access)


def gone(url: str) -> SeenPort:
    return SeenPort(Identity(url), Access.MISSING)


@pytest.mark.covers("SR-27")
def test_without_a_word_it_is_what_is_remembered_and_that_is_said() -> None:
    found = choose((usb(),), "/dev/ttyUSB0", (RM3,))
    assert found.family.key == "rehamove3"
    assert found.said == (
        "/dev/ttyUSB0: taken for the RehaMove3 with serial number FT1, as remembered; --device says otherwise"
    )
    assert "2.2.0" in choose((usb(),), "/dev/ttyUSB0", (CHANGED,)).said
    assert "nmes devices confirm FT1" in choose((usb(),), "/dev/ttyUSB0", (CHANGED,)).said


@pytest.mark.covers("SR-27")
def test_the_same_device_at_another_port_is_known_and_another_at_the_same_port_is_not() -> None:
    assert choose((usb("/dev/ttyUSB5"),), "/dev/ttyUSB5", (RM3,)).family.key == "rehamove3"
    other = choose((usb(serial="FT2"),), "/dev/ttyUSB0", (RM3,))
    assert other.family is DEFAULT
    assert (
        other.said
        == "/dev/ttyUSB0: nothing is remembered about the device there; taken for a P24, --device says otherwise"
    )
    assert choose((usb(serial=""),), "/dev/ttyUSB0", (replace(RM3, serial_number=""),)).family is DEFAULT


@pytest.mark.covers("FR-08")
def test_a_device_that_came_back_under_another_name_is_named_with_it_and_not_followed() -> None:
    ports = (usb("/dev/ttyUSB1"), gone("/dev/ttyUSB0"))
    found = choose(ports, "/dev/ttyUSB0", (RM3,))
    assert (
        found.said == "/dev/ttyUSB0 is not there: the device that was there (RehaMove3, RM3-7) is at /dev/ttyUSB1 now"
    )
    assert now_at(RM3, ports) == "/dev/ttyUSB1"
    absent = choose((gone("/dev/ttyUSB0"),), "/dev/ttyUSB0", (RM3,), family("rehamove3"))
    assert absent.said == (
        "/dev/ttyUSB0 is not there, and the device that was there last (RehaMove3, RM3-7) is at no other port"
    )
    assert choose((gone("/dev/ttyUSB9"),), "/dev/ttyUSB9", (RM3,)).said == ""


@pytest.mark.covers("FR-08")
def test_why_a_port_cannot_be_opened_names_where_its_device_is_now(tmp_path: Path, mocker: MockerFixture) -> None:
    usb_now = list_ports_common.ListPortInfo("/dev/ttyNMES1")
    usb_now.vid, usb_now.pid, usb_now.serial_number = 0x0403, 0x6001, "FT1"
    mocker.patch("serial.tools.list_ports.comports", return_value=[usb_now])
    assert moved(tmp_path, "/dev/ttyNMES0") == ""
    remember(tmp_path, "FT1", (0x0403, 0x6001), "/dev/ttyNMES0", RM3.known)
    assert moved(tmp_path, "/dev/ttyNMES0").endswith("(RehaMove3, RM3-7) is at /dev/ttyNMES1 now")
    remember(tmp_path, "FT1", (0x0403, 0x6001), "/dev/null", RM3.known)
    assert moved(tmp_path, "/dev/null") == "", "there is such a port"
    assert moved(tmp_path, None) == moved(tmp_path, "/dev/ttyNMES9") == ""
    (tmp_path / FILE).write_text("[")
    assert moved(tmp_path, "/dev/ttyNMES0") == ""


def test_what_a_person_says_holds_and_what_speaks_against_it_is_told() -> None:
    p24 = family("p24")
    found = choose((usb(),), "/dev/ttyUSB0", (RM3,), p24)
    assert found.family is p24
    assert found.said.startswith("the device with serial number FT1 is remembered as RehaMove3, RM3-7, 2.1.16")
    assert found.said.endswith("; P24 was asked for")
    assert choose((usb(),), "/dev/ttyUSB0", (RM3,), family("rehamove3")).said == ""
    assert choose((usb(),), "/dev/ttyUSB0", (CHANGED,), family("rehamove3")).said.startswith("It has changed")
    assert choose((usb(serial="FT2"),), "/dev/ttyUSB0", (RM3,), p24).said == ""


def test_a_family_that_a_later_program_has_remembered_is_not_guessed_at() -> None:
    later = replace(RM3, known=replace(RM3.known, family="p99"))
    found = choose((usb(),), "/dev/ttyUSB0", (later,))
    assert found.family is DEFAULT
    assert '"p99", which this program does not know' in found.said


def test_links_to_a_port_are_that_port(tmp_path: Path) -> None:
    (tmp_path / "node").touch()
    (tmp_path / "by-id").symlink_to(tmp_path / "node")
    ports = (usb(str(tmp_path / "node")),)
    assert choose(ports, str(tmp_path / "by-id"), (RM3,)).family.key == "rehamove3"


def test_the_simulator_needs_no_memory(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[")
    for url in (None, "socket://localhost:5", "/dev/pts/3"):
        assert chosen(tmp_path, url, "rehamove3").family.key == "rehamove3"
        assert chosen(tmp_path, url) == chosen(tmp_path, None)
    with pytest.raises(KnownDevicesError):
        chosen(tmp_path, "/dev/ttyNMES0")
    (tmp_path / FILE).unlink()
    assert chosen(tmp_path, "socket://10.0.0.7:9").said.startswith("socket://10.0.0.7:9: nothing is remembered")
    with pytest.raises(ValueError, match="no stimulator family"):
        chosen(tmp_path, None, "p99")
