"""Two spellings of one device are one device, and two devices are two."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from nmes.link.address import device_name, host_and_port, is_socket
from nmes.link.lock import DeviceLock
from nmes.link.port import PortBusy

ONE = (
    "socket://localhost:5000",
    "socket://127.0.0.1:5000",
    "socket://127.0.0.1:05000",
    "socket://127.0.0.1:5000/",
    "SOCKET://LocalHost:5000/",
    "socket://localhost.:5000",
    "socket://[::1]:5000",
    "socket://[0:0:0:0:0:0:0:1]:5000",
    "socket://[::ffff:127.0.0.1]:5000",
    "socket://127.1:5000",
    "socket://0x7f.1:5000",
    "socket://127.0.0.9:5000",
    "socket://0.0.0.0:5000",
    " socket://localhost:5000 ",
    f"socket://{socket.gethostname().upper()}:5000",
)
OTHERS = (
    "socket://localhost:5001",
    "socket://10.0.0.7:5000",
    "socket://localhost.clinic.lan:5000",
    "socket://[2001:db8::1]:5000",
    "socket://localhost",
    "socket://localhost:99999",
    "socket://[::1",
    "socket://ä:5000",
    "loop://",
    "/dev/ttyNMES0",
    "/dev/ttyNMES1",
    "/dev/x\0y",
)


@pytest.mark.thorough
@pytest.mark.covers("FR-07")
def test_every_spelling_of_one_address_is_one_lock(tmp_path: Path) -> None:
    DeviceLock(ONE[0], tmp_path).acquire()
    free = []
    for spelt in ONE[1:]:
        try:
            DeviceLock(spelt, tmp_path).acquire()
        except PortBusy:
            continue
        free.append(spelt)
    assert free == []


def test_other_addresses_are_other_devices() -> None:
    names = [device_name(url) for url in (ONE[0], *OTHERS)]
    assert len(set(names)) == len(names)
    assert device_name("socket://[2001:DB8:0::1]:05000/") == device_name("socket://[2001:db8::1]:5000")
    assert device_name("socket://10.0.0.7:5000") == device_name("Socket://10.0.0.7:5000")


def test_where_an_address_leads() -> None:
    assert host_and_port("SOCKET://10.0.0.7:05000/x?y") == ("10.0.0.7", 5000)
    assert [is_socket(url) for url in ("socket://a:1", "Socket://a:1", "socketpair", "loop://", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    for wrong in ("socket://", "socket://a", "socket://:5", "socket://a:70000", "socket://[::1", "/dev/ttyS0"):
        with pytest.raises(ValueError, match=r"."):
            host_and_port(wrong)


def test_links_and_copies_of_a_devices_node_are_the_device(tmp_path: Path) -> None:
    far, near = os.openpty()
    node = os.ttyname(near)
    link = tmp_path / "by-id"
    link.symlink_to(node)
    assert device_name(str(link)) == device_name(node) == device_name(f"/dev/../{node}")
    assert device_name(node).startswith("device ")
    os.close(far)
    os.close(near)
    assert device_name("/dev/./ttyNMES0") == device_name("/dev/ttyNMES0")
    ring = tmp_path / "ring"
    ring.symlink_to(ring)
    assert device_name(str(ring)) == str(ring)


def test_what_other_systems_call_one_line(tmp_path: Path) -> None:
    assert device_name("com3", "win32") == device_name("\\\\.\\COM3", "win32") == "COM3"
    plain = tmp_path / "file"
    plain.touch()
    assert device_name(str(plain), "darwin") == str(plain)
