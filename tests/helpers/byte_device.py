"""The least of a device without a dead-man: bit 7 begins a command, C0 stops, and an update needs a list.

Written from the document's command table [source: SM1 document, section 4], shared with nobody; it knows no pulses.
"""

from __future__ import annotations

from dataclasses import dataclass, field

INIT, UPDATE, STOP = bytes.fromhex("880020003026"), bytes.fromhex("A0022C14"), b"\xc0"
"""One channel at 20 ms, 300 us at 20 mA, and the halt; as in the reference's vectors."""
INIT_OK, UPDATE_OK, STOP_OK = b"\x01", b"\x41", b"\x81"


@dataclass(slots=True)
class ByteDevice:
    """`take` gives the answers to some bytes; `running` is whether current flows, `halts` how many it has heard."""

    listed: bool = False
    running: bool = False
    halts: int = 0
    deaf: bool = False
    _begun: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> bytes:
        said = b"".join(self._byte(byte) for byte in data)
        return b"" if self.deaf else said

    def _byte(self, byte: int) -> bytes:
        if self.deaf:
            return b""
        if byte & 0x80:
            self._begun = bytearray()
        elif not self._begun:
            return b""
        self._begun.append(byte)
        kind = self._begun[0] >> 5
        if self._begun[0] == STOP[0]:
            self.halts += 1
            self.listed = self.running = False
            self._begun = bytearray()
            return STOP_OK
        if kind == 4 and len(self._begun) == len(INIT):
            self.listed, self.running, self._begun = True, False, bytearray()
            return INIT_OK
        if kind == 5 and (not self.listed or len(self._begun) == len(UPDATE)):
            self.running, listed, self._begun = self.listed, self.listed, bytearray()
            return UPDATE_OK if listed else b"\x40"
        return b""
