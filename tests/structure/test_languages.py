"""What people read is whole in every language, has the same places for values, and is what translators edit."""

from __future__ import annotations

import functools
import re

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo

from helpers.catalogues import TRANSLATED, edited, file_of, spoken

PLACE = re.compile(r"\{(\w*)[^}]*\}")


@functools.cache
def source() -> Catalog:
    """Of the whole program; read when a test needs it, not by every process that shares the tests."""
    return spoken()


@pytest.fixture(scope="module", params=TRANSLATED)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def catalog(language: str) -> Catalog:
    return edited(language)


def texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


def said(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def pairs(messages: list[Message]) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {texts(message.id): texts(message.string) for message in messages}


@pytest.mark.thorough
def test_there_is_something_to_translate() -> None:
    assert len(said(source())) > 300


def test_every_sentence_of_the_source_is_translated(catalog: Catalog) -> None:
    wanted = {message.id if isinstance(message.id, str) else tuple(message.id) for message in said(source())}
    done = {
        message.id if isinstance(message.id, str) else tuple(message.id): all(texts(message.string))
        for message in said(catalog)
    }
    missing = [text for text in wanted if not done.get(text)]
    assert not missing, f"{len(missing)} without a translation, such as {missing[:3]}; run helpers/catalogues.py"
    assert not done.keys() - wanted, "the catalogue holds sentences that nobody says any more"
    assert not [message.id for message in said(catalog) if message.fuzzy], "nothing uncertain is shown"


def test_a_translation_has_the_places_of_its_sentence(catalog: Catalog) -> None:
    """A missing place loses a figure, a new one is a crash while somebody reads."""
    for message in said(catalog):
        wanted = sorted(set(PLACE.findall(texts(message.id)[-1])))
        for text in texts(message.string):
            assert sorted(set(PLACE.findall(text))) == wanted, message.id


def test_a_translation_keeps_the_edges_of_its_sentence(catalog: Catalog) -> None:
    """Outer blanks and line breaks belong to the layout of a screen."""
    for message in said(catalog):
        for one, other in zip(texts(message.id), texts(message.string), strict=False):
            assert one[: len(one) - len(one.lstrip())] == other[: len(other) - len(other.lstrip())], message.id
            assert one[len(one.rstrip()) :] == other[len(other.rstrip()) :], message.id


def test_the_program_reads_what_translators_have_written(language: str, catalog: Catalog) -> None:
    """Every sentence; the header names the program that compiled it, in whatever version somebody has."""
    with file_of(language, "mo").open("rb") as file:
        read = said(read_mo(file))
    assert pairs(read) == pairs(said(catalog)), "run python tests/helpers/catalogues.py"
