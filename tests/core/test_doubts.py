"""What is allowed and doubtful is told where it stands; a careful file leaves no doubt."""

import pytest

from helpers.rows import bundled
from nmes.core.doubts import doubts
from nmes.core.protocol_file import parse_located
from tests.core.protocol_forms import BURST, CONTRACTIONS, continuous, stepped
from tests.core.protocol_making import changed, sourced

CAREFUL = (
    (
        "outcomes: [",
        "first_session: [Half]\nprogression: [Slowly]\ndeload: [Sore muscles]\n"
        "evidence_against: [{text: Not everybody, cite: [paper2014]}]\noutcomes: [",
    ),
)


def told(*changes: tuple[str, str], text: str = "") -> list[str]:
    made = sourced(changed(*CAREFUL, *changes, text=text)) if text else sourced(changed(*CAREFUL, *changes))
    return [str(found).removeprefix("good.yaml:") for found in doubts(*parse_located(made.encode(), "good.yaml"))]


def test_a_careful_file_leaves_no_doubt() -> None:
    assert told() == []


DOUBTS = [
    (
        ("phase_us: 300", "phase_us: 501"),
        "phase_us: 501 — this phase is unusually long; most protocols stay at or under",
    ),
    (("max_amplitude_ma: 60", "max_amplitude_ma: 100.5"), "100.5 — this is more than most people ever need"),
    (("max_amplitude_ma: 60", "max_amplitude_ma: 14.5"), "14.5 — under 15 mA the P24 does not notice a lifted pad"),
    (("pad_cm2: 25", "pad_cm2: 6"), "at its maximum this gives 1.7 mA/cm² r.m.s. on these pads; the limit is 2"),
    (("side: left", "side: jambe gauche"), 'channels.0.side: "jambe gauche" — no side of the body can be read in this'),
    (("ramp_down_s: 1", "ramp_down_s: 2.1"), "ramp_down_s: 2.1 — the ramp down is longer than the ramp up"),
    (("ramp_up_s: 2", "ramp_up_s: 4.1"), "on_s: 6 — only 0.9 s of each contraction are at full strength"),
    (("off_s: 10", "off_s: 5.9"), "off_s: 5.9 — the muscle works 50 % of the time and tires soon"),
    (("progression: [Slowly]\n", ""), "progression — there are no rules for this; add some"),
    (
        ("evidence_against: [{text: Not everybody, cite: [paper2014]}]\n", ""),
        "nothing that speaks against it is listed",
    ),
    (
        ("  - pregnancy\n", "  - pregnancy\n  - surgeon_clearance_missing\n"),
        "write clearance: surgeon, or remove the code",
    ),
    (("citations:\n", "citations:\n  - {key: unread, text: X}\n"), 'citations.0.key: "unread" — nothing cites this'),
    (
        ("text: A paper,", "text: A paper, secondary: true,"),
        "3 of 4 sourced values were read only in texts that repeat",
    ),
]


@pytest.mark.thorough
@bundled(("change", "words"), DOUBTS, ids=[words[:40] for _, words in DOUBTS])
def test_what_is_doubtful_is_told(change: tuple[str, str], words: str) -> None:
    if "repeat" in words:
        words = words.replace("3 of 4", "4 of 4")
    (found,) = told(change)
    assert words in found
    assert found[0].isdigit()


@pytest.mark.parametrize(
    "change",
    [
        ("phase_us: 300", "phase_us: 500"),
        ("max_amplitude_ma: 60", "max_amplitude_ma: 100"),
        ("max_amplitude_ma: 60", "max_amplitude_ma: 15"),
        ("pad_cm2: 25", "pad_cm2: 7"),
        ("ramp_down_s: 1", "ramp_down_s: 2"),
        ("ramp_up_s: 2", "ramp_up_s: 4"),
        ("off_s: 10", "off_s: 6"),
        ("setting: clinic", "setting: clinic\nclearance: none"),
    ],
)
def test_what_is_just_within_is_not_doubted(change: tuple[str, str]) -> None:
    assert told(change) == []


def test_many_values_to_verify_are_counted() -> None:
    few = told(("position: {tag: design}", "position: {tag: verify}"))
    many = told(
        *(
            (f"  {path}: {{tag: design}}", f"  {path}: {{tag: verify}}")
            for path in ("position", "outcomes", "stop_rules", "channels.0.sites", "channels.0.polarity")
        )
    )
    assert few == []
    assert ["7 of 24 values are still to be verified; read their sources" in found for found in many] == [True]


def test_a_long_train_has_no_duty_and_a_burst_little_current() -> None:
    assert told(text=continuous()) == []
    small = ("pad_cm2: 25", "pad_cm2: 6")
    assert "1.7 mA/cm²" in told(small, text=continuous())[0]
    assert told(small, text=continuous(BURST)) == [], "14 pulses a second instead of 50"
    many = ("pulses: 7, per_second: 2", "pulses: 20, per_second: 2")
    tiny = ("pad_cm2: 25", "pad_cm2: 5")
    assert "1.9 mA/cm²" in told(tiny, many, text=continuous(BURST, "100"))[0], "40 pulses a second"


def test_an_asymmetric_pulse_counts_its_lower_phase_for_less() -> None:
    shape = ("shape: symmetric", "shape: asymmetric, ratio: 4")
    assert "1.6 mA/cm²" in told(("pad_cm2: 25", "pad_cm2: 5"), shape)[0]


def test_a_test_needs_no_rules_of_progress() -> None:
    bare = changed(("outcomes: [", "evidence_against: [{text: No, cite: [paper2014]}]\noutcomes: ["), text=stepped())
    assert doubts(*parse_located(bare.encode(), "good.yaml")) == []


def test_doubts_come_in_the_order_of_the_file() -> None:
    found = told(("phase_us: 300", "phase_us: 600"), (CONTRACTIONS, CONTRACTIONS.replace("10", "3")))
    lines = [int(one.partition(":")[0]) for one in found]
    assert len(lines) == 2
    assert lines == sorted(lines)
