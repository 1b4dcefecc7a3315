"""The settings of each family are read back at the opening: what the system made otherwise of them is refused."""

from __future__ import annotations

import os
import termios
import tty
from pathlib import Path

import pytest

from nmes.link.line_held import CFLAG, INPUT_RATE, OUTPUT_RATE, deviation
from nmes.link.lock import DeviceLock
from nmes.link.port import LineSettings, PortMissing
from nmes.link.serial_port import open_serial
from nmes.runtime.families import FAMILIES, Family


def asked(family: Family) -> LineSettings:
    line = family.line
    return LineSettings(line.baud, line.data_bits, line.parity, line.stop_bits, line.rts_cts)


def held(settings: LineSettings) -> list[object]:
    """What a system tells of a line that is exactly so."""
    flags = termios.CREAD | {7: termios.CS7, 8: termios.CS8}[settings.data_bits]
    flags |= {"N": 0, "E": termios.PARENB, "O": termios.PARENB | termios.PARODD}[settings.parity]
    flags |= (termios.CSTOPB if settings.stop_bits == 2 else 0) | (termios.CRTSCTS if settings.rts_cts else 0)
    rate = getattr(termios, f"B{settings.baud}")
    return [0, 0, flags, 0, rate, rate, []]


@pytest.mark.covers("SR-17")
@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.key)
def test_a_line_that_is_as_asked_is_good_and_each_other_one_is_named(family: Family) -> None:
    settings, good = asked(family), held(asked(family))
    assert deviation(good, settings, pseudo=False) == ""
    turned = {
        f"{settings.stop_bits} stop bits": termios.CSTOPB,
        "RTS/CTS on" if settings.rts_cts else "RTS/CTS off": termios.CRTSCTS,
        f"parity {settings.parity}": termios.PARENB,
        "8 data bits": termios.CS8 ^ termios.CS7,
    }
    for words, bits in turned.items():
        attributes = list(good)
        attributes[CFLAG] = int(str(good[CFLAG])) ^ bits
        assert deviation(attributes, settings, pseudo=False) == words
        of_bits_a_terminal_does_not_keep = words.startswith(("parity", "8 data"))
        assert (deviation(attributes, settings, pseudo=True) == "") is of_bits_a_terminal_does_not_keep
    for where in (INPUT_RATE, OUTPUT_RATE):
        attributes = list(good)
        attributes[where] = termios.B9600
        assert deviation(attributes, settings, pseudo=True) == f"{settings.baud} baud"


def test_a_rate_without_a_name_of_its_own_is_not_judged() -> None:
    settings = LineSettings(123_457, 8, "N", 2, rts_cts=False)
    attributes = [0, 0, termios.CREAD | termios.CS8 | termios.CSTOPB, 0, 0, 0, []]
    assert deviation(attributes, settings, pseudo=False) == ""


@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.key)
def test_a_terminal_is_opened_as_the_family_needs_it_and_again_after_that(family: Family, tmp_path: Path) -> None:
    far, near = os.openpty()
    try:
        tty.setraw(near)
        port = open_serial(os.ttyname(near), asked(family), DeviceLock(os.ttyname(near), tmp_path))
        told = termios.tcgetattr(far)
        assert deviation(told, asked(family), pseudo=True) == ""
        port.close()
        open_serial(os.ttyname(near), asked(family), DeviceLock(os.ttyname(near), tmp_path)).close()
    finally:
        os.close(near)
        os.close(far)


def test_a_line_that_does_not_take_its_settings_is_let_go_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system is the outside world here: a driver that rounds the rate without a word."""
    far, near = os.openpty()
    try:
        tty.setraw(near)
        name, really = os.ttyname(near), termios.tcgetattr
        with monkeypatch.context() as world:
            world.setattr(
                termios, "tcgetattr", lambda fd: [*really(fd)[:4], termios.B9600, termios.B9600, really(fd)[6]]
            )
            with pytest.raises(PortMissing, match="did not take 460800 baud"):
                open_serial(name, asked(FAMILIES[2]), DeviceLock(name, tmp_path))
        open_serial(name, asked(FAMILIES[2]), DeviceLock(name, tmp_path)).close()
    finally:
        os.close(near)
        os.close(far)
