"""What cannot be opened is told in one sentence before anything is open, and each kind has a type of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

import nmes.api as door
from nmes.api import (
    DEVICES,
    ApiError,
    BadProtocol,
    CannotDeliver,
    CannotOpen,
    Refused,
    answer_no,
    load_protocol,
    open_stimulator,
)
from nmes.core.pseudonym import code_of
from nmes.runtime import families
from tests.api.scripts import BY, opening, ready, short, written
from tests.core.protocol_forms import BURST, continuous


def test_a_bad_protocol_tells_everything_at_once_and_no_cause_but_itself(tmp_path: Path) -> None:
    file = written(tmp_path)
    text = (
        file.read_text(encoding="utf-8").replace("pad_cm2: 25", "pad_cm2: -1").replace("phase_us: 300", "phase_us: 0")
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadProtocol) as raised:
        load_protocol(file)
    assert len(raised.value.problems) >= 2
    assert all(problem.line for problem in raised.value.problems)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
    with pytest.raises(BadProtocol, match="no protocol has this id"):
        load_protocol("quads_no_such")


def refusal(folder: Path, **more: object) -> Refused:
    asked = {"attended_by": BY, "home": folder} | more
    with pytest.raises(Refused) as raised:
        open_stimulator(short(folder), **asked)  # type: ignore[arg-type]  # wrong on purpose, one at a time
    assert raised.value.__cause__ is None
    return raised.value


@pytest.mark.covers("SR-25")
def test_a_session_without_a_name_or_with_what_does_not_fit_together_is_not_opened(tmp_path: Path) -> None:
    for more, code in (
        ({"attended_by": "  "}, "nobody_attends"),
        ({"attended_by": "no"}, "nobody_attends"),
        ({"device": "tens 3000"}, "no_such_device"),
        ({"virtual": True, "port": "/dev/ttyACM0"}, "virtual"),
        ({"virtual": True, "trace": tmp_path / "t"}, "virtual"),
        ({"trace": tmp_path / "t", "port": "/dev/ttyACM0"}, "trace"),
        ({"patient": "Anna Berg"}, "patient"),
        ({"patient": "P-017"}, "side"),
        ({"side": "top"}, "side"),
    ):
        assert refusal(tmp_path, **more).code == code, more
    assert not (tmp_path / "simulation").exists(), "nothing was opened"


def test_what_the_stimulator_cannot_deliver_is_told_with_what_it_would_take(tmp_path: Path) -> None:
    tiny = short(tmp_path, ("pad_cm2: 25", "pad_cm2: 3"), ("phase_us: 300", "phase_us: 1000"), ("z: 50", "z: 200"))
    with pytest.raises(CannotDeliver, match="use larger pads") as raised:
        open_stimulator(tiny, attended_by=BY, home=tmp_path, virtual=True)
    assert isinstance(raised.value, BadProtocol)
    assert raised.value.__cause__ is None


def test_a_folder_may_be_a_text(tmp_path: Path) -> None:
    with open_stimulator(short(tmp_path), attended_by=BY, home=str(tmp_path / "here"), virtual=True):
        pass
    assert (tmp_path / "here" / "simulation").is_dir()


def test_a_line_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(CannotOpen) as raised,
        open_stimulator(short(tmp_path), attended_by=BY, home=tmp_path, port=str(tmp_path / "no such port")),
    ):
        pass
    assert isinstance(raised.value, ApiError)
    assert raised.value.__cause__ is None
    assert "\n" not in str(raised.value)


def test_a_mistyped_code_of_this_station_is_not_opened(tmp_path: Path) -> None:
    right = code_of(0x1A2B3C4D)
    wrong = right[:-1] + ("A" if right[-1] != "A" else "B")
    with pytest.raises(CannotOpen, match="mistyped"), opening(tmp_path, patient=wrong, side="left"):
        pass
    with opening(tmp_path, patient=right, side="left") as stimulator:
        assert "read:code" not in stimulator.missing


@pytest.mark.covers("SR-25")
def test_every_family_has_the_same_door_and_what_has_no_dead_man_wants_a_name_first(tmp_path: Path) -> None:
    """Whole sessions of each: tests/api/test_examples.py."""
    assert tuple(one.key for one in families.FAMILIES) == DEVICES
    deadly = [one.key for one in families.FAMILIES if not one.capabilities.watchdog_ms]
    assert deadly == ["rehastim1"]
    loaded = short(tmp_path)
    for name in ("", "no"):
        assert refusal(tmp_path, device="rehastim1", emergency_button_by=name).code == "button_missing"
    with open_stimulator(
        loaded, attended_by=BY, device="rehastim1", home=tmp_path, virtual=True, emergency_button_by="C. Dahl"
    ) as stimulator:
        ready(stimulator, loaded, steps=1)
        assert stimulator.view.button_by == "C. Dahl"
        assert stimulator.plan.levels_ua == (2_000,)


def test_a_list_device_refuses_bursts_before_anything_is_open(tmp_path: Path) -> None:
    file = tmp_path / "good.yaml"
    file.write_text(continuous(BURST, "100"), encoding="utf-8")
    for family in families.FAMILIES:
        if family.capabilities.steady_only:
            with pytest.raises(CannotDeliver, match="no bursts"):
                open_stimulator(
                    load_protocol(file), attended_by=BY, device=family.key, home=tmp_path, emergency_button_by=BY
                )


def test_what_is_exported_has_words(tmp_path: Path) -> None:
    """Each function and class of the door tells what it is for."""
    assert all(getattr(door, name).__doc__ for name in door.__all__ if callable(getattr(door, name)))
    assert set(answer_no(short(tmp_path))) == set(short(tmp_path).protocol.screening_codes)
