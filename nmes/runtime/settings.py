"""What a clinic sets once: station, therapists, pads owned, sound, theme, language. One small YAML file in NMES_HOME.

Law: a file that cannot be read whole is never guessed at and never overwritten; it is told with line and column. A new
one comes whole or not at all. Nothing in it can touch a limit, a level or a STOP.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final

from nmes.core.problems import Problem, ProblemsError
from nmes.core.yaml_edit import scalar
from nmes.core.yaml_tree import Tree, Value
from nmes.language import LANGUAGES, _
from nmes.record.disk import Disk
from nmes.runtime.keymap import NO_KEYS, Keymap, load_keymap
from nmes.runtime.small_yaml import tree_of

FILE: Final = "settings.yaml"
LONGEST: Final = 60
"""Letters of a name: what a row of 80 columns holds beside its label [design]."""
MOST_NAMES: Final = 20
"""Therapists, and sizes of pads: more cannot be offered by number [design]."""
LEAST_PAD_MM2: Final = 100
MOST_PAD_MM2: Final = 40_000
"""1 cm² to 400 cm², the same bounds as the areas in a protocol [design]."""


class Sound(StrEnum):
    """Mute silences everything but the FAULT pattern."""

    ON = "on"
    MUTE = "mute"


class Look(StrEnum):
    """The themes, by the names that files and `--theme` use."""

    DARK = "clinic-dark"
    LIGHT = "clinic-light"
    CONTRAST = "high-contrast"
    MONO = "mono"


@dataclass(frozen=True, slots=True)
class Settings:
    """`language` "" is that of the system. `keymap` comes from a file of its own and is not written here."""

    station: str = ""
    therapists: tuple[str, ...] = ()
    pads_mm2: tuple[int, ...] = ()
    sound: Sound = Sound.ON
    theme: Look = Look.DARK
    language: str = ""
    reduced_motion: bool = False
    keymap: Keymap = field(default=NO_KEYS)


def path_of(home: Path) -> Path:
    """Where the file lies; it need not exist."""
    return home / FILE


def load(home: Path) -> Settings:
    """Settings and keymap; without files what is built in. ProblemsError tells all that is wrong, with places."""
    problems: list[Problem] = []
    found, keymap = Settings(), NO_KEYS
    try:
        found = _read(path_of(home))
    except ProblemsError as error:
        problems += error.problems
    try:
        keymap = load_keymap(home)
    except ProblemsError as error:
        problems += error.problems
    if problems:
        raise ProblemsError(problems)
    return replace(found, keymap=keymap)


def station_of(home: Path) -> str:
    """What this place is called on record: the name it was given, else the computer's, also where none can be read."""
    try:
        named = _read(path_of(home)).station
    except ProblemsError:
        named = ""
    return named or socket.gethostname()


def save(home: Path, settings: Settings, disk: Disk | None = None) -> Path:
    """Write the settings; ProblemsError if what lies there cannot be read, or nothing can be written."""
    path, disk = path_of(home), disk or Disk()
    _read(path)  # what is not understood is not overwritten
    part = path.with_name(f".{path.stem}-{secrets.token_hex(4)}.part")
    try:
        disk.make_folder(home)
        try:
            disk.save(part, text_of(settings).encode())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        disk.sync_folder(home)
    except OSError as error:
        said = _("the settings cannot be written ({error})").format(error=error.strerror or error)
        raise ProblemsError([Problem("", "", said, _("nothing was changed"), str(path))]) from error
    return path


def language_of(settings: Settings, environment: Mapping[str, str] = os.environ) -> str:
    """The code to speak: the chosen one, else the system's where there is a catalogue for it, else English."""
    if settings.language:
        return settings.language
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    code = next((name for name in names if name), "")[:2]
    return code if code in LANGUAGES else "en"


