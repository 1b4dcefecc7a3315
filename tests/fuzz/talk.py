"""What people and programs type: the backdoor's lines of JSON, and the bytes of a terminal."""

from __future__ import annotations

import json
from typing import Any

from firmware_sim.backdoor.desk import Backdoor
from firmware_sim.faults.catalogue import KINDS
from firmware_sim.simulator import Simulator
from fuzz.feed import Feed
from nmes.ui.input_tap import Tap
from nmes.ui.key_bytes import MOST_PASTED, KeyBytes
from nmes.ui.key_forms import Stop
from nmes.ui.raw_input import RawInput

ODD: tuple[Any, ...] = (
    *(None, True, 0, 1, -1, 8, 9, 255, 10**9, 10**15, 10**30, 1.5, -0.0, 1e300, "", "a", "good", "off", "\ud800"),
    *("é" * 50, [], [1], {}, {"a": 1}, {"level_ua": 1}, [[[]]], "level", "1.2.3", "calf", "x", "shortened"),
)
NAMES = (
    *("do", "what", "id", "fault", "at_us", "for_us", "channel", "params", "to", "name", "by_us", "last", "muscle"),
    *("injection", "worn_h", "self", "kind"),
)
WORDS = (
    *("get", "set", "inject", "clear", "snapshot", "restore", "advance", "help", "state", "pulses", "waveform"),
    *("faults", "load", "contact", "wear", "length", "switch"),
)
SWITCHES = ("update_clears_error", "first_pulse", "boot_ms", "timeout_state")
MOST_LEAP_US = 1_000_000


def _value(feed: Feed) -> Any:
    match feed.below(6):
        case 0:
            return feed.one_of(WORDS)
        case 1:
            return feed.one_of(tuple(KINDS))
        case 2:
            return feed.below(1 << 20)
        case 3:
            names = [name for kind in KINDS.values() for name in kind.takes]
            return {feed.one_of(names): feed.one_of(ODD) for _ in range(feed.below(3))}
        case 4:
            return feed.one_of(SWITCHES)
        case _:
            return feed.one_of(ODD)


def _request(feed: Feed) -> str:
    if feed.below(8) == 0:
        return feed.some(200).decode("utf-8", "replace")
    asked: dict[str, Any] = {"id": 1, "do": feed.one_of(WORDS[:8])}
    if feed.below(2):
        asked |= {"what": feed.one_of(WORDS[8:]), "channel": 1 + feed.below(8)}
    if asked["do"] == "inject":
        asked |= {"fault": feed.one_of(tuple(KINDS))}
    for _ in range(feed.below(5)):
        asked[feed.one_of(NAMES)] = _value(feed)
    return json.dumps(asked)


def backdoor(data: bytes) -> int:
    """Each line is answered by one line of JSON: what it asked, or one sentence why not; never by a crash within."""
    feed, simulator = Feed(data), Simulator()

    def advance(by_us: int) -> None:
        simulator.advance(simulator.now_us + min(by_us, MOST_LEAP_US))

    desk, good = Backdoor(simulator, advance=advance), 0
    for _ in range(12):
        if feed.empty:
            break
        line = _request(feed)
        said = desk.handle(line)
        answer = json.loads(said)
        assert "\n" not in said
        assert not str(answer.get("error", "")).startswith("internal error"), (line, said)
        good += answer["ok"]
    return good


# --- the terminal ---

SEQUENCES = (
    *(b"\x03", b"\x1b", b"\x1b[24~", b"\x1b[24;5~", b"\x1b[200~", b"\x1b[201~", b" ", b"+", b"\x00", b"\x1b[<0;40;23M"),
    *(b"\x1b[M !!", b"\x1b[27;5;99~", b"\x1b[99;5u", b"\x1b[57414;1;43u", b"\x1bO", b"\x1b]", b"\x1bP", b"\x1b\\"),
    *(b"\x07", b"\xc3", b"\xa9", b"\xff", b"\xe2\x82", b"\x1b[?2026;2$y", b"\x1b[1;1:3u", b"\x1b[[A", b"\x1b[I"),
)
MOST_READINGS = 20
MOST_HELD = 4096 + 2
"""Of a string that was begun; a sequence is shorter."""


def _typed(feed: Feed) -> bytes:
    found = bytearray()
    for _ in range(1 + feed.below(5)):
        match feed.below(6):
            case 0:
                found += feed.some(40)
            case 1:
                found += feed.one_of((b"1", b";", b":", b"\x1b", b"a")) * feed.one_of(
                    (1, 20, 30, 40, 50, 60, 200, 5000)
                )
            case 2:
                found += feed.one_of(SEQUENCES) * (1 + feed.below(20))
            case _:
                found += feed.one_of(SEQUENCES)
    return bytes(found)


def terminal(data: bytes) -> int:
    """No byte of a terminal breaks the reading; Ctrl+C is a STOP wherever it stands; what is kept is bounded."""
    feed, keys, now_s, heard = Feed(data), KeyBytes(), 0.0, 0
    stops: list[str] = []
    tap = Tap(stops.append, lambda: 0, lambda: 24)
    raw = RawInput(tap.hear, lambda: tap)
    for _ in range(MOST_READINGS):
        if feed.empty:
            break
        read = _typed(feed)
        pieces = keys.feed(read, now_s)
        assert sum(piece.stop is Stop.KEY for piece in pieces) >= read.count(b"\x03")
        assert len(keys._held) <= MOST_HELD
        assert keys._paste is None or len(keys._paste) <= MOST_PASTED
        stops.clear()
        raw.read(read, whole=feed.below(4) == 0)
        assert stops or b"\x03" not in read, "Ctrl+C was not heard"
        now_s += feed.one_of((0.0, 0.001, 0.05, 0.5))
        heard += len(pieces) + len(keys.tick(now_s))
        if feed.below(3) == 0:
            raw.quiet()
    keys.flush(now_s)
    assert not keys._held
    return heard
