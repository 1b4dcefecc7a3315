"""Whether a session went well, for the exit code of the app: a script that starts `nmes` cannot read the screen.

Law: an end that nobody at the controls asked for is not well, however safely it ended; neither is one that nobody
confirmed, whose record is not whole, or that was left while current could flow.
"""

from __future__ import annotations

from typing import Final

from nmes.core.view import View, Word
from nmes.runtime.live import Summary

ABORTED: Final = 1
"""The exit code of an app in which a session was aborted."""
_ASKED: Final = frozenset(
    {"complete", "assessed", "incomplete", "ended_early", "stop:key", "stop:mouse", "stop:palette", "stop:quit"}
)
_NOTHING_LIVE: Final = frozenset(
    {
        Word.CONNECTING,
        Word.SCREENING,
        Word.PLACING,
        Word.READY,
        Word.HALTING,
        Word.PAUSED,
        Word.STOPPED,
        Word.ENDED,
    }
)


def is_halted(view: View) -> bool:
    """Whether the output was off or already told to go to 0, so that leaving now cuts nothing off."""
    return view.word in _NOTHING_LIVE


def went_well(last: View, summary: Summary) -> bool:
    """Of a session that is over: complete, or ended by a person. `stop:quit` is judged by when it was pressed."""
    return last.why in _ASKED and not last.halt_unconfirmed and summary.intact
