"""The rules of a card that the program proposes by, in words, each with how far its numbers can be trusted."""

from __future__ import annotations

from collections.abc import Iterator

from nmes.core.protocol import Progress, Protocol
from nmes.core.protocol_progress import Retest
from nmes.language import _, many
from nmes.runtime.course_proposals import RETESTED
from nmes.ui.protocol_tags import tag


def rules(protocol: Protocol) -> Iterator[str]:
    """One line a rule; none where the card has none."""
    found = protocol.progress
    if found is None:
        return
    for name, said in _said(found):
        yield f"- {said}{tag(protocol, f'progress.{name}')}"


def _said(found: Progress) -> Iterator[tuple[str, str]]:
    if (advance := found.advance) is not None:
        said = _("discomfort at most {score} of 10 and a full contraction to the end: {low} to {high} mA more")
        low, high = advance.rise_ma_low, advance.rise_ma_high
        yield "advance", said.format(score=advance.discomfort_at_most, low=low, high=high)
    if (share := found.share) is not None:
        said = _(
            "no fewer cramps in {weeks} weeks than in as many before the plan, and discomfort at most {score} of 10: "
            "{step} % more of the most that is tolerated"
        )
        yield "share", said.format(weeks=share.weeks, score=share.discomfort_at_most, step=share.step_percent)
    if found.retest:
        yield "retest", "; ".join(map(_retest, found.retest))
    if (less := found.deload) is not None:
        said = _("soreness of {score} of 10 or more after 48 hours: wait until it has gone, then begin lower")
        if less.contractions_percent is not None:
            said = _("soreness of {score} of 10 or more after 48 hours: wait, then {part} % of the contractions")
        yield "deload", said.format(score=less.soreness_at_least, part=less.contractions_percent)
    if (booster := found.booster) is not None:
        said = _("one booster session {low} to {high} weeks after the last")
        yield "booster", said.format(low=booster.weeks_low, high=booster.weeks_high)


def _retest(rule: Retest) -> str:
    what = RETESTED[rule.measures]
    weeks = many("{number} week", "{number} weeks", rule.weeks or 0)
    sessions = many("{number} session", "{number} sessions", rule.sessions or 0)
    if rule.sessions is None:
        return _("measure {what} again after {weeks}").format(what=what, weeks=weeks)
    if rule.weeks is None:
        return _("measure {what} again after {sessions}").format(what=what, sessions=sessions)
    said = _("measure {what} again after {weeks} or {sessions}")
    return said.format(what=what, weeks=weeks, sessions=sessions)
