"""What the last session of a plan was like, one sentence a value: what was given in it, and what was told of it since.

Law: what was not asked is left out, and where nothing was told that is said. A level is told as the one that was
accepted then, and as it was at the end where that is another; it sets nothing. What was corrected since is told
with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nmes.core.care_events import Answered
from nmes.core.course_of_care import Given
from nmes.language import _
from nmes.runtime.course_proposals import CONTRACTIONS
from nmes.runtime.numbers import in_ma

_TOLD: Final = frozenset({"nrs_after", "skin"})


def given_sentences(given: Given) -> Iterator[str]:
    """The session, its levels, and what was found after it."""
    yield _("{session} on {day}").format(session=given.session, day=given.day)
    several = len({level.waveform for level in given.levels}) > 1
    for level in given.levels:
        said = _("channel {channel}, waveform {waveform}: {level} accepted")
        said = said if several else _("channel {channel}: {level} accepted")
        told = said.format(channel=level.channel, waveform=level.waveform, level=in_ma(level.level_ua))
        if level.held_ua != level.level_ua:
            told = _("{accepted}, {end} at the end").format(accepted=told, end=in_ma(level.held_ua))
        yield _as_corrected(told, given.right(f"level_{level.channel}_{level.waveform}"))
    if given.nrs_after is not None:
        yield _as_corrected(_("pain after it {nrs} of 10").format(nrs=given.nrs_after), given.right("nrs_after"))
    if given.skin is not None:
        yield _as_corrected(_("skin after it {skin} of 3").format(skin=given.skin), given.right("skin"))
    yield from _corrected(given)


def _as_corrected(told: str, right: str) -> str:
    return _("{what}, CORRECTED since: {right}").format(what=told, right=right) if right else told


def _corrected(given: Given) -> Iterator[str]:
    """What was corrected in entries that are not told here."""
    told = {given.seqs.get(name) for name in given.seqs if name in _TOLD or name.startswith("level_")}
    for seq, right in given.corrected.items():
        if seq not in told:
            yield _("CORRECTED since, entry {entry}: {right}").format(entry=seq, right=right)


def answered_sentences(told: Answered | None) -> Iterator[str]:
    """What was told of it afterwards."""
    if told is None:
        yield _("nothing was told of it afterwards")
        return
    if told.discomfort is not None:
        yield _("discomfort {number} of 10").format(number=told.discomfort)
    if told.contraction is not None:
        yield _("contraction {how}").format(how=CONTRACTIONS[told.contraction])
    if told.soreness is not None:
        yield _("soreness after 48 hours {number} of 10").format(number=told.soreness)
    if told.dark_urine is not None:
        yield _("dark urine: yes") if told.dark_urine else _("dark urine: no")
    if told.skin_mark is not None:
        yield _("mark on the skin after 24 hours: yes") if told.skin_mark else _("mark on the skin after 24 hours: no")
