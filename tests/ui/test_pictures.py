"""The card in words and the envelope in text, from the plan itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ui.bench_live import LIBRARY, compile_plan, loaded

from nmes.core.dose import density_na_per_mm2
from nmes.runtime.library import Loaded
from nmes.ui.protocol_words import card, target_words
from nmes.ui.pulse_plot import pulses
from nmes.ui.widgets.envelope import at_ceiling, draw, window_ms
from nmes.ui.widgets.progress import bar

WIDTH = 50


def text(one: Loaded) -> str:
    return card(one.protocol, compile_plan(one), WIDTH).plain


def flat(one: Loaded) -> str:
    return " ".join(text(one).replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_library_is_not_empty() -> None:
    assert len(LIBRARY) >= 5


@pytest.mark.parametrize("one", LIBRARY, ids=lambda one: one.protocol.id)
def test_the_card_tells_asked_and_delivered_and_the_margin_to_the_limit(one: Loaded) -> None:
    plan, said = compile_plan(one), flat(one)
    for made in plan.delivered:
        assert f"{made.asked_frequency_mhz / 1000:g} Hz asked" in said
        assert f"{made.phase_us} µs delivered" in said
        assert f"{made.ceiling_ua / 1000:.1f} mA allowed: {made.ceiling_reason}" in said
        waveform = plan.waveforms[made.slot.waveform]
        points = waveform.points(made.ceiling_ua, plan.capabilities.amplitude_step_ua)
        density = density_na_per_mm2(points, waveform.period_us, plan.channels[made.slot.channel - 1].pad_mm2)
        assert f"{density / 10_000:.2f} mA/cm², {-(-density * 100 // 20_000)} % of the limit of 2 mA/cm²" in said


@pytest.mark.parametrize("one", LIBRARY, ids=lambda one: one.protocol.id)
def test_every_value_to_verify_is_shown_as_such_and_only_sources_are_called_sources(one: Loaded) -> None:
    said = flat(one)
    tags = {path: found.tag for path, found in one.protocol.provenance.items()}
    for path, tag in tags.items():
        assert (f"TO VERIFY {path}" in said) == (tag == "verify")
    assert f"{list(tags.values()).count('source')} source," in said


def test_what_is_to_verify_is_marked_by_more_than_its_words() -> None:
    content = card(LIBRARY[0].protocol, compile_plan(LIBRARY[0]), WIDTH)
    assert any("reverse" in str(span.style) for span in content.spans)


@pytest.mark.parametrize("one", LIBRARY, ids=lambda one: one.protocol.id)
def test_evidence_against_is_shown_beside_evidence_for_and_the_stop_rules_are_told(one: Loaded) -> None:
    said = flat(one)
    assert "EVIDENCE FOR" in said
    assert "EVIDENCE AGAINST" in said
    for found in (*one.protocol.evidence_for, *one.protocol.evidence_against):
        assert " ".join(found.text.split()) in said
    assert all(rule in said for rule in one.protocol.stop_rules)


@pytest.mark.parametrize("one", LIBRARY, ids=lambda one: one.protocol.id)
def test_no_line_of_the_card_is_wider_than_its_place(one: Loaded) -> None:
    assert max(len(line) for line in text(one).split("\n")) <= WIDTH


def test_the_target_is_told_in_words() -> None:
    assert target_words(loaded("cramp_calf_ctf_training").protocol).startswith(
        "Target: 55 % of the most the patient tolerates, never over 85 %. Find that most first (x), come down "
        "to 55 % of it, and only then accept. "
    )
    assert "come down" not in target_words(loaded("quads_knee_oa").protocol)
    test = target_words(loaded("assess_ctf_calf").protocol)
    assert test.startswith("Target: strong twitches, clearly below the most the patient tolerates.")
    assert "Target: the most" not in test, "its card says to stay below that"
    assert target_words(loaded("assess_max_tolerated_calf").protocol).startswith("Target: the most the patient")
    assert "strong visible twitches" in target_words(loaded("tens_acupuncture_like").protocol)


def test_the_envelope_is_that_of_the_plan() -> None:
    plan = at_ceiling(compile_plan(loaded("cramp_calf_ctf_training")))
    rows = draw(plan, 1, 0, 15_000, 150, 2)
    assert [len(row) for row in rows] == [150, 150]
    for column in range(150):
        amplitude = plan.at(15_000 * column // 150)[0].amplitude_ua
        drawn = rows[0][column] + rows[1][column]
        assert (drawn == " _") == (amplitude == 0)
        assert (drawn == "██") == (amplitude == plan.levels[0][1])


def test_a_ramp_is_drawn_as_rising_and_never_as_zero() -> None:
    plan = at_ceiling(compile_plan(loaded("cramp_calf_ctf_training")))
    bottom = draw(plan, 1, 0, 500, 10, 1)[0]
    assert bottom == "_▁▁▂▃▄▄▅▆▇"


def test_outside_the_plan_nothing_is_drawn() -> None:
    plan = at_ceiling(compile_plan(loaded("tens_conventional")))
    assert draw(plan, 1, -1_000, 900, 4, 2) == ["    ", "    "]
    assert draw(plan, 1, plan.duration_ms, 900, 4, 2) == ["    ", "    "]


def test_the_window_shows_two_contractions_and_never_more_than_the_plan() -> None:
    assert window_ms(compile_plan(loaded("cramp_calf_ctf_training"))) == 30_000
    tens = compile_plan(loaded("tens_conventional"))
    assert window_ms(tens) == tens.duration_ms


def test_the_progress_bar_fills_from_the_left() -> None:
    assert bar(0, 100, 4) == "░░░░"
    assert bar(50, 100, 4) == "██░░"
    assert bar(200, 100, 4) == "████"
    assert bar(0, 0, 2) == "░░"


def test_a_pulse_is_drawn_from_the_points_that_would_be_sent() -> None:
    plan = compile_plan(loaded("cramp_calf_ctf_training"))
    made = plan.delivered[0]
    points = plan.waveforms[made.slot.waveform].points(made.ceiling_ua, plan.capabilities.amplitude_step_ua)
    up, zero, down, first, second = pulses(plan, 50)
    assert (up.count("█"), down.count("█")) == (up.count("█"),) * 2, "a symmetric pulse has two phases of one width"
    assert up.strip("█ ") == down.strip("█ ") == ""
    assert zero.startswith("──")
    assert zero.rstrip().endswith("──")
    assert f"{points[0][0]} µs at {points[0][1] / 1000:.1f} mA" in first
    assert f"{points[-1][0]} µs at {-points[-1][1] / 1000:.1f} mA the other way" in second


@pytest.mark.parametrize(("ratio", "depth"), [(1, "█"), (2, "▀"), (8, "▔")])
def test_a_second_phase_that_is_lower_is_drawn_lower_and_longer(ratio: int, depth: str) -> None:
    plan = compile_plan(loaded("tens_conventional"))
    slot = plan.delivered[0].slot
    waveform = replace(plan.waveforms[slot.waveform], phase_us=100, gap_us=50, ratio=ratio)
    one = replace(plan, waveforms=(waveform,) * len(plan.waveforms), delivered=plan.delivered[:1])
    up, zero, down, *_told = pulses(one, 50)
    assert set(down.strip()) == {depth}
    assert up.count("█") >= 1
    assert down.count(depth) >= up.count("█") * min(ratio, 2)
    assert len(zero) <= 50
    assert zero.strip("─").strip(" ").count("─") >= 1, "the gap is at zero between the phases"
