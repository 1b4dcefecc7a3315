"""How long a cramp goes on after the current that brought it has ended: what a protocol's stop rule asks.

Separate because it needs the pulses as well as the patient's course, and a patient's course knows no pulses.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

from nmes.trial.bench.train import Train
from nmes.trial.course import Cramp
from nmes.trial.replay import AFTER_US, plan_zero_us
from nmes.trial.trying import Trial

GAP_US: Final = 1_000_000
"""A train has ended when the muscle gets no pulse for so long [design]; pulses that cramp a muscle come far faster."""
_RULE: Final = re.compile(r"\bcramp\b.*?\bmore than (\d+) s\b", re.IGNORECASE)


def outlasting_ms(trial: Trial, cramp: Cramp) -> int:
    """From the end of its train to the end of the cramp; 0 if it was over by then. What went on counts to the end."""
    muscle = next(one for one in trial.course.muscles if (one.name, one.side) == (cramp.muscle, cramp.side))
    zero_us = plan_zero_us(trial.run.train, trial.run.treatment_us)
    train_us = train_end_us(trial.run.train, muscle.channels, zero_us + cramp.began_ms * 1000)
    ended_ms = _watched_ms(trial) if cramp.ended_ms is None else cramp.ended_ms
    return max(0, ended_ms - (train_us - zero_us) // 1000)


def train_end_us(train: Train, channels: Iterable[int], at_us: int) -> int:
    """The last pulse on these channels before the first pause after `at_us`."""
    ours, last_us = set(channels), at_us
    first = bisect_right(train.times_us, at_us)
    for time_us, channel in zip(train.times_us[first:], train.channels[first:], strict=True):
        if time_us - last_us > GAP_US:
            break
        if channel in ours:
            last_us = time_us
    return last_us


def too_long(trial: Trial) -> Iterator[tuple[Cramp, int, int]]:
    """Every cramp that outlasts its train by more than the protocol's stop rule: by how much, and the rule, in ms."""
    rules = [int(found[1]) * 1000 for rule in trial.setup.loaded.protocol.stop_rules if (found := _RULE.search(rule))]
    if rules:
        for cramp in trial.course.cramps:
            beyond_ms = outlasting_ms(trial, cramp)
            if beyond_ms > min(rules):
                yield cramp, beyond_ms, min(rules)


def _watched_ms(trial: Trial) -> int:
    """How long the patient was watched, on the plan's time."""
    return (trial.plan.duration_ms if trial.run.treatment_us is not None else 0) + AFTER_US // 1000
