"""The public door for laboratories: a session driven by a script, through the same guard, laws and record as the app.

    from nmes.api import load_protocol, open_stimulator

    with open_stimulator(load_protocol("quads_knee_oa"), attended_by="A. Berg") as stimulator:
        ...

Law: a script plays the person at the controls and can do no more than that person could. Whatever it wants is asked of
the session, one act at a time; nothing here knows a line, a frame or a way past a confirmed level. Leaving the block,
in whatever way, is output 0. What is exported here is what stays; everything else of `nmes` may change.
"""

from nmes.api.asynchronous import AsyncStimulator
from nmes.api.attendants import Attendant, Scripted, answer_no
from nmes.api.errors import ApiError, BadProtocol, CannotDeliver, CannotOpen, Halted, Refused
from nmes.api.opening import Opening, load_protocol, open_stimulator
from nmes.api.running import Result, run, run_async
from nmes.api.stimulator import Stimulator
from nmes.core.events import Answer, Finding, Observed, Read, Reply, What
from nmes.core.view import ChannelView, Output, View, Word
from nmes.runtime.families import KEYS as DEVICES
from nmes.runtime.library import Loaded
from nmes.runtime.live import Summary

__all__ = [
    "DEVICES",
    "Answer",
    "ApiError",
    "AsyncStimulator",
    "Attendant",
    "BadProtocol",
    "CannotDeliver",
    "CannotOpen",
    "ChannelView",
    "Finding",
    "Halted",
    "Loaded",
    "Observed",
    "Opening",
    "Output",
    "Read",
    "Refused",
    "Reply",
    "Result",
    "Scripted",
    "Stimulator",
    "Summary",
    "View",
    "What",
    "Word",
    "answer_no",
    "load_protocol",
    "open_stimulator",
    "run",
    "run_async",
]
