"""The help of each screen (F1): its keys, taken from its bindings, and the words that stand on it. Pure text.

Law: no key is told here that is not bound, and none that is bound is left out, added keys included; a test holds a
sentence for every binding. Every line fits the window at 80 columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap
from typing import Any, Final

from textual.actions import parse
from textual.app import App
from textual.binding import Binding
from textual.screen import Screen

from nmes.language import _
from nmes.ui.bindings import OURS, bindings_of
from nmes.ui.key_sentences import SENTENCES

WIDTH: Final = 70
"""Columns of the text in the window, beside its border and its scroll bar."""
_KEYS: Final = 12


def sentence_of(binding: Binding) -> str:
    """What a key does, in a sentence; its name where nobody wrote one."""
    return SENTENCES.get(binding.id or "", "") or binding.tooltip or binding.description


def help_text(app: App[Any], screen: Screen[Any], added: Mapping[str, tuple[str, ...]] | None = None) -> str:
    """Everything that can be pressed on this screen, and what its words mean. `added`: keys of the keymap file."""
    owners = [type(screen), *_widgets(screen)]
    own = _heard(screen, [binding for owner in owners for binding in bindings_of(owner)])
    taken = {binding.key for binding in own}
    everywhere = [binding for binding in bindings_of(type(app)) if binding.key not in taken]
    lines = [*STOPS, "", _("KEYS OF THIS SCREEN"), *_rows(app, own, added or {})]
    lines += ["", _("ON EVERY SCREEN"), *_rows(app, everywhere, added or {})]
    for word, meaning in _words(screen):
        lines += ["", *_row(word, meaning)] if word else ["", *wrap(meaning, WIDTH)]
    return "\n".join(lines)


def _heard(screen: Screen[Any], bindings: list[Binding]) -> list[Binding]:
    """One binding for each key: where a key has several meanings, the one that is heard now, else the first."""
    by_key: dict[str, list[Binding]] = {}
    for binding in bindings:
        by_key.setdefault(binding.key, []).append(binding)
    kept = {id(_now(screen, several)) for several in by_key.values()}
    return [binding for binding in bindings if id(binding) in kept]


def _now(screen: Screen[Any], bindings: list[Binding]) -> Binding:
    return next((one for one in bindings if len(bindings) > 1 and _is_heard(screen, one)), bindings[0])


def _is_heard(screen: Screen[Any], binding: Binding) -> bool:
    _namespace, name, parameters = parse(binding.action.removeprefix("screen."))
    return screen.check_action(name, parameters) is True


def _widgets(screen: Screen[Any]) -> list[type[Any]]:
    """Classes of ours on the screen that have keys of their own, each once."""
    found = {type(one): None for one in screen.query("*") if one.can_focus and type(one).__module__.startswith(OURS)}
    return list(found)


def _rows(app: App[Any], bindings: Iterable[Binding], added: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """A row for each thing that keys do; keys that do the same stand together."""
    together: dict[str, tuple[list[str], Binding]] = {}
    for binding in bindings:
        if binding.id in STOP_IDS:
            continue
        keys, first = together.setdefault(binding.id or binding.action, ([], binding))
        for key in (binding.key, *added.get(binding.id or "", ())):
            shown = app.get_key_display(binding.with_key(key, None))
            if shown not in keys:
                keys.append(shown)
    for keys, first in together.values():
        yield from _row(", ".join(keys), sentence_of(first))


def _row(head: str, sentence: str) -> list[str]:
    """The key, then what it does; a long key has a line of its own."""
    rows = wrap(sentence, WIDTH - _KEYS) or [""]
    if len(head) < _KEYS:
        return [f"{head:<{_KEYS}}{rows[0]}", *(f"{'':<{_KEYS}}{row}" for row in rows[1:])]
    return [*wrap(head, WIDTH), *(f"{'':<{_KEYS}}{row}" for row in rows)]


def _words(screen: Screen[Any]) -> tuple[tuple[str, str], ...]:
    return WORDS.get(type(screen).__name__, ())


STOP_IDS: Final = frozenset({"stop", "stop.escape", "stop.space"})
"""Told first, in words of their own."""
STOPS: Final = tuple(
    wrap(
        _(
            "STOP: Esc, F12 or Ctrl+C on every screen, or click the bar below. Space too, where a level is found and "
            "in the treatment. After a STOP every level is found again, from 0. A software STOP is not an emergency "
            "stop: keep the stimulator's switch and its cables in reach."
        ),
        WIDTH,
    )
)
_OUTPUT: Final = (
    (_("commanded"), _("What the stimulator was told.")),
    (_("confirmed"), _('What the stimulator has answered; "unknown" where the answer is too old to be trusted.')),
    ("", _("In bursts both are the envelope: they stand still between bursts.")),
)
WORDS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "HomeScreen": (
        (
            "! " + _("SKIN") + ", " + _("PAIN"),
            _("Found after the last session: step 1 tells it whole before anything is chosen."),
        ),
        (
            _("next: not known"),
            _("None was complete yet, or a clock was wrong: the days to the next are counted from a complete session."),
        ),
        (_("next: not set"), _("The protocol says no sessions a week, so nobody waits for a day.")),
        (_("device"), _("What is known of it before anything is opened. Nothing is opened to find out.")),
        (_("interrupted"), _("A session whose record has no end: the program or the computer stopped in it.")),
    ),
    "PatientScreen": ((_("code"), _("A code such as P-017, never a name: the record keeps no names of patients.")),),
    "CourseScreen": (
        (_("proposal"), _("What the card's rules make of the course. It sets nothing: every level is found from 0.")),
        (_("adherence"), _("Sessions that were complete, or signed with at least half given, in weeks that are over.")),
        ("? ✓", _("Nobody has decided on it yet; it is decided.")),
        (_("withdrawn"), _("An entry that was wrong: it stays in the record, and counts no longer.")),
        ("", _("Enter on a row opens what the row is about. What is entered is signed and never changed.")),
    ),
    "EntryScreen": (
        ("", _("Nothing is written before F2. A mistake is withdrawn by another entry, with a reason.")),
        (_("a name"), _("Never a patient's name: a code stands for a person only in the clinic's own list.")),
    ),
    "ChooseScreen": (
        (_("grade"), _("How well the numbers are sourced, A to C. It says nothing of how well the treatment works.")),
        (_("TO VERIFY"), _("A number that is believed and was not read in a source.")),
        (_("CTF"), _("Cramp threshold frequency: the lowest frequency at which the muscle cramps.")),
    ),
    "ScreeningScreen": (
        ("", _("An answer that is gone on with in spite of what it means is shown once more before it is recorded.")),
    ),
    "TitrateScreen": (
        (_("last"), _("The level of the last session, as a mark only: it is never set by itself. Crossing it asks.")),
        (_("felt"), _("Whether the current is felt, or the muscle works, where it should; asked for every channel.")),
        *_OUTPUT,
    ),
    "RunScreen": _OUTPUT,
    "SettingsScreen": (
        (_("mute"), _("Silences every sound but that of a FAULT.")),
        (_("keys"), _("More keys can be added in keymap.yaml beside the settings: nmes settings path tells where.")),
    ),
}
"""By screen: words that stand on it, and what they mean; a text without a word is a paragraph."""
