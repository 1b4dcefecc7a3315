"""Is this entry spelled canonically? Told from its shape where possible: far faster than spelling it anew.

Law: what is accepted here, `canonical.parse` would accept too; whatever is in doubt is left to it. An entry of plain
ASCII without a backslash is cut at its values: a text between quotes or an integer without needless zeros is its own
canonical spelling. What is left of the body, its shape, is braces, commas and names. If another entry of this very
shape was once spelled anew and found canonical, with names of letters only, then the names of this one are in order
and unrepeated too. With quotes in texts impossible, no text can pass for structure. A test holds both ways together.
"""

from __future__ import annotations

import re
from typing import Final

_FRAME: Final = re.compile(
    r'\{"actor":"[^"]*","body":(\{.*\}),"boot_id":"[^"]*","prev":"([^"]*)","seq":([1-9][0-9]{0,14}),"session":"([^"]*)",'
    r'"station":"([^"]*)","t_mono_ns":"[0-9]{1,20}","t_utc":"[^"]*","type":"([^"]*)","v":1\}'
)
_VALUE: Final = re.compile(r'(?<=[:,\[])(?:"[^"]*"|0|-?[1-9][0-9]{0,14})(?=[,\]}])')
"""A text or an integer in its only spelling, where a value stands. 15 digits stay below 2^53."""
_NAME: Final = re.compile(r'"[A-Za-z0-9_]+":')
_ESCAPED: Final = bytes((*range(0x20), ord("\\")))
"""What a canonical text has in no string, and a backslash, after which a quote may be none."""
_MOST: Final = 10_000
"""So many shapes are kept: a record that is all shapes must not fill the memory [design]."""


Frame = tuple[str, int, str, str, str, str]
"""`(prev, seq, session, station, type, shape)`: the parts of an entry around its body, and the shape of that."""


def framed(data: bytes) -> Frame | None:
    """The parts of an entry whose bytes are as we write them around its body; None where that has to be looked at."""
    if not data.isascii() or len(data.translate(None, _ESCAPED)) != len(data):
        return None
    found = _FRAME.fullmatch(data.decode())
    if found is None:
        return None
    body, prev, seq, session, station, kind = found.groups()
    return prev, int(seq), session, station, kind, _VALUE.sub("0", body)


class Shapes:
    """The shapes of bodies that were found canonical, as they are met."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __contains__(self, shape: str) -> bool:
        return shape in self._known

    def learn(self, shape: str) -> None:
        """The whole entry with a body of this shape was spelled anew, and is one of ours."""
        if '"' not in _NAME.sub("", shape):
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known.add(shape)
