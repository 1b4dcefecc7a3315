"""A story as it would be of another record: signed by a known key or another, damaged, torn, with other answers."""

from __future__ import annotations

from dataclasses import replace

from nmes.core import events as e
from nmes.record.chain import Damage
from nmes.record.story import Story
from nmes.record.verdicts import Sealed
from nmes.record.verify import Damaged, Torn

OUTCOME = "an outcome of the card"
_OF_SIGNED = frozenset({"chain", "key", "public_key"})


def unsigned(story: Story) -> Story:
    """The story as if it were of before there were signatures."""
    assert story.opened is not None
    bound = {name: value for name, value in story.opened.bound.items() if name not in _OF_SIGNED}
    return replace(story, sealed=None, checkpoints=(), opened=replace(story.opened, bound=bound))


def sealed(story: Story, *, known: bool = True, to_seq: int | None = None) -> Story:
    """The story as if it had been signed by a station."""
    head = story.verdict.head
    assert head is not None
    return replace(story, sealed=Sealed("0123456789abcdef", head.seq if to_seq is None else to_seq, known))


def damaged(story: Story) -> Story:
    return replace(story, verdict=Damaged(story.verdict.head, 305, Damage.ALTERED, "Entry 305 was changed."))


def torn(story: Story) -> Story:
    return replace(story, verdict=Torn(story.verdict.head, 304, b"{"))


def with_outcomes(story: Story, *texts: str) -> Story:
    """The story with these answers to an outcome of the card, after the treatment."""
    last = story.findings[-1]
    found = (
        replace(
            last, at=replace(last.at, seq=last.at.seq + 1 + n), observed=e.Observed(e.Finding.OUTCOME, 1, one, OUTCOME)
        )
        for n, one in enumerate(texts)
    )
    return replace(story, findings=(*story.findings, *found))
