"""Records that the tests of the reports share: made once, never written to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.mistakes import Sitting, five_mistakes
from nmes.record.files import Kind, session_files
from nmes.record.story import Story
from nmes.record.telling import story_of


@pytest.fixture(scope="package")
def told_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the session of the five mistakes, then one that was interrupted in the treatment."""
    home = tmp_path_factory.mktemp("reports")
    five_mistakes(home)
    sitting = Sitting(home)
    sitting.screened()
    sitting.placed()
    sitting.level(1_000)
    sitting.started()
    sitting.interrupted()
    return home


@pytest.fixture(scope="package")
def stories(told_home: Path) -> tuple[Story, Story]:
    first, second = session_files(told_home / "simulation")
    return story_of(first, Kind.SIMULATION), story_of(second, Kind.SIMULATION)


@pytest.fixture
def story(stories: tuple[Story, Story]) -> Story:
    """The session of the five mistakes: closed and signed."""
    return stories[0]


@pytest.fixture
def cut_story(stories: tuple[Story, Story]) -> Story:
    """The interrupted one: no end, no dose, no signature."""
    return stories[1]


@pytest.fixture
def own_home(told_home: Path, tmp_path: Path) -> Path:
    """The same records, to be damaged."""
    shutil.copytree(told_home / "simulation", tmp_path / "simulation")
    return tmp_path
