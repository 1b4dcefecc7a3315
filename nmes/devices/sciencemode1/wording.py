"""Why a device is refused, for the person who must find the right cable: what was heard, then what to do."""

from __future__ import annotations

STOPPED = 0x81
"""A stop, acknowledged. [source: SM1 document section 5.7]"""
_ANSWERS = frozenset({0x00, 0x01, 0x40, 0x41, 0x80, STOPPED, 0xC0, 0xC1})
_START, _ESCAPE, _HEADER = 0xF0, 0x81, 4
_ECHO = 0xC0
_ADVICE = "Choose the port of the RehaStim 1 and its ScienceMode on its touch panel."


def is_foreign(heard: bytes) -> bool:
    """Whether a byte came that a device of this family does not send when it is asked to stop.

    What bits 5 to 1 of an acknowledgement are is not specified, so only that of the stop may have any. Late answers to
    another program's commands are no foreign bytes.
    """
    return any(byte not in _ANSWERS and byte & 0xC1 != STOPPED for byte in heard)


def other_device(heard: bytes) -> str:
    """Foreign bytes came: what speaks like that."""
    return f"no RehaStim 1 is on this line: {_speaker(heard)}. {_ADVICE}"


def nothing_answered(heard: bytes) -> str:
    """No acknowledgement of a stop, though it was sent twice; nothing foreign either."""
    if not heard:
        seen = "the line stayed silent"
    elif set(heard) == {_ECHO}:
        seen = "what was sent came straight back, as from a cable without a device"
    else:
        seen = "something answered, but did not confirm that it is stopped"
    return f"nothing that speaks ScienceMode1 confirmed a stop: {seen}. {_ADVICE}"


def _speaker(heard: bytes) -> str:
    """Frames begin with F0; of ScienceMode2 two header bytes are escaped, of 3 and 4 four. [source: SM2, SM3]"""
    for at, byte in enumerate(heard):
        escapes = heard[at + 1 : at + 1 + 2 * _HEADER : 2]
        if byte == _START and escapes == bytes([_ESCAPE] * _HEADER):
            return "it speaks the frames of a RehaMove3 or a P24 (ScienceMode3 or 4)"
        if byte == _START and len(escapes) == _HEADER and escapes[:2] == bytes([_ESCAPE] * 2):
            return "it speaks the frames of a RehaStim2 (ScienceMode2)"
    return "another device speaks on it, or in another way"