def text_of(settings: Settings) -> str:
    """The file as it is written."""
    lines = [
        "# Settings of nmes. The settings screen (F9) writes this file anew; own comments are not kept then.",
        f"station: {_quoted(settings.station)}",
        *_list("therapists", [_quoted(name) for name in settings.therapists]),
        *_list("pads_cm2", [f"{Decimal(area) / 100:f}" for area in settings.pads_mm2]),
        f"sound: {settings.sound}                # {' | '.join(Sound)}; mute never mutes FAULT",
        f"theme: {settings.theme}       # {' | '.join(Look)}",
        f'language: "{settings.language}"             # "" is the system\'s; {" | ".join(LANGUAGES)}',
        f"reduced_motion: {'true' if settings.reduced_motion else 'false'}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return scalar(text) if text else '""'


def _list(key: str, values: list[str]) -> list[str]:
    return [f"{key}:", *(f"  - {value}" for value in values)] if values else [f"{key}: []"]


# --- reading ---


def _read(path: Path) -> Settings:
    tree = tree_of(path)
    if tree is None:
        return Settings()
    found = _Reading(tree)
    settings = Settings(
        station=found.text("station"),
        therapists=found.names("therapists"),
        pads_mm2=found.areas("pads_cm2"),
        sound=Sound(found.choice("sound", tuple(Sound), Sound.ON)),
        theme=Look(found.choice("theme", tuple(Look), Look.DARK)),
        language=found.choice("language", ("", *LANGUAGES), ""),
        reduced_motion=found.switch("reduced_motion"),
    )
    found.end()
    return settings


class _Reading:
    """Takes the keys of a tree one after the other and keeps what is wrong with them."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._problems: list[Problem] = []
        self._asked: list[str] = []

    def text(self, key: str) -> str:
        return self._one(key, "", self._value(key, ""))

    def choice(self, key: str, among: tuple[str, ...], default: str) -> str:
        value = self._value(key, default)
        if isinstance(value, str) and value in among:
            return value
        self._wrong((key,), _("there is no such choice"), _accepted(among))
        return default

    def switch(self, key: str) -> bool:
        value = self._value(key, default=False)
        if isinstance(value, bool):
            return value
        self._wrong((key,), _("this is a switch"), _("give true or false"))
        return False

    def names(self, key: str) -> tuple[str, ...]:
        found: list[str] = []
        for index, value in self._entries(key):
            name = self._one(key, index, value)
            if value == "":
                self._wrong((key, index), _("a name is empty"), _("write it, or remove the line"))
            elif name in found:
                self._wrong((key, index), _("this is given twice"), _("keep one of them"))
            found.append(name)
        return tuple(found)

    def areas(self, key: str) -> tuple[int, ...]:
        found: list[int] = []
        for index, value in self._entries(key):
            area_mm2 = area_of(value)
            if area_mm2 is None:
                self._wrong((key, index), _("this is no size of a pad"), accepted_area())
            elif area_mm2 in found:
                self._wrong((key, index), _("this is given twice"), _("keep one of them"))
            else:
                found.append(area_mm2)
        return tuple(sorted(found))

    def end(self) -> None:
        """Every key was asked for: what is left is no setting."""
        value = self._tree.value
        known = _accepted(tuple(self._asked))
        for key in value if isinstance(value, dict) else ():
            if key not in self._asked:
                problem = self._tree.problem((key,), _("there is no such setting"), known, at_key=True)
                self._problems.append(problem)
        if self._problems:
            raise ProblemsError(self._problems)

    def _value(self, key: str, default: Value) -> Value:
        self._asked.append(key)
        value = self._tree.get((key,))
        return default if value is None else value

    def _entries(self, key: str) -> Iterator[tuple[int, Value]]:
        value = self._value(key, [])
        if not isinstance(value, list):
            self._wrong((key,), _("this is a list"), _("write each on a line of its own, after a dash"))
            return
        if len(value) > MOST_NAMES:
            self._wrong((key,), _("the list is too long"), _("give at most {most}").format(most=MOST_NAMES))
        yield from enumerate(value)

    def _one(self, key: str, index: int | str, value: Value) -> str:
        path = (key, index) if isinstance(index, int) else (key,)
        if not isinstance(value, str):
            self._wrong(path, _("this is a text"), _("put it in quotes"))
            return ""
        if len(value) > LONGEST or not value.isprintable():
            self._wrong(path, _("this is too long, or not printable"), letters())
        return value.strip()

    def _wrong(self, path: tuple[str | int, ...], reason: str, accepted: str) -> None:
        self._problems.append(self._tree.problem(path, reason, accepted))


def area_of(value: Value) -> int | None:
    """An area in cm², as a number with at most one decimal, in mm²; None if it is none that a pad has."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    area = Decimal(value) * 100
    whole = int(area) if area == area.to_integral_value() and not int(area) % 10 else -1
    return whole if LEAST_PAD_MM2 <= whole <= MOST_PAD_MM2 else None


def accepted_area() -> str:
    """What `area_of` takes, in words."""
    return _("give cm² from {least} to {most}, with at most one decimal").format(
        least=LEAST_PAD_MM2 // 100, most=MOST_PAD_MM2 // 100
    )


def letters() -> str:
    """What a name may be, in words."""
    return _("give at most {most} letters on one line").format(most=LONGEST)


def _accepted(words: tuple[str, ...]) -> str:
    shown = ", ".join(word or '""' for word in words)
    return _("there are: {words}").format(words=shown)
