"""`nmes audit replay`: the recorded events through this program's decisions, and whether it decides the same.

Law: exit 0 says that every recorded event led to the recorded commands, in a record that is whole. Nothing can reach a
device. A difference is told with what was decided then and what would be decided now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from nmes.cli.audit import code_of, gravest, place_words, say, verdict_words
from nmes.cli.exits import BAD, GOOD, Failed
from nmes.cli.finding import real_session
from nmes.language import _, many
from nmes.record.codec import COMMANDS, Undecodable
from nmes.record.errors import RecordError
from nmes.record.files import Kind
from nmes.record.replay import CannotReplay, Encoded, FirstDifference, Same
from nmes.record.verdicts import SessionVerdict
from nmes.record.verify import Damaged, Intact
from nmes.runtime.replaying import Replay, replay_of
from nmes.ui.numbers import clock
from nmes.ui.record_words import command_words
from nmes.ui.replay_words import happened


def replay(text: str, kinds: tuple[Kind, ...]) -> int:
    """One session; the verdict on its record first."""
    kind, path = real_session(text, kinds)
    try:
        found = replay_of(path, kind)
    except RecordError as error:
        raise Failed(BAD, str(error)) from error
    verdict = SessionVerdict(found.story.session, path, found.story.verdict, found.story.sealed)
    say(f"{verdict.session}: {verdict_words(verdict)}", "  ")
    if not isinstance(verdict.verdict, Intact):
        say(place_words(path, verdict.verdict), "  ")
    for line in _told(found):
        say(line, "    ")
    if isinstance(verdict.verdict, Damaged):
        say(_("What comes after the damage was not replayed."))
    return gravest((code_of(verdict), GOOD if isinstance(found.result, Same) else BAD))


def _told(found: Replay) -> Iterator[str]:
    match found.result:
        case Same(events=events):
            yield many(
                "Replayed: {number} event, and the same commands.",
                "Replayed: {number} events, and the same commands.",
                events,
            )
        case CannotReplay(seq=seq, reason=reason):
            yield _("CANNOT BE REPLAYED from entry {entry} on: {why}").format(entry=seq, why=reason)
        case FirstDifference(seq=seq, recorded=recorded, now=now):
            yield _("DIFFERENT from entry {entry} on: this version decides otherwise.").format(entry=seq)
            yield from _where(found, seq)
            yield from _difference(recorded, now)


def _where(found: Replay, seq: int) -> Iterator[str]:
    """When it was, and what had happened."""
    for moment in found.moments:
        if moment.at.seq == seq:
            yield _("{time} after opening, by {who}:").format(time=clock(moment.at.t_ms), who=moment.at.actor)
            yield from (f"  {line}" for line in happened(moment) if not line.startswith("= "))


def _difference(recorded: Encoded, now: Encoded) -> Iterator[str]:
    """Every command of then and of now; the common ones have no mark."""
    for command in recorded:
        yield f"  {'  ' if command in now else _('recorded:')} {_words(command)}"
    for command in now:
        if command not in recorded:
            yield f"  {_('now:')} {_words(command)}"


def _words(command: object) -> str:
    """What it says, and in full what it is: two may read alike."""
    written = json.dumps(command, ensure_ascii=False)
    try:
        said = command_words(COMMANDS.decode(command), everything=True)
    except Undecodable:
        return written
    return f"{said}  {written}"
