"""Everything a person types freely is known as such, so that none of it stays in a record that cannot be changed."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

from helpers.rows import bundled
from nmes.core import care_events as care
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.free_texts import free_texts

TYPED = [
    e.Mark("pain", "at the knee"),
    e.Observed(e.Finding.NOTE, None, "at the knee"),
    e.Observed(e.Finding.ADVERSE, 1, "at the knee"),
    e.Observed(e.Finding.OUTCOME, 1, "at the knee", "TUG"),
    e.Observed(e.Finding.SKIN, None, "at the knee", "1"),
    e.Observed(e.Finding.NRS, None, "at the knee"),
    e.ReadBack(e.Read.CODE, "", "at the knee"),
    e.ReadBack(e.Read.CODE, "at the knee"),
    e.Signed("Ada", "at the knee"),
    e.LeftUnsigned("at the knee"),
    e.Screened((e.Answer("gout", e.Reply.NO), e.Answer("scar", e.Reply.YES, "at the knee", "Dr B")), "Ada"),
]
NOT_TYPED = (e.JournalFailed, e.WrongDevice, e.LinkLost)
"""Their reasons are the program's."""


@bundled("event", TYPED, ids=lambda event: type(event).__name__)
def test_what_a_person_typed_freely_is_told(event: e.Event) -> None:
    assert free_texts(event) == ("at the knee",)


def test_what_is_read_back_as_the_code_may_be_a_name_unless_it_was_the_code() -> None:
    said = e.ReadBack(e.Read.CODE, " Erika ")
    differs = c.Note("refused:read_back_differs", (("what", "code"), ("said", "Erika"), ("wanted", "P-017")))
    assert free_texts(said, [differs]) == (" Erika ", "Erika"), "the decision repeats it without the blanks"
    assert free_texts(e.ReadBack(e.Read.CODE, "p-017"), [c.Note("read_back", (("said", "p-017"),))]) == ()
    assert free_texts(e.ReadBack(e.Read.SIDE, "right"), [differs]) == (), "one of a few words"


def test_a_blank_text_is_none_and_a_name_of_who_acted_is_not_free() -> None:
    assert free_texts(e.Mark("pain", "  ")) == free_texts(e.Mark("pain")) == ()
    assert free_texts(e.Signed("Ada")) == free_texts(e.Stop("key", 1)) == ()
    assert all(free_texts(kind("the disk is full")) == () for kind in NOT_TYPED)


def test_no_event_that_can_hold_a_text_is_forgotten() -> None:
    members = [member for union in get_args(e.Event) for member in (get_args(union) or (union,))]
    with_text = {kind for kind in members if {field.name for field in fields(kind)} & {"text", "reason"}}
    assert with_text == {type(event) for event in TYPED} - {e.Screened} | set(NOT_TYPED)


def test_each_text_of_the_care_is_a_text_or_a_reason() -> None:
    """By these names it is taken out of the entry; what is called otherwise would stay in it."""
    for kind in get_args(care.CareEvent):
        for field in fields(kind):
            assert field.name not in {"note", "comment", "why", "remark"}, kind
