"""The card in words: nothing a therapist must know is missing, and nothing believed is shown as known."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest

from helpers.rows import bundled
from nmes.core.body_map import SITES
from nmes.core.plan import compile as plan_for
from nmes.core.problems import PlanError
from nmes.core.protocol import AmplitudeModulation, PhaseSweep, Protocol, Provenance
from nmes.core.screening import CATALOGUE, Severity
from nmes.devices.sciencemode4.p24 import P24
from nmes.runtime.library import Library, shipped_folder
from nmes.ui.protocol_words import card

SOME = {
    *("assess_ctf_calf", "assess_motor_threshold_calf", "cramp_calf_ctf_training", "quads_copd_severe"),
    *("quads_heart_failure_hf", "tens_burst", "tens_labour", "tens_low_back", "tens_modulated"),
}
"""One of every form there is; the others run on demand."""
IDS = [
    path.stem if path.stem in SOME else pytest.param(path.stem, marks=pytest.mark.campaign)
    for path in Library((shipped_folder(),)).files()
]
WIDTH = 80


@cache
def shipped(name: str) -> Protocol:
    return Library((shipped_folder(),)).load(name).protocol


def told(protocol: Protocol, width: int = WIDTH) -> str:
    return card(protocol, plan_for(protocol, P24), width).plain


@cache
def flat(name: str) -> str:
    """The card as one line, so that a sentence is found wherever it was broken."""
    return _flat(told(shipped(name)))


def _flat(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.mark.parametrize("name", IDS)
def test_every_list_of_the_card_is_told_whole(name: str) -> None:
    protocol, said = shipped(name), flat(name)
    lists = (protocol.first_session, protocol.progression, protocol.deload, protocol.stop_rules, protocol.outcomes)
    for text in (*(text for texts in lists for text in texts), *protocol.patient_instructions, *protocol.to_verify):
        assert _flat(text) in said
    for found in (*protocol.evidence_for, *protocol.evidence_against):
        assert f"{_flat(found.text)} [{', '.join(found.cite)}]" in said
    for change in protocol.changes:
        assert f"Version {change.version}: {_flat(change.text)}" in said


@pytest.mark.parametrize("name", IDS)
def test_every_question_stands_under_what_a_yes_leads_to(name: str) -> None:
    protocol, said = shipped(name), flat(name)
    headings = {
        Severity.BLOCK: "Do not stimulate if the answer is yes or unknown:",
        Severity.LOCAL: "Not with electrodes there:",
        Severity.REVIEW: "Medical review first:",
        Severity.WARN: "With care: needs a reason:",
        Severity.NOTE: "Only noted:",
    }
    places = {severity: said.find(heading) for severity, heading in headings.items()}
    for code in protocol.screening_codes:
        severity = CATALOGUE[code].severity(protocol.kind)
        if severity is Severity.NONE:
            continue
        before = [one for one, place in places.items() if 0 <= place < said.index(CATALOGUE[code].question)]
        assert before[-1] is severity, code


@pytest.mark.parametrize("name", IDS)
def test_the_pads_are_told_in_words_and_drawn(name: str) -> None:
    protocol, text = shipped(name), told(shipped(name))
    _, _, body = text.partition("\nON THE BODY\n")
    drawing = body.partition("\nSHAPE")[0]
    for number, channel in enumerate(protocol.channels, 1):
        assert f"polarity: {_flat(channel.polarity)}" in flat(name)
        for letter, site in zip("abcdefgh", channel.body_sites, strict=False):
            assert f"{number}{letter} {SITES[site].words}" in flat(name)
            assert (f"{number}{letter}" in drawing) == bool(SITES[site].plate)


@pytest.mark.parametrize("name", IDS)
@bundled("width", [WIDTH, 44])
def test_no_line_is_wider_than_its_place(name: str, width: int) -> None:
    assert max(len(line) for line in told(shipped(name), width).split("\n")) <= width


@pytest.mark.parametrize("name", IDS)
def test_a_clearance_that_is_needed_stands_at_the_top(name: str) -> None:
    top = flat(name).partition("WHAT IT WILL DO")[0]
    assert ("! Only " in top) == (shipped(name).clearance != "none")


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["cramp_calf_ctf_training", "tens_labour", "quads_copd_severe"])
def test_each_value_to_verify_is_marked_beside_the_value_too(name: str) -> None:
    """One mark is in the list at the end; a value that is only there looks as good as any other in the text."""
    protocol = shipped(name)
    believed = Provenance(tag="verify")
    known = {path: Provenance(tag="design") for path in protocol.provenance}
    without = _marks(protocol.model_copy(update={"provenance": known}))
    for path in known:
        doubted = protocol.model_copy(update={"provenance": {**known, path: believed}})
        if _shown(protocol, path):
            assert _marks(doubted) - without >= 3, path  # the sum of the tags, the list of doubts, and the place itself


def _marks(protocol: Protocol) -> int:
    return told(protocol).count("TO\N{NO-BREAK SPACE}VERIFY")


def _shown(protocol: Protocol, path: str) -> bool:
    """Of a range only the used frequency has its mark: the ends are the range of the literature."""
    return path.rpartition(".")[2] not in {"low_hz", "high_hz"} and path != "intensity.note"


@bundled(
    ("name", "words"),
    [
        ("tens_burst", "7 pulses a burst asked, 7 delivered, within 1; a burst every 500 ms"),
        ("tens_burst", "the bursts in 1 s: 7 pulses each"),
        ("tens_modulated", "2 and 100 Hz asked, 2 and 100 Hz delivered"),
        ("tens_labour", "80 to 100 Hz asked, 80 to 100 Hz delivered"),
        ("tens_labour", "frequency, 80 to 100 Hz"),
        ("cramp_calf_ctf_training", "frequency 45 Hz asked, 44.9 Hz delivered"),
        ("cramp_calf_ctf_training", "on and off times and schedule, 7 of 8 numbers were read"),
        ("assess_motor_threshold_calf", "Measures: the lowest current with a visible twitch"),
        ("quads_copd_severe", "on 2 s (source), both ramps on top (TO VERIFY): 4 s, off"),
        ("cramp_calf_ctf_training", "on 5 s (source), both ramps included ("),
        ("assess_ctf_calf", "19 trains of 5 s"),
        ("quads_heart_failure_hf", "The channels take turns: the odd ones, then the even ones."),
    ],
)
def test_what_is_special_is_told(name: str, words: str) -> None:
    assert words in flat(name)


def test_a_stepped_test_is_told_step_by_step() -> None:
    said = flat("assess_ctf_calf")
    assert "Work: " not in said
    assert "Test: 4 6 8 10" in said
    assert "Hz delivered" in said.partition("Hz asked 4")[2]
    assert "Measures: the lowest frequency at which the muscle cramps" in said


def test_a_sweep_of_the_phase_and_a_modulation_are_told_and_drawn() -> None:
    protocol = shipped("tens_conventional")
    swept = PhaseSweep(low_us=50, high_us=100, sweep_s=Decimal(3))
    changed = AmplitudeModulation(depth_percent=Decimal(30), cycle_s=Decimal(6))
    stage = protocol.stages[0].model_copy(update={"phase_sweep": swept, "amplitude_modulation": changed})
    said = _flat(told(protocol.model_copy(update={"stages": (stage,)})))
    unclear = "(TO VERIFY: one phase or the whole pulse)"
    assert f"phase from 50 µs {unclear} to 100 µs {unclear} and back, 3 s each way" in said
    assert "amplitude 30 % lower and back, every 6 s; never above the level" in said
    assert "phase 50 to 100 µs asked, 50 to 100 µs delivered" in said
    assert "phase, 50 to 100 µs" in said
    assert "amplitude 30 % lower asked, 30 % delivered" in said


def test_trains_of_so_many_pulses_are_told_with_their_lengths() -> None:
    protocol = shipped("assess_ctf_calf")
    counted = protocol.stages[0].model_copy(update={"on_s": None, "train_pulses": 150})
    said = _flat(told(protocol.model_copy(update={"stages": (counted,)})))
    assert "19 trains of 150 pulses, both ramps included (our default) (37.5 s at 4 Hz, 3.8 s at 40 Hz)" in said


def test_channels_of_which_the_same_is_told_are_told_together() -> None:
    said = flat("quads_copd_severe")
    assert said.count("r.m.s. density") == 1
    assert "Channels 1 and 2, whole treatment" in said


def test_a_protocol_the_stimulator_cannot_deliver_says_so_and_promises_nothing() -> None:
    protocol = shipped("cramp_calf_ctf_training")
    channel = protocol.channels[0].model_copy(
        update={"waveform": protocol.channels[0].waveform.model_copy(update={"gap_us": 5})}
    )
    broken = protocol.model_copy(update={"channels": (channel,)})
    with pytest.raises(PlanError) as found:
        plan_for(broken, P24)
    said = card(broken, found.value, WIDTH).plain
    assert "CANNOT BE USED WITH THIS STIMULATOR" in said
    assert "DOSE" not in said
