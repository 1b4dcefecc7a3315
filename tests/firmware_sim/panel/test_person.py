"""The patient in words and bars."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_sim.panel.person import KEPT, Forces, alarm, felt_lines, lines, muscle_under, pain_words, state_word
from firmware_sim.panel.state import Muscle, Patient
from helpers.panel_values import CALF, FELT, PATIENT, state

pytestmark = pytest.mark.thorough


def test_a_feeling_is_told_in_the_simulators_own_words() -> None:
    one = replace(FELT, words="like sandpaper")
    assert felt_lines(one, CALF, 200) == [
        "Ch 1 gastrocnemius left: like sandpaper  felt 3.1x, moves 1.6x, pain 0.7x",
    ]


@pytest.mark.parametrize(
    ("score", "said"), [(0, "no pain"), (1, "mild pain"), (5, "moderate pain"), (9, "severe pain")]
)
def test_pain_has_a_word(score: float, said: str) -> None:
    assert pain_words(score) == said


@pytest.mark.parametrize("width", [78, 56])
def test_every_muscle_shows_force_freshness_threshold_and_state(width: int) -> None:
    text = "\n".join(lines(PATIENT, Forces(), width))
    for said in ("cramp_prone_calf", "pain 3.4/10", "comfort 6.2/10", "gastrocnemius left", "80.0", "91 %", "15.5"):
        assert said in text
    assert "a strong contraction" in text
    assert max(map(len, text.split("\n"))) <= width


def test_a_cramp_comes_before_everything_else() -> None:
    assert state_word(replace(CALF, cramping=True, length="stretched")) == "✖ CRAMP"
    assert state_word(replace(CALF, length="stretched")) == "▲ pulls, stretched"
    assert state_word(replace(CALF, force_mn=0)) == "– rests"


def test_pain_and_cramp_are_told_whichever_pane_is_in_front() -> None:
    assert alarm(None) == ""
    assert alarm(replace(PATIENT, pain=0, muscles=())) == ""
    assert alarm(PATIENT) == ", pain 3"
    assert alarm(replace(PATIENT, pain=0, muscles=(replace(CALF, cramping=True),))) == ", pain 0 ✖ CRAMP"


def test_the_history_is_the_strongest_force_of_each_second_and_ends_with_now() -> None:
    forces = Forces()
    for tenths, force in ((0, 0), (10, 60_000), (14, 10_000), (20, 120_000), (24, 0)):
        muscle = replace(CALF, force_mn=force)
        forces.note(state(patient=replace(PATIENT, muscles=(muscle,)), t_us=tenths * 100_000))
    assert forces.drawn(CALF, 12).endswith("   ▁▅█")


def test_a_time_that_goes_back_begins_afresh() -> None:
    forces = Forces()
    for t_us in (5_000_000, 6_000_000, 1_000_000):
        forces.note(state(patient=PATIENT, t_us=t_us))
    assert len(forces.seen["gastrocnemius left"]) == 1


def test_the_history_does_not_grow_without_end() -> None:
    forces = Forces()
    for second in range(3 * KEPT):
        forces.note(state(patient=PATIENT, t_us=second * 1_000_000))
    assert len(forces.seen["gastrocnemius left"]) == KEPT


def test_the_full_bar_is_the_most_that_was_seen() -> None:
    assert Forces().scale_mn(Muscle("x")) == 10_000
    assert Forces().scale_mn(CALF) == 120_000


def test_the_muscle_under_a_channel_is_found() -> None:
    soleus = Muscle("soleus", channels=(2, 3))
    two = Patient("x", 0, 10, (CALF, soleus), (FELT,))
    assert [muscle_under(two, channel) for channel in (1, 2, 3, 5)] == [CALF, soleus, soleus, None]
