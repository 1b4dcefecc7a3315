"""One session in a few values, for a course of many: levels, what was measured and found, who signed, how it ended.

Separate from the story, which reads every line: a course looks at twenty sessions while somebody waits. Law: nothing is
told of a session that does not verify, because what is missing may be what mattered; a value of another form than the
program writes is left out, never guessed. It holds no free text. What a level was at the end of the treatment is read
off what the guard was armed with, which no key changes without a trace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from nmes.core.events import Finding, What
from nmes.core.measurement import is_typed
from nmes.record.chain import BadLine, Entry, decode_line
from nmes.record.files import open_file
from nmes.record.held import Held
from nmes.record.measurements import is_damaged, muscles_of, notes_of

_MARKS: Final = (
    *(b'"level"', b'"measured"', b'"not_reached"', b'"Observed"', b'"Signed"', b'"dose"', b'"closed"'),
    *(b'"goal"', b'"Arm"', b'"lowered"'),
)
"""Only lines with one of these are decoded: a session has thousands of others."""


class Level(NamedTuple):
    """As it was accepted; `end_ua` and `most_ua`: at the end of the treatment, and at most in it. None: not told."""

    channel: int
    waveform: int
    level_ua: int
    end_ua: int | None = None
    most_ua: int | None = None


class Measure(NamedTuple):
    """`value` None: the test reached its cap without a cramp. `muscle`: under the channel, "" = not told by the record.

    `typed`: no test of this session found it.
    """

    what: str
    channel: int
    value: int | None
    muscle: str = ""
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Gist:
    """`levels` and `measured`: the last of each.

    `skin`: the worst of the last findings of each channel after the treatment. None: not found, or not looked for.
    `flowed`: whether any charge was accounted for, or may have flowed. `seqs`: the entry of each, 0 = of none, by
    `nrs_before`, `nrs_after`, `skin`, `level_CHANNEL_WAVEFORM`, `WHAT_CHANNEL`.
    """

    session: str
    t_utc: str
    protocol: str
    version: str
    assessment: str
    levels: tuple[Level, ...] = ()
    measured: tuple[Measure, ...] = ()
    nrs_before: int | None = None
    nrs_after: int | None = None
    skin: int | None = None
    adverse: bool | None = None
    signed_by: str = ""
    why: str = ""
    flowed: bool = True
    seqs: Mapping[str, int] = field(default_factory=dict, compare=False)


def gist(path: Path, names: Sequence[str] | None = None) -> Gist | None:
    """Of one session; None if its record cannot be believed, or tells nothing. OSError if it cannot be opened.

    `names` as in `nmes.record.verdicts.verify_session`.
    """
    if is_damaged(path, names):
        return None
    with open_file(path) as file:
        try:
            opened = decode_line(file.readline())
        except BadLine:  # nothing was ever written in it
            return None
        taker = _Taker(muscles_of(opened.body))
        for line in file:
            if line.endswith(b"\n") and any(mark in line for mark in _MARKS):
                taker.take(decode_line(line))
    return taker.gist(opened)


@dataclass(slots=True)
class _Taker:
    """Takes the telling entries of a sound session in order. `over`: the dose has been accounted for."""

    muscles: tuple[str, ...]
    over: bool = False
    flowed: bool = True
    levels: dict[tuple[int, int], int] = field(default_factory=dict)
    held: Held = field(default_factory=Held)
    measured: dict[tuple[str, int], Measure] = field(default_factory=dict)
    found: dict[tuple[str, str, bool], tuple[int | None, int]] = field(default_factory=dict)
    signed_by: str = ""
    why: str = ""
    seqs: dict[str, int] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        if entry.type == "closed":
            self.why = str(entry.body.get("why", ""))
        if entry.type != "event":
            return
        notes = tuple(notes_of(entry))
        event = entry.body.get("event")
        if isinstance(event, dict) and not any(code.startswith("refused:") for code, _ in notes):
            self._event(event, entry.seq)
        self.held.take(entry, notes)
        for code, values in notes:
            self._note(code, values, entry.seq)

    def _event(self, event: Mapping[str, Any], seq: int) -> None:
        value = event.get("value")
        if event.get("type") == "Observed" and (value is None or type(value) is int):
            self.found[str(event.get("finding")), str(event.get("of", "")), self.over] = value, seq
        if event.get("type") == "Signed":
            self.signed_by = str(event.get("by", ""))

    def _note(self, code: str, values: Mapping[str, Any], seq: int) -> None:
        if code == "dose":
            self.over, self.flowed = True, any(value for name, value in values.items() if name.endswith("_high_nc"))
        value = next((value for name, value in values.items() if name.startswith("value_")), None)
        match code, values.get("channel"), values.get("waveform"), values.get("level_ua"), value:
            case "level", int(channel), int(waveform), int(level_ua), _:
                self.levels[channel, waveform], self.seqs[f"level_{channel}_{waveform}"] = level_ua, seq
            case "measured", int(channel), _, _, int(found):
                self._measured(str(values.get("what")), channel, found, seq, typed=is_typed(values))
            case "not_reached", _, _, _, _:
                for number in range(1, len(self.muscles) + 1):
                    self._measured(What.CTF, number, None, seq)
            case _:
                pass

    def _measured(self, what: str, channel: int, value: int | None, seq: int, *, typed: bool = False) -> None:
        muscle = self.muscles[channel - 1] if 0 < channel <= len(self.muscles) else ""
        self.seqs[f"{what}_{channel}"] = seq
        self.measured[what, channel] = Measure(what, channel, value, muscle, typed)

    def _levels(self) -> tuple[Level, ...]:
        return tuple(Level(*slot, level_ua, *self.held.of(slot)) for slot, level_ua in self.levels.items())

    def _last(self, finding: Finding, *, over: bool) -> tuple[int | None, int]:
        """What was found last of a thing that is of no channel, and in which entry, 0 if in none."""
        return self.found.get((finding, "", over), (None, 0))

    def _skin(self) -> tuple[int | None, int]:
        """The worst of what was found last at each channel after the treatment."""
        skin = (one for (finding, _, over), one in self.found.items() if finding == Finding.SKIN and over)
        return max(((value, seq) for value, seq in skin if value is not None), default=(None, 0))

    def gist(self, opened: Entry) -> Gist:
        def text(name: str) -> str:
            return str(opened.body.get(name) or "")

        adverse, _seq = self._last(Finding.ADVERSE, over=True)
        (before, before_seq), (after, after_seq) = (self._last(Finding.NRS, over=over) for over in (False, True))
        skin, skin_seq = self._skin()
        return Gist(
            opened.session,
            opened.t_utc,
            text("protocol"),
            text("protocol_version"),
            text("assessment"),
            self._levels(),
            tuple(self.measured.values()),
            before,
            after,
            skin,
            None if adverse is None else bool(adverse),
            self.signed_by,
            self.why,
            self.flowed,
            {**self.seqs, "nrs_before": before_seq, "nrs_after": after_seq, "skin": skin_seq},
        )
