"""A value is never shown as better known than it is, and a doubt stands beside the value itself."""

from __future__ import annotations

import pytest

from nmes.core.inherited import outdated
from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse
from nmes.core.protocol_grade import grade_words
from nmes.core.protocol_trust import doubt, origin, pulse_doubts, tag, unclear
from tests.core.protocol_making import STAGE, changed, sourced

PHASE = "channels.0.waveform.phase_us"
UNKNOWN = ("gap_us: 100}", "gap_us: 100, definition: unknown}")
MARK = "TO VERIFY: one phase or the whole pulse"
TWO_STAGES = (STAGE, STAGE + STAGE.partition("\n")[2].replace("work", "warm_up"))
FREQUENCY = "stages.0.frequency_hz: {tag: source, cite: [paper2014]}"
SCHEDULE = ("outcomes: [", "schedule: {sessions_per_week: 3, weeks_low: 4, weeks_high: 6}\noutcomes: [")


def good(*changes: tuple[str, str]) -> Protocol:
    return parse(sourced(changed(*changes)).encode(), "good.yaml")


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_each_tag_has_its_word_and_only_a_source_is_called_one() -> None:
    words: dict[str, list[str]] = {name: [] for name in ("source", "verify", "design", "computed")}
    protocol = good()
    for path, entry in protocol.provenance.items():
        words[entry.tag].append(plain(tag(protocol, path)))
    assert {name: set(told) for name, told in words.items()} == {
        "source": {" (source)"},
        "verify": {" (TO VERIFY)"},
        "design": {" (our default)"},
        "computed": {" (computed)"},
    }
    assert tag(protocol, "title") == "", "the file says nothing of it"


def test_a_doubt_is_told_where_there_is_no_room_for_every_origin() -> None:
    protocol = good()
    told = {path: plain(doubt(protocol, path)) for path in protocol.provenance}
    assert {path for path, said in told.items() if said} == {
        path for path, entry in protocol.provenance.items() if entry.tag == "verify"
    }
    assert set(told.values()) == {"", " (TO VERIFY)"}
    assert doubt(protocol, "title") == ""
    assert doubt(outdated(protocol, [PHASE]), PHASE) == " (CHANGED, source no longer holds)"


def test_a_duration_of_unknown_meaning_says_so_beside_its_source() -> None:
    protocol = good(UNKNOWN)
    assert plain(tag(protocol, PHASE)) == f" (source; {MARK})"
    assert plain(doubt(protocol, PHASE)) == f" ({MARK})"
    assert plain(origin(protocol, PHASE)) == f"source [paper2014]; {MARK}"
    assert not unclear(protocol, "channels.0.pad_cm2")
    assert not unclear(good(), PHASE)


def test_the_ends_of_a_sweep_of_it_are_as_unclear() -> None:
    protocol = good(UNKNOWN)
    assert unclear(protocol, "stages.0.phase_sweep.low_us")
    assert unclear(protocol, "stages.0.phase_sweep.high_us")
    assert not unclear(protocol, "stages.0.phase_sweep.sweep_s")


def test_an_origin_has_its_citation_and_its_note() -> None:
    assert origin(good(), "channels.0.pad_cm2") == "our default. Cautious"
    assert origin(good(), PHASE) == "source [paper2014]"


# --- the pulses of a level ---


def test_a_level_says_what_of_its_pulses_is_in_doubt_and_nothing_else() -> None:
    assert pulse_doubts(good(), 1) == ""
    assert plain(pulse_doubts(good(UNKNOWN), 1)) == f" [phase ({MARK})]"
    believed = (FREQUENCY, "stages.0.frequency_hz: {tag: verify}")
    assert plain(pulse_doubts(good(believed), 1)) == " [frequency (TO VERIFY)]"
    assert plain(pulse_doubts(good(believed, UNKNOWN), 1)) == f" [frequency (TO VERIFY), phase ({MARK})]"


def test_of_several_stages_it_says_whose_frequency() -> None:
    protocol = good(TWO_STAGES, (FREQUENCY, "stages.0.frequency_hz: {tag: verify}"))
    assert plain(pulse_doubts(protocol, 1)) == " [frequency of the work (TO VERIFY)]"


# --- the grade ---


def test_a_grade_counts_what_was_read() -> None:
    assert grade_words(good()) == (
        "Grade B: frequency, duration of the pulse and on and off times were all read in a source."
        " The card gives no schedule."
    )
    believed = (FREQUENCY, "stages.0.frequency_hz: {tag: verify}")
    assert "and on and off times, 3 of 4 numbers were read in a source." in grade_words(good(believed))


def test_a_changed_value_is_no_longer_counted_as_read() -> None:
    assert "3 of 4 numbers were read" in grade_words(outdated(good(), [PHASE]))


def test_our_choice_within_what_was_read_is_told_as_ours() -> None:
    ours = (f"{PHASE}: {{tag: source", f"{PHASE}: {{tag: design")
    assert "were all read in a source (1 of them chosen by us within a range that was read)." in grade_words(good(ours))


@pytest.mark.parametrize(
    ("others", "words"),
    [((), "all only at second hand"), ((FREQUENCY.replace("paper2014", "other"),), "3 of these 4 numbers only at")],
)
def test_what_was_read_in_a_copy_is_at_second_hand(others: tuple[str, ...], words: str) -> None:
    secondary = ("doi: 10.1371/journal.pone.0094910}", "secondary: true}\n  - {key: other, text: Another paper}")
    assert words in grade_words(good(secondary, *((FREQUENCY, one) for one in others)))


def test_with_a_schedule_it_is_counted_too() -> None:
    said = grade_words(good(SCHEDULE))
    assert "on and off times and schedule, 4 of 7 numbers were read" in said
    assert "no schedule" not in said


def test_where_nothing_or_one_number_was_read_that_is_said() -> None:
    protocol = good()
    believed = {path: entry.model_copy(update={"tag": "verify"}) for path, entry in protocol.provenance.items()}
    assert "none of 4 numbers was read" in grade_words(protocol.model_copy(update={"provenance": believed}))
    one = {**believed, PHASE: protocol.provenance[PHASE]}
    assert "1 of 4 numbers was read" in grade_words(protocol.model_copy(update={"provenance": one}))


def test_without_any_origin_that_is_said() -> None:
    assert "Grade B: no origin of its numbers is stated." in grade_words(good().model_copy(update={"provenance": {}}))


def test_the_unknown_meaning_of_the_duration_belongs_to_the_grade() -> None:
    told = plain(grade_words(good(UNKNOWN)))
    assert told.endswith("TO VERIFY: what the duration means, one phase or the whole pulse.")
    assert "what the duration means" not in grade_words(good())


def test_a_test_has_no_schedule_to_miss() -> None:
    assert "no schedule" not in grade_words(good().model_copy(update={"kind": "assessment"}))
