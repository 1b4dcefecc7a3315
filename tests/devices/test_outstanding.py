"""One request at a time, and its time: the same for every family that has its answers known by something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nmes.devices.outstanding import OneOutstanding
from nmes.devices.sciencemode1 import exchange as exchange1
from nmes.devices.sciencemode1.codec import Stop
from nmes.devices.sciencemode2 import exchange as exchange2
from nmes.devices.sciencemode2.requests import StopChannelList
from nmes.devices.sciencemode4 import exchange as exchange4
from nmes.devices.sciencemode4.requests import MlStop

Begun = tuple[OneOutstanding[Any, Any], Any, Any]
FAMILIES: dict[str, Callable[[], Begun]] = {
    "ScienceMode1": lambda: (exchange1.Exchange(), exchange1.Ask, Stop()),
    "ScienceMode2": lambda: (exchange2.Exchange(), exchange2.Ask, StopChannelList()),
    "ScienceMode3 and 4": lambda: (exchange4.Exchange(), exchange4.Ask, MlStop()),
}
each = pytest.mark.parametrize("begun", FAMILIES.values(), ids=FAMILIES)


@each
def test_a_second_request_must_wait_and_only_overtaking_replaces_the_first(begun: Callable[[], Begun]) -> None:
    exchange, ask, stop = begun()
    exchange.ask(ask.UPDATE, stop, 0)
    with pytest.raises(RuntimeError, match="UPDATE is outstanding; STOP must wait"):
        exchange.ask(ask.STOP, stop, 0)
    assert exchange.overtake(ask.STOP, stop, 0)
    assert exchange.outstanding is not None
    assert exchange.outstanding.ask is ask.STOP


@each
def test_its_time_counts_from_when_it_has_left_and_is_over_once(begun: Callable[[], Begun]) -> None:
    exchange, ask, stop = begun()
    exchange.written(5)  # nothing to be written: nothing happens
    exchange.ask(ask.UPDATE, stop, 0)
    exchange.written(30)
    exchange.written(90)
    assert exchange.outstanding is not None
    assert exchange.outstanding.due_ms == 230
    assert exchange.overdue(229) is None
    missed = exchange.overdue(230)
    assert missed is not None
    assert missed.deadline.words == "change output"
    assert exchange.overdue(231) is None


@each
def test_what_was_dropped_is_never_overdue(begun: Callable[[], Begun]) -> None:
    exchange, ask, stop = begun()
    exchange.ask(ask.UPDATE, stop, 0)
    exchange.drop()
    assert exchange.outstanding is None
    assert exchange.overdue(1_000) is None
