"""The controls of one open session: whose they are, and that letting go of them is output 0.

Law: only the thread that opened a session acts on it; anybody in this process may stop it; another process may do
neither, because a line that two processes write to is nobody's. Every way out stops first and tells afterwards.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Final, TypeVar

from nmes.api.acts import ANY_OUTPUT, Act, heard
from nmes.api.errors import Refused
from nmes.api.hearing import EARS
from nmes.runtime.live import Live, Summary
from nmes.runtime.signals import TAKEN, end_by
from nmes.trial.hand_turned import HandTurned

T = TypeVar("T")
LEFT: Final = "script_left"
"""The source of a STOP because the block was left while current could flow, or by an exception."""
TURN_S: Final = 0.01
"""A hundred looks a second: an act is over within one turn of the loop after its effect [design]."""
SCRIPT: Final = "script"
"""The source of a STOP that a script asked for."""

Handler = Callable[[int, FrameType | None], Any] | int | None
"""What `signal.getsignal` gives. `Any`: that is the type the standard library gives it."""


class Desk:
    """See the module. `turned`: a bench whose time stands still between two acts, so that a signal need not hurry."""

    def __init__(self, live: Live, turned: HandTurned | None) -> None:
        self.live, self._turned = live, turned
        self._turn, self._turn_s = threading.Event(), 0.0 if turned else TURN_S
        self.summary: Summary | None = None
        self._seen = live.view
        """What the script has seen last: an end of the output since then is told to its next act."""
        self._thread, self._process = threading.get_ident(), os.getpid()
        self._before: dict[int, Handler] = {}
        atexit.register(self._at_exit)

    @property
    def is_open(self) -> bool:
        return self.summary is None

    def may_act(self) -> None:
        """Refused from another thread or process, and once the session is closed."""
        self._same_process()
        if threading.get_ident() != self._thread:
            raise Refused(
                "other_thread", "Only the thread that opened the stimulator acts on it; stop() works anywhere."
            )
        if not self.is_open:
            raise Refused("closed", "The session is closed: open another one.")

    def drive(self, act: Act[T]) -> T:
        """An act to its end, sleeping between two looks. Halted if the output has ended since the act before."""
        self.may_act()
        whole = heard(self.live, self._seen, act)
        try:
            while True:
                try:
                    next(whole)
                except StopIteration as end:
                    found: T = end.value
                    return found
                self._look()
                self._turn.wait(self._turn_s)
        finally:
            self._seen = self.live.view

    async def drive_async(self, act: Act[T]) -> T:
        """An act to its end, letting other tasks run between two looks. Halted as in `drive`."""
        self.may_act()
        whole = heard(self.live, self._seen, act)
        try:
            while True:
                try:
                    next(whole)
                except StopIteration as end:
                    found: T = end.value
                    return found
                self._look()
                await asyncio.sleep(self._turn_s)
        finally:
            self._seen = self.live.view

    def _look(self) -> None:
        """The script is alive, and time goes on."""
        self.live.heartbeat()
        if self._turned is not None:
            self._turned.pass_time()

    def skin_charge_nc(self, channel: int) -> int | None:
        return self._turned.skin_charge_nc(channel) if self._turned is not None else None

    def attend(self) -> None:
        """A person has just shown that they are there."""
        self.may_act()
        self.live.touch()

    def stop(self, source: str = SCRIPT) -> None:
        """STOP, from any thread; returns when the halt has been written or the line is known to be dead."""
        self._same_process()
        if self.is_open:
            self.live.stop(source)

    def stop_here(self, source: str) -> None:
        """STOP where this is its process and it is open; else nothing."""
        if os.getpid() == self._process and self.is_open:
            self.live.stop(source)

    def leave(self, *, failed: bool) -> None:
        """Stop first if anything may flow, or if the block `failed`; then close the session and its record. Once.

        In a child process nothing: there it is not this process's session.
        """
        if os.getpid() != self._process or not self.is_open:
            return
        try:
            if failed or self.live.view.word in ANY_OUTPUT:
                self.live.stop(LEFT)
        finally:
            self._close()

    def _close(self) -> None:
        """What interrupts it leaves the session to the end of the program; its output is off by then."""
        self.summary = self.live.finish()
        atexit.unregister(self._at_exit)
        self._give_back_signals()

    def closed(self) -> Summary:
        """What became of the record; Refused while the session is open."""
        if self.summary is None:
            raise Refused("open", "The session is still open: its record is told when the block has been left.")
        return self.summary

    def _at_exit(self) -> None:
        """The program ends and nobody has left the block."""
        self.leave(failed=True)

    def _same_process(self) -> None:
        if os.getpid() != self._process:
            raise Refused("other_process", "A forked process has no stimulator: the one that opened it holds the line.")

    # --- signals: the output first, then what the signal was for ---

    def take_signals(self) -> None:
        """From now on each signal that ends the program stops first; in the main thread, and on the real clock."""
        if self._turned is not None or not _is_main_thread():
            return
        for number in TAKEN:
            self._before[number] = signal.getsignal(number) or signal.SIG_DFL
            signal.signal(number, self._on_signal)
        EARS.open(self.stop_here)

    def _give_back_signals(self) -> None:
        """Also where a session that was opened later is still open: that one hands on to whoever was before this one.

        What cannot be given back (another thread leaves, or the script's own handler lies over this one) hands on too.
        """
        EARS.close(self.stop_here)
        for number, handler in self._before.items():
            later = self._opened_later(number)
            if later is not None:
                later._before[number] = handler
            elif signal.getsignal(number) == self._on_signal and _is_main_thread():
                signal.signal(number, handler)

    def _opened_later(self, number: int) -> Desk | None:
        """The session that hands this signal on to this one."""
        chain = _desks_of(signal.getsignal(number), number)
        return next((one for one in chain if one._before.get(number) == self._on_signal), None)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        """In the main thread, between any two of its steps, so also in the first lines of leaving the block."""
        name = signal.Signals(number).name
        before = self._before.get(number)
        self.stop_here(name)
        if callable(before):
            before(number, frame)
        elif before != signal.SIG_IGN:
            raise SystemExit(end_by(name))


def stop_those_of(handler: Handler, number: int) -> None:
    """STOP for every open session that this handler of a signal belongs to, the one opened last first."""
    for desk in _desks_of(handler, number):
        desk.stop_here(signal.Signals(number).name)


def _desks_of(handler: Handler, number: int) -> Iterator[Desk]:
    """The session that a handler belongs to, the one that it hands on to, and so on."""
    while isinstance(desk := getattr(handler, "__self__", None), Desk):
        yield desk
        handler = desk._before.get(number)


def _is_main_thread() -> bool:
    """Python hears signals there alone."""
    return threading.current_thread() is threading.main_thread()
