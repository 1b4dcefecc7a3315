"""The terminal: room, colours, letters, mouse and keys, as far as it tells without being asked.

A terminal that is asked answers on the keyboard, where a STOP comes from; so nothing is asked.
"""

from __future__ import annotations

from typing import Final

from nmes.language import _
from nmes.runtime.doctor.finding import Finding, Grade
from nmes.runtime.doctor.world import Terminal

COLUMNS, ROWS = 80, 24
"""What every screen is drawn and tested for [design]."""
_MOUSE: Final = (
    "xterm",
    "screen",
    "tmux",
    "rxvt",
    "alacritty",
    "foot",
    "kitty",
    "wezterm",
    "konsole",
    "vte",
    "st-",
    "iterm",
)
"""Beginnings of TERM of terminals that send the mouse [source, secondary: terminfo's kmous and XM]."""


def of_terminal(terminal: Terminal) -> tuple[Finding, ...]:
    """Size, colours, letters, mouse and keys; or that there is no terminal."""
    if not terminal.there:
        said = _("this is no terminal, so nothing can be said of one")
        return (Finding("terminal", Grade.DOUBTFUL, said, _("run nmes doctor where the app will run")),)
    if terminal.kind in {"", "dumb"}:
        said = _("this terminal can place nothing on the screen (TERM is {kind})").format(kind=terminal.kind or "-")
        return (Finding("terminal", Grade.BAD, said, _("use another one, or: nmes run PROTOCOL --plain")),)
    return (_size(terminal), _colour(terminal), _letters(terminal), _hands(terminal))


def _size(terminal: Terminal) -> Finding:
    said = _("the terminal has {columns} columns and {rows} rows").format(columns=terminal.columns, rows=terminal.rows)
    if terminal.columns < COLUMNS or terminal.rows < ROWS:
        return Finding("terminal", Grade.BAD, said, _("make it at least 80 by 24"))
    return Finding("terminal", Grade.GOOD, said)


def _colour(terminal: Terminal) -> Finding:
    if terminal.no_color:
        said = _("NO_COLOR is set: the screens are drawn without colour")
        return Finding("terminal", Grade.GOOD, said)
    if terminal.depth in {"truecolor", "24bit"} or terminal.kind.endswith("-direct"):
        return Finding("terminal", Grade.GOOD, _("the terminal has all colours"))
    if "256color" in terminal.kind:
        return Finding("terminal", Grade.GOOD, _("the terminal has 256 colours"))
    said = _("the terminal promises few colours (TERM is {kind})").format(kind=terminal.kind)
    return Finding("terminal", Grade.DOUBTFUL, said, _("the theme mono needs none: --theme mono"))


def _letters(terminal: Terminal) -> Finding:
    if terminal.encoding.lower().replace("-", "") == "utf8":
        return Finding("terminal", Grade.GOOD, _("letters are sent as UTF-8"))
    said = _("letters are sent as {encoding}: µ and some lines are lost").format(encoding=terminal.encoding or "?")
    return Finding("terminal", Grade.DOUBTFUL, said, _("set LANG to a UTF-8 locale, for instance C.UTF-8"))


def _hands(terminal: Terminal) -> Finding:
    if terminal.remote:
        said = _("this terminal came over the network: so does every STOP by key")
        return Finding("terminal", Grade.DOUBTFUL, said, _("treat nobody from here: sit at the computer itself"))
    if terminal.kind.startswith(_MOUSE):
        return Finding(
            "terminal", Grade.GOOD, _("mouse and function keys are those of {kind}").format(kind=terminal.kind)
        )
    said = _("whether {kind} sends the mouse and all keys is not known").format(kind=terminal.kind)
    return Finding("terminal", Grade.DOUBTFUL, said, _("try F12 (STOP) on the simulator before you need it"))
