"""The language of what people read: English in the source, others from gettext catalogues in `locale/`.

Law: a language is chosen once, before the first module that speaks is imported, because tables of sentences are made
when their module is imported. It stands outside the rooms, so that screens, lines and reports speak through one door;
core, guard, devices and record know codes only and never import it. Protocol files stay as their authors wrote them.
"""

from __future__ import annotations

import gettext
from pathlib import Path
from typing import Final

DOMAIN: Final = "nmes"
FOLDER: Final = Path(__file__).parent / "locale"
LANGUAGES: Final = {"en": "English", "de": "Deutsch"}
"""By code: what can be chosen, each in its own name."""

_MARKS: Final = {"de": ","}
"""The decimal mark of a language where it is no point."""

_mark: list[str] = ["."]
_chosen: list[gettext.NullTranslations] = [gettext.NullTranslations()]
_code: list[str] = ["en"]


def use(language: str) -> None:
    """Speak this language from now on; one that has no catalogue is English. Call before screens are imported."""
    _chosen[0] = gettext.translation(DOMAIN, FOLDER, [language], fallback=True)
    _mark[0] = _MARKS.get(language, ".")
    _code[0] = language if language in LANGUAGES else "en"


def spoken() -> str:
    """The code of the language that is spoken, for documents that say it of themselves."""
    return _code[0]


def decimal(number: str) -> str:
    """A number as the chosen language writes it."""
    return number.replace(".", _mark[0])


def _(text: str) -> str:
    """The sentence in the chosen language; whole sentences with named places, never parts that are put together."""
    return _chosen[0].gettext(text) if text else ""


def many(one: str, other: str, number: int) -> str:
    """The form of a sentence for this number; both hold the place `{number}`."""
    return _chosen[0].ngettext(one, other, number).format(number=number)
