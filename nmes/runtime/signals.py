"""Signals are taken by a thread that does nothing else.

A Python signal handler runs in the main thread between two bytecodes: on a blocked event loop it came 1.2 s late when
measured, this thread 5 ms. The signals are blocked everywhere (threads inherit the mask), so block them before the
first thread starts.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable

_ENDING = ("SIGHUP", "SIGTERM", "SIGINT", "SIGQUIT")
"""Those that end a program. SIGQUIT is Ctrl+\\: unheard, it would leave the output on until the device's own timer ends
it, if it has one."""
TAKEN = tuple(getattr(signal, name) for name in _ENDING if hasattr(signal, name))


def watch_signals(on_signal: Callable[[str], None], on_suspend: Callable[[], None] | None = None) -> Callable[[], None]:
    """Call `on_signal(name)` in a thread of its own for each signal that ends the program.

    `on_suspend` is called there before Ctrl+Z suspends it, if the system does that: nobody can stop anything then.

    Call it from the main thread. Returns a function that ends the watch and restores the mask. Where a platform has no
    `sigwait`, ordinary handlers are set instead: later, but better than nothing.
    """
    if not hasattr(signal, "sigwait"):
        return _handlers(on_signal)
    taken = TAKEN if on_suspend is None else (*TAKEN, signal.SIGTSTP)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, taken)
    over = threading.Event()

    def wait() -> None:
        while not over.is_set():
            number = signal.sigwait(taken)
            if over.is_set():
                break
            if on_suspend is not None and number == signal.SIGTSTP:
                _tell(lambda _: on_suspend(), "SIGTSTP")
                _suspend()
            else:
                _tell(on_signal, signal.Signals(number).name)

    thread = threading.Thread(target=wait, name="nmes-signals", daemon=True)
    thread.start()

    def end() -> None:
        over.set()
        with contextlib.suppress(ProcessLookupError, RuntimeError):
            if thread.ident is not None and thread.is_alive():
                signal.pthread_kill(thread.ident, signal.SIGTERM)
        thread.join(1)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    return end


def _suspend() -> None:
    """What the signal does by default: nothing where no shell would ever let the program go on."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTSTP})
    signal.pthread_kill(threading.get_ident(), signal.SIGTSTP)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTSTP})


def _tell(on_signal: Callable[[str], None], name: str) -> None:
    """What goes wrong there is told like any thread's end, but the next signal must still be heard."""
    try:
        on_signal(name)
    except Exception as error:  # noqa: BLE001 - without this thread no signal would end the program any more
        told = threading.ExceptHookArgs((type(error), error, error.__traceback__, threading.current_thread()))
        threading.excepthook(told)


def _handlers(on_signal: Callable[[str], None]) -> Callable[[], None]:
    before = {number: signal.getsignal(number) for number in TAKEN}
    for number in TAKEN:
        signal.signal(number, lambda taken, _frame: on_signal(signal.Signals(taken).name))

    def end() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return end


def end_by(name: str) -> int:
    """The exit code of a program that a signal ended, as a shell counts: 128 + its number."""
    return 128 + int(signal.Signals[name]) if name in signal.Signals.__members__ else os.EX_SOFTWARE
