"""Every event and command comes back exactly as it was, and nothing is guessed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.rows import bundled
from nmes.core import commands, events
from nmes.core.waveform import Waveform
from nmes.record.canonical import canonical, parse
from nmes.record.codec import COMMANDS, EVENTS, READABLE, VOCABULARY, Codec, Undecodable, encode
from nmes.record.errors import NotRecordable

st.register_type_strategy(int, st.integers(-(2**53) + 1, 2**53 - 1))
st.register_type_strategy(str, st.text(st.characters(exclude_categories=["Cs"])))

OUTPUT = commands.SetOutput((commands.ChannelOutput(1, 12_000, Waveform(300, 100, 1, 22_500), 4_000),))


@pytest.mark.thorough
@given(st.from_type(events.Event))  # type: ignore[arg-type]  # hypothesis takes a union, mypy does not know
def test_every_event_comes_back_exactly(event: events.Event) -> None:
    back = EVENTS.decode(parse(canonical(encode(event))))
    assert (type(back), back) == (type(event), event)
    assert repr(back) == repr(event)


@pytest.mark.thorough
@given(st.from_type(commands.Command))  # type: ignore[arg-type]  # as above
def test_every_command_comes_back_exactly(command: commands.Command) -> None:
    back = COMMANDS.decode(parse(canonical(encode(command))))
    assert repr(back) == repr(command)


@bundled("kind", [*get_args(events.Event), *get_args(commands.Command)])
def test_no_kind_of_event_or_command_is_left_out(kind: type) -> None:
    with pytest.raises(Undecodable, match=kind.__name__):
        (EVENTS if kind in get_args(events.Event) else COMMANDS).decode({"type": kind.__name__, "unknown": 1})


def test_an_encoded_command_is_readable() -> None:
    assert encode(OUTPUT) == {
        "type": "SetOutput",
        "outputs": [
            {
                "type": "ChannelOutput",
                "channel": 1,
                "amplitude_ua": 12_000,
                "waveform": {
                    "type": "Waveform",
                    "phase_us": 300,
                    "gap_us": 100,
                    "ratio": 1,
                    "period_us": 22_500,
                    "burst_pulses": 0,
                    "burst_period_ms": 0,
                },
                "rise_ua_per_s": 4_000,
                "band": None,
            }
        ],
    }
    screened = events.Screened((events.Answer("cause_kidney", events.Reply.UNKNOWN, "known", "Dr W"),), "M. K.")
    assert encode(screened)["answers"] == [
        {"type": "Answer", "code": "cause_kidney", "reply": "unknown", "reason": "known", "reviewed_by": "Dr W"},
    ]


def test_an_answer_from_before_there_were_reviews_has_no_reviewer() -> None:
    old = {"type": "Answer", "code": "pregnancy", "reply": "no", "reason": ""}
    screened = EVENTS.decode({"type": "Screened", "answers": [old], "by": "Ada"})
    assert screened == events.Screened((events.Answer("pregnancy", events.Reply.NO),), "Ada")


def test_a_command_of_the_first_vocabulary_means_what_it_meant() -> None:
    old = json.loads(json.dumps(encode(OUTPUT)))
    del old["outputs"][0]["band"]
    for added in ("burst_pulses", "burst_period_ms"):
        del old["outputs"][0]["waveform"][added]
    assert COMMANDS.decode(old) == OUTPUT


def test_an_event_of_before_there_were_attended_sessions_means_what_it_meant() -> None:
    old = {"type": "Increase", "channel": 1, "epoch": 7}
    assert EVENTS.decode(old) == events.Increase(1, 7)
    assert EVENTS.decode({**old, "over_ua": 0}) == events.Increase(1, 7, 0), "it passed a mark of 0, and does"
    assert EVENTS.decode({"type": "Placed"}) == events.Placed()
    assert READABLE == (1, 2, 3, VOCABULARY)


def changed(path: list[str | int], value: object) -> Any:
    """`OUTPUT` encoded, with one thing changed."""
    encoded = json.loads(json.dumps(encode(OUTPUT)))
    inner = encoded
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return encoded


@bundled(
    ("value", "said"),
    [
        (None, "unknown type None"),
        ([], "unknown type None"),
        ({"type": "Explode"}, "unknown type 'Explode'"),
        ({"type": ["Tick"]}, "unknown type"),
        (changed(["more"], 1), "SetOutput: unknown or missing: more"),
        ({"type": "SetOutput"}, "SetOutput: unknown or missing: outputs"),
        (changed(["outputs"], 3), r"SetOutput\.outputs: 3 is not the list"),
        (changed(["outputs", 0], 3), r"SetOutput\.outputs\[0\]: 3 is not a ChannelOutput"),
        (changed(["outputs", 0, "channel"], "1"), r"outputs\[0\]\.channel: '1' is not int"),
        (changed(["outputs", 0, "channel"], True), r"channel: True is not int"),
        (changed(["outputs", 0, "channel"], None), r"channel: None is not int"),
        (changed(["outputs", 0, "waveform", "type"], "Shape"), r"waveform: .* is not a Waveform"),
        (changed(["outputs", 0, "waveform", "gap_us"], 1.0), r"waveform\.gap_us: 1\.0 is not int"),
        ({"type": "Note", "code": "x", "values": [["a", 1, 2]]}, r"values\[0\]: \['a', 1, 2\] is not the list"),
        ({"type": "Note", "code": "x", "values": [["a", None]]}, r"values\[0\]\[1\]: None is not int; .* is not str"),
        ({"type": "Note", "code": 1, "values": []}, r"Note\.code: 1 is not str"),
    ],
)
def test_what_is_not_known_is_refused_with_its_place(value: object, said: str) -> None:
    with pytest.raises(Undecodable, match=said):
        COMMANDS.decode(value)


def test_an_answer_that_does_not_exist_is_refused() -> None:
    encoded = encode(events.Screened((events.Answer("pregnancy", events.Reply.NO),), ""))
    encoded["answers"][0]["reply"] = "perhaps"
    with pytest.raises(Undecodable, match=r"answers\[0\]\.reply: 'perhaps' is not a Reply"):
        EVENTS.decode(encoded)


@pytest.mark.parametrize("value", [1.5, [1], {"a": 1}, b"x", events.Tick, replace(events.Tick(1), now_ms=object())])
def test_what_has_no_plain_form_is_refused(value: object) -> None:
    with pytest.raises(NotRecordable, match="cannot be recorded"):
        encode(value)


def test_a_choice_between_several_forms_is_read_as_the_one_it_was() -> None:
    @dataclass(frozen=True)
    class Either:
        what: int | str | events.Durable | bool | None

    globals()["Either"] = Either
    codec = Codec(Either)
    for what in (3, "3", None, events.Durable(3), True):
        back = codec.decode(encode(Either(what)))
        assert repr(back) == repr(Either(what))


class Colour(Enum):
    RED = 1


@dataclass(frozen=True)
class WithFloat:
    level_ma: float


@dataclass(frozen=True)
class WithList:
    levels: list[int]


@dataclass(frozen=True)
class WithEnum:
    colour: Colour


@dataclass(frozen=True)
class WithType:
    type: str


@pytest.mark.parametrize("kind", [WithFloat, WithList, WithEnum, WithType])
def test_a_type_that_could_not_come_back_is_refused_when_the_program_starts(kind: type) -> None:
    with pytest.raises(TypeError, match="cannot be recorded"):
        Codec(kind)


def test_half_a_character_is_recorded_as_one_that_says_so() -> None:
    """What a terminal in another encoding hands over must not stop the record, and with it the output."""
    mark = events.Screened((events.Answer("pregnancy", events.Reply.NO, "gr\udcfc\udce9n"),), "M\ud83d\ude00 é 😀")
    encoded = parse(canonical(encode(mark)))
    told = events.Screened((events.Answer("pregnancy", events.Reply.NO, "gr\ufffd\ufffdn"),), "M\ufffd\ufffd é 😀")
    assert EVENTS.decode(encoded) == told
    assert encode(told) == encoded, "what is recorded once more at replay is the same"


@dataclass(frozen=True)
class Grown:
    """An event that was given a field after records had been written."""

    level_ua: int
    source: str = "operator"


def test_a_field_added_since_has_its_default_and_no_other_may_be_missing() -> None:
    codec = Codec(Grown)
    assert codec.decode({"type": "Grown", "level_ua": 500}) == Grown(500)
    with pytest.raises(Undecodable, match=r"Grown: unknown or missing: level_ua$"):
        codec.decode({"type": "Grown"})
    with pytest.raises(Undecodable, match=r"Grown: unknown or missing: level_ma$"):
        codec.decode({"type": "Grown", "level_ua": 500, "level_ma": 1})
