"""A device in a few words."""

from __future__ import annotations

from nmes.core.self_told import self_told


def test_what_a_device_cannot_say_of_itself_is_left_out() -> None:
    told = {
        ("P24", "P24-0001", "1.2.3 (ScienceMode 4.0.1)"): "P24, P24-0001, 1.2.3 (ScienceMode 4.0.1)",
        ("RehaStim2", "-", "unknown (ScienceMode2 protocol 1)"): "RehaStim2, ScienceMode2 protocol 1",
        ("RehaStim2", "-", "unknown"): "RehaStim2",
        ("RehaStim 1", "", ""): "RehaStim 1",
        ("P24", "\x1b[2J", "1"): "P24, \N{REPLACEMENT CHARACTER}[2J, 1",
    }
    assert {said: self_told(*said) for said in told} == told
