"""Which device an address means: two spellings of one device are one device, for whoever locks it.

Law: what may be the same device has the same name here. Two programs on one stimulator do harm, a program that has to
wait does none; so every address of this computer's own network counts as one, and what cannot be read is its own name.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import stat
import sys
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

SOCKET: Final = "socket"
_LOOPBACK: Final = "loopback"


def is_socket(url: str) -> bool:
    """Whether `url` is the address of a TCP connection; the case of a scheme says nothing (RFC 3986)."""
    scheme, separator, _ = url.strip().partition("://")
    return bool(separator) and scheme.lower() == SOCKET


def host_and_port(url: str) -> tuple[str, int]:
    """Where `socket://host:port` leads, whatever stands behind it; ValueError if that is no such address."""
    if not is_socket(url):
        raise ValueError("no socket:// address")
    parts = urlsplit(url.strip())
    if not parts.hostname or parts.port is None:  # `port` raises ValueError itself where it is no number in range
        raise ValueError("no host or no port")
    return parts.hostname, parts.port


def device_name(url: str, system: str = sys.platform) -> str:
    """The one name of the device at `url`. It is for comparing: nothing can be opened by it."""
    text = url.strip()
    if is_socket(text):
        try:
            host, port = host_and_port(text)
        except ValueError:
            return text.lower()
        return f"{SOCKET}://{_host(host)}:{port}"
    if "://" in text:
        return text
    if system == "win32":
        return text.upper().removeprefix("\\\\.\\")
    return _node(text, system)


def _host(host: str) -> str:
    """An address in its one spelling; this computer's own network in one word."""
    name = host.lower().rstrip(".").partition("%")[0]
    if name in {"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback", socket.gethostname().lower()}:
        return _LOOPBACK
    address = _address(name)
    if address is None:
        return name
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return _LOOPBACK if address.is_loopback or address.is_unspecified else str(address)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(name))  # 127.1 and 0x7f000001 reach this computer as well
    except (OSError, UnicodeError, ValueError):
        return None


def _node(text: str, system: str) -> str:
    """A link is what it leads to; a device's node is the device, whatever it is called.

    macOS has two nodes for one line, tty.* and cu.* [source, secondary].
    """
    try:
        path = Path(text).resolve()
        found = path.stat()
    except (OSError, ValueError, RuntimeError):  # not there, a zero byte, a ring of links
        return os.path.normpath(text)
    if system == "darwin":
        return str(path).replace("/dev/tty.", "/dev/cu.", 1)
    if stat.S_ISCHR(found.st_mode):
        return f"device {os.major(found.st_rdev)}:{os.minor(found.st_rdev)}"
    return str(path)
