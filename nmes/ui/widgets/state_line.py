"""The state of the session in one loud line: symbol, word, colour, and the reason where there is one."""

from __future__ import annotations

from textwrap import wrap

from nmes.core.view import View
from nmes.ui import words
from nmes.ui.widgets.text import Text


class StateLine(Text):
    """The state, then what is known of the output and the reason, on as many rows as that takes: never cut off."""

    DEFAULT_CSS = """
    StateLine {
        height: auto; min-height: 2; width: 100%; padding: 0 1;
        text-style: bold; background: $boost;
    }
    StateLine.-live { background: $live; color: $live-text; }
    StateLine.-held { background: $held; color: $held-text; }
    StateLine.-alarm { background: $stop; color: $stop-text; }
    """

    def show(self, view: View, detail: str) -> None:
        """`detail` stands beside the word."""
        state = words.state_words(view)
        for tone in words.Tone:
            self.set_class(tone is state.tone, f"-{tone}")
        self.update("\n".join(state_rows(view, detail, self.size.width or 1000)))


def state_rows(view: View, detail: str, width: int) -> list[str]:
    """The rows of the state in a line of this width (without its padding)."""
    state = words.state_words(view)
    first = f"{state}   {detail}" if detail else str(state)
    return [row for text in (first, second_line(view)) for row in wrap(text, max(20, width))]


def second_line(view: View) -> str:
    """The reason and what is known of the output; a halt that nobody confirmed comes before everything."""
    if view.halt_unconfirmed:
        return words.unconfirmed_words(view)
    output = words.output_words(view)
    reason = words.why_of(view)
    return f"{output}. {reason}" if reason else output
