"""Signals are heard by a thread that does nothing else, and every one of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from queue import Queue

import pytest

from nmes.runtime.signals import TAKEN, end_by, watch_signals

WAIT_S = 40
pytestmark = pytest.mark.skipif(not hasattr(signal, "sigwait"), reason="POSIX signals")

Watch = Callable[[Callable[[str], None]], None]


@pytest.fixture
def watch() -> Iterator[Watch]:
    ends: list[Callable[[], None]] = []
    yield lambda on_signal: ends.append(watch_signals(on_signal))
    for end in ends:
        end()


def send(number: signal.Signals) -> None:
    """To the listening thread itself: no other thread of the test run may be hit."""
    [listener] = [thread for thread in threading.enumerate() if thread.name == "nmes-signals"]
    assert listener.ident is not None
    signal.pthread_kill(listener.ident, number)


@pytest.mark.parametrize("number", TAKEN)
def test_each_signal_is_told_by_name_in_another_thread(watch: Watch, number: signal.Signals) -> None:
    heard: Queue[tuple[str, str]] = Queue()
    watch(lambda name: heard.put((name, threading.current_thread().name)))
    send(number)
    assert heard.get(timeout=WAIT_S) == (number.name, "nmes-signals")


@pytest.mark.covers("PR-01")
def test_every_key_of_a_terminal_that_ends_a_program_is_among_them() -> None:
    """Ctrl+C and Ctrl+\\: by its default the second would leave the output on until the device's own timer ends it."""
    assert {signal.SIGINT, signal.SIGQUIT} <= set(TAKEN)


def test_while_watched_no_signal_interrupts_the_main_thread(watch: Watch) -> None:
    watch(lambda _: None)
    assert set(TAKEN) <= signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_ending_the_watch_restores_what_was_before() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    heard: list[str] = []
    end = watch_signals(heard.append)
    end()
    end()
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before
    assert heard == []
    assert "nmes-signals" not in {thread.name for thread in threading.enumerate()}


def test_a_signal_whose_handling_failed_does_not_deafen_the_program(watch: Watch) -> None:
    told: list[str] = []
    heard: Queue[str] = Queue()
    before, threading.excepthook = threading.excepthook, lambda args: told.append(str(args.exc_value))

    def on_signal(name: str) -> None:
        heard.put(name)
        if heard.qsize() == 1:
            raise OSError("the screen is gone")

    watch(on_signal)
    try:
        send(signal.SIGTERM)
        while heard.qsize() < 1:
            time.sleep(0.001)
        send(signal.SIGHUP)
        while heard.qsize() < 2:
            time.sleep(0.001)
    finally:
        threading.excepthook = before
    assert [heard.get(), heard.get()] == ["SIGTERM", "SIGHUP"]
    assert told == ["the screen is gone"]


def test_a_busy_main_thread_does_not_delay_a_signal() -> None:
    """In a process of its own: the signal goes to the process, its main thread computes without a pause."""
    program = """
import os, signal, sys, time
from nmes.runtime.signals import watch_signals
def on_signal(name):
    sys.stdout.write(f"{(time.monotonic_ns() - sent[0]) // 1000} {name}\\n"); sys.stdout.flush(); os._exit(0)
sent = [0]
watch_signals(on_signal)
sent[0] = time.monotonic_ns()
os.kill(os.getpid(), signal.SIGTERM)
while True:
    sum(range(1000))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert done.returncode == 0
    took_us, name = done.stdout.split()
    assert name == "SIGTERM"
    assert int(took_us) < 1_000_000


@pytest.mark.covers("PR-01")
@pytest.mark.skipif(sys.platform != "linux", reason="what a shell of jobs is to a program")
def test_ctrl_z_is_told_before_the_program_stands_still_and_after_it_all_is_as_before() -> None:
    program = """
import os, sys, time
from nmes.runtime.signals import watch_signals
watch_signals(lambda name: (print(name, flush=True), os._exit(0)), lambda: print("suspended", flush=True))
print("ready", flush=True)
time.sleep(60)
"""
    run = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, process_group=0)
    try:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        run.send_signal(signal.SIGTSTP)
        assert run.stdout.readline() == "suspended\n"
        assert os.WIFSTOPPED(os.waitpid(run.pid, os.WUNTRACED)[1])
        run.send_signal(signal.SIGCONT)
        run.send_signal(signal.SIGTERM)
        assert run.stdout.readline() == "SIGTERM\n"
    finally:
        run.kill()
        run.communicate()


def test_where_there_is_no_sigwait_ordinary_handlers_are_set_and_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "sigwait")
    before = {number: signal.getsignal(number) for number in TAKEN}
    heard: list[str] = []
    end = watch_signals(heard.append)
    signal.raise_signal(signal.SIGTERM)
    end()
    assert heard == ["SIGTERM"]
    assert {number: signal.getsignal(number) for number in TAKEN} == before


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGINT", 130), ("SIGHUP", 129), ("?", os.EX_SOFTWARE)])
def test_a_program_that_a_signal_ended_says_so_by_its_exit_code(name: str, code: int) -> None:
    assert end_by(name) == code
