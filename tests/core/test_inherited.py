"""A copy may not go on naming a source for a value that its source does not have."""

import pytest

from nmes.core.inherited import Origin, inherited, origin, outdated
from nmes.core.protocol_file import parse_located
from nmes.core.protocol_trust import tag
from tests.core.protocol_making import changed, sourced

DIGEST = "0123456789abcdef" * 4
COPIED = (
    "kind: nmes\n",
    f"kind: nmes\nchanges: [{{version: 1, text: 'Copied from good version 1, SHA-256 {DIGEST}'}}]\n",
)


def told(*changes: tuple[str, str], origin_changes: tuple[tuple[str, str], ...] = ()) -> list[str]:
    original = parse_located(sourced(changed(*origin_changes)).encode(), "good.yaml")
    copy = parse_located(sourced(changed(*origin_changes, COPIED, *changes)).encode(), "good.yaml")
    return [str(found).removeprefix("good.yaml:") for found in inherited(*copy, *original)]


def test_the_origin_is_what_the_changes_say() -> None:
    protocol, _ = parse_located(sourced(changed(COPIED)).encode(), "good.yaml")
    assert origin(protocol) == Origin("good", 1, DIGEST)


@pytest.mark.parametrize("text", ["Copied from good version 1", f"Copied from GOOD version 1, SHA-256 {DIGEST}"])
def test_another_sentence_is_no_origin(text: str) -> None:
    made = changed(("kind: nmes\n", f"kind: nmes\nchanges: [{{version: 1, text: '{text}'}}]\n"))
    assert origin(parse_located(sourced(made).encode(), "good.yaml")[0]) is None


def test_an_untouched_copy_is_not_doubted() -> None:
    assert told() == []


def test_a_changed_number_that_keeps_its_source_is_told_where_it_stands() -> None:
    [found] = told(("phase_us: 300", "phase_us: 350"))
    assert (
        "channels.0.waveform.phase_us: 350 — the original has 300; this value still has the original's origin" in found
    )
    assert found.endswith(
        "(source); in provenance, tag it design with a note of why, or cite where this value was read"
    )


def test_a_changed_number_with_an_origin_of_its_own_is_not_told() -> None:
    assert (
        told(
            ("phase_us: 300", "phase_us: 350"),
            ("waveform.phase_us: {tag: source, cite: [paper2014]}", "waveform.phase_us: {tag: design}"),
        )
        == []
    )


def test_a_changed_list_is_told_without_being_repeated() -> None:
    was = ("patient_instructions: {tag: design}", "patient_instructions: {tag: source, cite: [paper2014]}")
    [found] = told(("patient_instructions: [", "patient_instructions: [Breathe, "), origin_changes=(was,))
    assert "the original has another text" in found


def test_a_value_the_original_does_not_have_is_not_compared() -> None:
    more = ("outcomes: [", "progression: [Slowly]\noutcomes: [")
    assert told(more) == []


def test_what_no_longer_holds_is_marked_and_nothing_else() -> None:
    protocol, _ = parse_located(sourced(changed()).encode(), "good.yaml")
    phase = "channels.0.waveform.phase_us"
    marked = outdated(protocol, [phase])
    assert tag(marked, phase) == " (CHANGED, source no longer holds)"
    assert marked.provenance.keys() == protocol.provenance.keys()
    assert all(marked.provenance[path] == entry for path, entry in protocol.provenance.items() if path != phase)
    assert tag(protocol, phase) == " (source)"
