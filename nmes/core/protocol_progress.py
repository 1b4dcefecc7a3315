"""The part of a card that the program can compute with: when to go on, to do less, to measure again.

Separate from the texts of `progression` and `deload`, which stay what a therapist reads: a rule stands here only if it
asks for nothing but numbers that are asked for or measured. Each rule has one origin, by its path in `provenance`. It
leads to a proposal, never to an output (see `nmes.core.progression`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from nmes.core.protocol_fields import Number, Part, Percent, between, milli, whole

Score = Annotated[int, whole(0, 10, "the score", "of 10")]
Weeks = Annotated[int, whole(1, 52, "the number of weeks")]
Rise = Annotated[Number, between("0.5", "10", "the rise", "mA")]


class Advance(Part):
    """More current next time: the last session was easy, and the contraction full to its end."""

    discomfort_at_most: Score
    rise_ma_low: Rise
    rise_ma_high: Rise

    @property
    def rise_ua(self) -> tuple[int, int]:
        return milli(self.rise_ma_low), milli(self.rise_ma_high)


class Share(Part):
    """A greater share of the most that is tolerated, up to `ceiling_percent`: the cramps did not become fewer.

    The last `weeks` weeks of the diary are held against as many before the plan.
    """

    weeks: Weeks
    step_percent: Percent
    discomfort_at_most: Score

    @property
    def step_permille(self) -> int:
        return int(self.step_percent * 10)


class Retest(Part):
    """What is measured again, after so many weeks or sessions, whichever comes first."""

    measures: Literal["ctf", "max_tolerated", "mvic"]
    weeks: Weeks | None = None
    sessions: Annotated[int, whole(1, 100, "the number of sessions")] | None = None


class Deload(Part):
    """Wait until it has gone, then less: the muscles were sore after 48 h."""

    soreness_at_least: Annotated[int, whole(1, 10, "the score", "of 10")]
    contractions_percent: Percent | None = None

    @property
    def contractions_permille(self) -> int | None:
        return None if self.contractions_percent is None else int(self.contractions_percent * 10)


class Booster(Part):
    """One session more, so many weeks after the last of the plan."""

    weeks_low: Weeks
    weeks_high: Weeks


class Progress(Part):
    """The rules of a card; those that are left out are not computed."""

    advance: Advance | None = None
    share: Share | None = None
    retest: tuple[Retest, ...] = ()
    deload: Deload | None = None
    booster: Booster | None = None
