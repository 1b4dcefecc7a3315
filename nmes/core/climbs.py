"""The slow climb of every channel after a resume, as functions of the plan and the time.

Law: after a resume a channel climbs from 0 over at least 5 s, whatever the plan's ramp: in its first contraction, and
in each that begins before those 5 s are over.
"""

from __future__ import annotations

from nmes.core.limits import MIN_RESUME_MS
from nmes.core.plan import ChannelAt, Plan
from nmes.core.timeline import Phase

EARLY_RULES = 2
"""From these rules of a session on not only the first contraction climbs, but each that begins soon after a resume."""


def climbs(plan: Plan, at: ChannelAt, t_ms: int, resumed_ms: int | None, rules: int) -> bool:
    """Whether a contraction climbs over at least 5 s, whatever the plan's ramp. `rules`: those of the session."""
    if resumed_ms is None or at.phase is Phase.REST or climbed_ms(at, t_ms, resumed_ms) >= span_ms(at):
        return False
    early = rules >= EARLY_RULES and at.contraction_start_ms < resumed_ms + MIN_RESUME_MS
    return early or not _contracted_since(plan, at, resumed_ms)


def _contracted_since(plan: Plan, at: ChannelAt, resumed_ms: int) -> bool:
    """Whether this channel had an earlier contraction that began at or after `resumed_ms`."""
    first = at.contraction == 1
    before_ms = (plan.stage_at(at.contraction_start_ms).start_ms if first else at.contraction_start_ms) - 1
    before = next((b for b in plan.at(before_ms) if b.channel == at.channel), None)
    return before_ms >= resumed_ms and before is not None and before.contraction_start_ms >= resumed_ms


def span_ms(at: ChannelAt) -> int:
    return max(MIN_RESUME_MS, at.ramp_ms)


def climbed_ms(at: ChannelAt, t_ms: int, resumed_ms: int) -> int:
    return t_ms - max(resumed_ms, at.contraction_start_ms)


def climbing(plan: Plan, t_ms: int, resumed_ms: int | None, rules: int) -> bool:
    """Whether any channel is in its slow climb after a resume."""
    return any(climbs(plan, at, t_ms, resumed_ms, rules) for at in plan.at(t_ms))


def rises(plan: Plan, t_ms: int, resumed_ms: int | None, rules: int) -> bool:
    """The same, but for a contraction that the plan lets down already: it is told as what it comes to."""
    return any(at.phase is not Phase.RAMP_DOWN and climbs(plan, at, t_ms, resumed_ms, rules) for at in plan.at(t_ms))
