"""Which versions of firmware and protocol we know, family by family; what nobody knows is told.

Law: "known" is what the documents describe and the simulator plays; on a real device nobody has tested anything, and
the words do not claim it. What is too old, or of another protocol, is refused before, by the family's driver.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from nmes.language import _

_PROTOCOL: Final = re.compile(r"ScienceMode(?:\d protocol)? (\d+(?:\.\d+){0,2})")
_FIRMWARE: Final = re.compile(r"(\d+(?:\.\d+){1,3})(?= \(|$)")
_MOST_DIGITS: Final = 6
"""Of a number that is read; each is a byte on the wire."""

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The protocol we know, and the firmwares; none where no document lists any."""

    protocol: Version
    firmwares: tuple[Version, ...] = ()


KNOWN: Final = {
    "p24": Known((4, 0)),  # the only one that is described [source: docs/reference/sciencemode4.md]
    "rehamove3": Known((3, 2), ((2, 1, 16),)),  # released: 3.2.4 [source: README of ScienceMode3]
    "rehastim2": Known((1,)),  # its Init tells the protocol's alone [source: docs/reference/sciencemode123.md]
}
"""A RehaStim 1 tells no version at all [source: docs/reference/sciencemode123.md]."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a device's versions."""

    known: bool
    said: str


def judge(family: str, firmware: str) -> Verdict:
    """Of what a device told as its firmware, for instance "2.1.16 (ScienceMode 3.2.4)"."""
    table = KNOWN.get(family)
    if table is None:
        return Verdict(known=False, said=_("this device tells no version of its firmware"))
    protocol, version = _found(_PROTOCOL, firmware), _found(_FIRMWARE, firmware)
    if protocol is None:
        return Verdict(known=False, said=_('its version cannot be read from "{firmware}"').format(firmware=firmware))
    if protocol[: len(table.protocol)] != table.protocol:
        said = _("protocol version {found} is not known to this program (known: {known})")
        return Verdict(known=False, said=said.format(found=_text(protocol), known=_text(table.protocol)))
    if table.firmwares and version not in table.firmwares:
        said = _("firmware {found} is not known to this program (known: {known})").format(
            found=_text(version) if version else "?", known=", ".join(map(_text, table.firmwares))
        )
        return Verdict(known=False, said=said)
    return Verdict(known=True, said=_("its versions are those that the documents describe"))


def _found(pattern: re.Pattern[str], text: str) -> Version | None:
    match = pattern.search(text)
    return tuple(int(part[:_MOST_DIGITS]) for part in match[1].split(".")) if match else None


def _text(version: Version) -> str:
    return ".".join(map(str, version))
