"""A computer that is fit for a session, as a value; a test changes the one thing it is about."""

from __future__ import annotations

from nmes.runtime.doctor.world import Clock, Component, Disk, Module, Rights, Terminal, World
from nmes.runtime.ports import Access, Identity, SeenPort

ACM = SeenPort(Identity("/dev/ttyACM0", 0x0483, 0x5740, "A1", "STM32"), Access.OPEN, "dialout", "cdc_acm")
FTDI = SeenPort(Identity("/dev/ttyUSB0", 0x0403, 0x6001, "FT1", "FT232R"), Access.OPEN, "dialout", "ftdi_sio", 1)
NOON_MS = 1_795_694_400_000
"""2026-11-26 12:00 UTC."""

GOOD = World(
    system="Linux",
    rights=Rights("ada", root=False, group="dialout", member=True, enrolled=True, rule=False),
    modules=(("cdc_acm", Module.THERE), ("ftdi_sio", Module.LOADABLE)),
    probing=(),
    ports=(ACM, FTDI),
    asked_port="",
    clock=Clock(NOON_MS, 0, 100_000, synchronised=True, newest_ms=NOON_MS - 1),
    disk=Disk("/r", "", 10**10, (5_000, 6_000, 7_000), 10**8),
    terminal=Terminal(True, 120, 40, "utf-8", "xterm-256color", "truecolor", no_color=False, remote=False),
    components=(
        Component("nmes", "1.0.0", ""),
        Component("Python", "3.12.1", ">=3.11"),
        Component("rich", "14.0", ">=13.9,<16"),
    ),
)
