"""The registry: each family is a whole, each row is what its document says, and a record says which one it was."""

from __future__ import annotations

import pickle
from dataclasses import fields

import pytest
import serial
from pytest_mock import MockerFixture

from nmes.core.plan import compile as plan_for
from nmes.devices.stimulator import LinkSettings
from nmes.runtime.binding import binding, session_of
from nmes.runtime.families import DEFAULT, FAMILIES, KEYS, Family, family, meant, near
from nmes.runtime.library import Library
from nmes.runtime.open import open_guarded

TOLD = {
    "p24": ("P24", 4, 8, 2000, LinkSettings(3_000_000, 8, "N", 2, rts_cts=True)),
    "rehamove3": ("RehaMove3", 3, 4, 2000, LinkSettings(3_000_000, 8, "N", 2, rts_cts=True)),
    "rehastim2": ("RehaStim2", 2, 8, 1200, LinkSettings(460_800, 8, "E", 1, rts_cts=False)),
    "rehastim1": ("RehaStim 1", 1, 8, 0, LinkSettings(115_200, 8, "N", 2, rts_cts=True)),
}
"""Model, ScienceMode, channels, dead-man in ms, line. [source: docs/reference/sciencemode123.md]"""


def test_each_family_is_what_its_document_says() -> None:
    assert {
        one.key: (one.model, one.generation, one.capabilities.channels, one.capabilities.watchdog_ms, one.line)
        for one in FAMILIES
    } == TOLD
    assert tuple(TOLD) == KEYS
    assert DEFAULT.key == "p24"


@pytest.mark.parametrize("one", FAMILIES, ids=lambda one: one.key)
def test_each_row_fits_together(one: Family) -> None:
    can, limit = one.capabilities, one.ceilings
    assert one.model == can.model == one.new_driver().capabilities.model
    assert one.new_driver() is not one.new_driver(), "a driver belongs to one line"
    assert (limit.channels, limit.step_ua) == (can.channels, can.amplitude_step_ua)
    assert limit.max_amplitude_ua <= can.max_amplitude_ua
    assert limit.silence_us <= (can.watchdog_ms * 500 or 1_000_000), "half of the dead-man at most"
    assert one.new_sight().numbers > 0
    assert (one.halt_answer is not None) == (can.watchdog_ms == 0)
    assert family(one.key) is one
    assert pickle.loads(pickle.dumps(one)) == one, "a try is made in other processes"


def test_an_unknown_family_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match='no stimulator family "p25": there are p24, rehamove3, rehastim2, rehastim1'):
        family("p25")


def test_a_person_names_a_stimulator_as_it_is_written_on_it() -> None:
    written = {
        "p24": "P24 p24 P-24",
        "rehamove3": "RehaMove3 REHAMOVE3 Reha_Move_3",
        "rehastim2": "RehaStim2 rehastim-2 RehaStim2",
        "rehastim1": "RehaStim1 rehastim1 MotionStim8 motionstim8 motionstim-8",
    }
    wrong = [word for key, words in written.items() for word in words.split() if meant(word) is not family(key)]
    assert wrong == []
    assert meant("MotionStim 8") is meant(" RehaStim 1") is family("rehastim1")
    assert [meant(word) for word in ("", "-", "p25", "rehastim", "motionstim", "socket://a:1")] == [None] * 6
    assert (near("Reha-Move"), near("rehamov3"), near("x")) == ('did you mean "rehamove3"?',) * 2 + ("",)


@pytest.mark.covers("SR-17")
@pytest.mark.parametrize("one", FAMILIES, ids=lambda one: one.key)
def test_its_line_is_asked_for_at_the_opening(one: Family, mocker: MockerFixture) -> None:
    """pyserial is the outside world: what it is asked for is what the port will be."""
    opened = mocker.patch.object(serial, "serial_for_url", side_effect=OSError)
    with pytest.raises(Exception, match="cannot be opened"):
        open_guarded("/dev/nothing-there", one)
    asked = opened.call_args.kwargs
    assert asked["exclusive"]
    assert (
        LinkSettings(asked["baudrate"], asked["bytesize"], asked["parity"], asked["stopbits"], asked["rtscts"])
        == one.line
    )


@pytest.mark.parametrize("one", FAMILIES, ids=lambda one: one.key)
def test_a_record_says_which_stimulator_it_was_and_replays_with_its_plan(one: Family) -> None:
    loaded = Library().load("tens_conventional")
    plan = plan_for(loaded.protocol, one.capabilities)
    bound = binding(loaded, plan, "simulator", 0, family=one)
    assert (bound["family"], bound["model"]) == (one.key, one.model)
    assert bound["ceilings"] == {field.name: getattr(one.ceilings, field.name) for field in fields(one.ceilings)}
    assert session_of(bound).plan == plan
