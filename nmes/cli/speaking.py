"""What holds for a whole run of the program and must be known before a screen or a line is imported: the clinic's
settings, and from them the language and the theme, unless the command line says otherwise.
"""

from __future__ import annotations

from dataclasses import replace

from nmes.cli.exits import wrong
from nmes.core.problems import ProblemsError
from nmes.language import LANGUAGES, use
from nmes.record.files import home
from nmes.runtime.settings import Look, Settings, language_of, load


def speak(language: str = "", theme: str = "") -> Settings:
    """The settings that hold now, with the language in use; everything that is wrong ends the command, exit code 2."""
    problems = []
    if language and language not in LANGUAGES:
        problems.append(f'--language "{language}": give {" or ".join(LANGUAGES)}')
    if theme and theme not in tuple(Look):
        problems.append(f'--theme "{theme}": give {", ".join(Look)}')
    if problems:
        wrong(*problems)
    try:
        found = load(home())
    except ProblemsError as error:
        wrong(*(str(problem) for problem in error.problems))
    use(language or language_of(found))
    return replace(found, theme=Look(theme)) if theme else found


def speak_for_command(language: str) -> None:
    """Before a command that shows no screen. Settings that cannot be read do not keep anybody from reading a record:
    who opens the app, or checks them, is told.
    """
    if language:
        speak(language)
        return
    try:
        use(language_of(load(home())))
    except ProblemsError:
        use(language_of(Settings()))
