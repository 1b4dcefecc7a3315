"""The simulator as a program: a real process, a raw socket, the real clock."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from firmware_sim import __version__
from firmware_sim.sciencemode4 import framing

ROOT = Path(__file__).parents[2]
INIT, STOP, STATUS = framing.encode(1, 30, b"\1"), framing.encode(3, 34), framing.encode(4, 62)
UPDATE = bytes.fromhex("F0 81 55 81 48 81 8E 81 F1 0C 20 01 20 00 50 12 C5 81 A5 00 06 44 B0 00 12 C3 70 00 0F")


def launch(*arguments, **more):
    command = [sys.executable, "-m", "firmware_sim", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=ROOT, **{**pipes, **more})


def first_line(process, seconds=10):
    assert select.select([process.stdout], [], [], seconds)[0], "no line on stdout in time"
    return process.stdout.readline().decode().strip()


def refused_start(*arguments):
    process = launch(*arguments)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (2, b"")
    text = err.decode()
    assert text.startswith("nmes-sim: ")
    assert text.count("\n") == 1
    return text


@pytest.fixture
def start(tmp_path):
    """start(*arguments) gives a running process, its port and its trace file; what is left running is killed."""
    processes = []

    def run(*arguments):
        trace = tmp_path / f"trace{len(processes)}.jsonl"
        process = launch("--trace", trace, *arguments)
        processes.append(process)
        announced = first_line(process)
        assert announced.startswith("listening socket://127.0.0.1:")
        return process, int(announced.rpartition(":")[2]), trace

    yield run
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


class Client:
    """A raw socket that waits for frames."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._receiver, self._frames = framing.Receiver(), []

    def ask(self, frame):
        self.socket.sendall(frame)
        while not self._frames:
            data = self.socket.recv(4096)
            assert data, "the simulator hung up"
            self._frames += self._receiver.feed(data)
        return self._frames.pop(0)

    def close(self):
        self.socket.close()


@pytest.fixture
def connect():
    """connect(port) gives a client; all are closed at the end."""
    clients = []

    def make(port):
        clients.append(Client(port))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def lines(trace):
    return [json.loads(text) for text in trace.read_text("utf-8").splitlines()]


def pulses(trace):
    return [line for line in lines(trace) if "pulse" in line]


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "condition not met in time"
        time.sleep(0.01)


def test_a_session_over_tcp_is_traced_to_a_clean_end(start, connect):
    process, port, trace = start()
    client = connect(port)
    began = time.monotonic()
    assert client.ask(INIT) == framing.Frame(1, 31, b"\0")
    assert time.monotonic() - began >= 0.08
    assert client.ask(UPDATE) == framing.Frame(3, 33, b"\0")
    wait_for(lambda: len(pulses(trace)) >= 5)
    assert client.ask(STOP) == framing.Frame(3, 35, b"\0")
    assert client.ask(STATUS).data == b"\0\0\1"
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    assert process.stderr.read() == b""
    told = lines(trace)
    assert "start" in told[0]
    assert told[-1]["end"] == "SIGTERM"
    stopped = next(line["t_us"] for line in told if line.get("frame") == 34)
    times = [line["t_us"] for line in pulses(trace)]
    assert times[-1] < stopped
    assert {after - before for before, after in pairwise(times)} == {20_000}
    assert all(line["pulse"]["peak_current_ua"] == 40_000 for line in pulses(trace))


def test_one_client_at_a_time_and_the_device_outlives_its_clients(start, connect):
    _, port, _ = start()
    first = connect(port)
    assert first.ask(INIT).command == 31
    assert connect(port).socket.recv(10) == b""
    assert first.ask(STATUS).data == b"\0\2\6"
    first.close()
    third = connect(port)
    assert third.ask(STATUS).data == b"\0\2\6"
    third.close()


def test_a_vanished_client_leaves_2_s_of_pulses_and_then_silence(start, connect):
    process, port, trace = start("--exit-when-idle", "0.1")
    client = connect(port)
    client.ask(INIT)
    client.ask(UPDATE)
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    for number in (signal.SIGINT, signal.SIGHUP):
        process.send_signal(number)
    process.stdout.close()
    assert process.wait(10) == 0
    told = lines(trace)
    (updated,) = [line["t_us"] for line in told if line.get("frame") == 32]
    (fired,) = [line["t_us"] for line in told if "dead_man" in line]
    assert fired == updated + 2_000_000
    last = pulses(trace)[-1]["t_us"]
    assert fired - 20_000 <= last < fired
    assert told[-1]["end"] == "idle"
    assert told[-1]["t_us"] >= last + 2_000_000


def test_the_trace_is_complete_up_to_a_kill(start, connect):
    process, port, trace = start()
    client = connect(port)
    client.ask(INIT)
    client.ask(UPDATE)
    wait_for(lambda: len(pulses(trace)) >= 3)
    process.kill()
    process.wait(5)
    assert len(pulses(trace)) >= 3


def test_without_a_parent_reading_it_starts_and_ends_in_silence(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    process = launch("--exit-when-idle", "0", "--trace", tmp_path / "t", stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (0, b"")
    assert lines(tmp_path / "t")[-1]["end"] == "idle"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_person_ends_it_with_any_usual_signal(start, number):
    process, _, trace = start()
    process.send_signal(number)
    assert process.wait(5) == 0
    assert lines(trace)[-1]["end"] == number.name


def test_loads_switches_and_the_device_id_come_from_the_command_line(start, connect):
    _, port, trace = start(
        *("--load", "dry", "1=open", "--switch", "fault_result_mirrored=false"),
        *("--device-id", "P24-000042", "--switch", "stop_when_none_result=0"),
    )
    client = connect(port)
    assert client.ask(framing.encode(0, 52)).data == b"\0P24-000042"
    assert client.ask(STOP).data == b"\0"
    client.ask(INIT)
    client.ask(UPDATE)
    wait_for(lambda: len(pulses(trace)) == 1)
    assert client.ask(framing.encode(5, 36, b"\4")).data == bytes((0, 4, 0, 1, 0, 0, 0))
    assert pulses(trace)[0]["pulse"]["contact"] == "open"


def test_a_pseudo_terminal_passes_every_byte_and_can_be_reopened(tmp_path):
    process = launch("--serve", "pty")
    try:
        path = first_line(process).removeprefix("listening ")
        assert path.startswith("/dev/")
        for number in (10, 13, 17, 19, 60, 26):
            descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
            os.write(descriptor, framing.encode(number, 62))
            assert select.select([descriptor], [], [], 5)[0]
            assert framing.Receiver().feed(os.read(descriptor, 100)) == [framing.Frame(number, 63, b"\0\0\1")]
            os.close(descriptor)
    finally:
        process.terminate()
        process.communicate(timeout=5)
    assert process.returncode == 0


def test_a_busy_port_is_one_clear_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"cannot open port {port}: " in refused_start("--port", port)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "70000"], "a port is a number from 0 to 65535"),
        (["--port", "x"], "invalid int value: 'x'"),
        (["--serve", "usb"], "invalid choice: 'usb'"),
        (["--serve", "pty", "--port", "5000"], "--port belongs to --serve tcp"),
        (["--load", "soup"], "known: good, worn, dry, half-lifted, open"),
        (["--load", "9=open"], "a channel is a number from 1 to 8"),
        (["--load", "=open"], "a channel is a number from 1 to 8"),
        (["--switch", "soup=1"], "unknown switch"),
        (["--switch", "timeout_state=soup"], "timeout_state is one of ml_init, ml_run"),
        (["--device-id", "short"], "exactly ten ASCII characters"),
        (["--exit-when-idle", "-1"], "a number of seconds"),
        (["--exit-when-idle", "nan"], "a number of seconds"),
        (["--speed", "0"], "from 0.01 to 100"),
        (["--speed", "nan"], "from 0.01 to 100"),
        (["--trace", "/no/such/folder/trace"], "No such file or directory"),
        (["soup"], "unrecognized arguments: soup"),
    ],
)
def test_a_bad_argument_is_one_clear_line_and_exit_2(arguments, said):
    assert said in refused_start(*arguments)


def test_version_and_help():
    assert launch("--version").communicate(timeout=10)[0].decode() == f"nmes-sim {__version__}\n"
    text = launch("--help").communicate(timeout=10)[0].decode()
    for word in ("--serve", "--trace", "--exit-when-idle", "update_clears_error=true|false", "half-lifted"):
        assert word in text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_clear_line_and_exit_1():
    process = launch("--trace", "/dev/full")
    _, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert err.decode().startswith("nmes-sim: stopped: ")
    assert err.count(b"\n") == 1


def test_at_ten_times_the_speed_the_dead_man_fires_after_a_tenth_of_the_time(start, connect):
    process, port, trace = start("--speed", "10", "--exit-when-idle", "0.1")
    client = connect(port)
    client.ask(INIT)
    client.ask(UPDATE)
    client.close()
    began = time.monotonic()
    assert process.wait(10) == 0
    assert time.monotonic() - began < 1.5  # 2 s of its time are 0.2 s of ours
    told = lines(trace)
    (updated,) = [line["t_us"] for line in told if line.get("frame") == 32]
    (fired,) = [line["t_us"] for line in told if "dead_man" in line]
    assert fired == updated + 2_000_000


def test_a_signal_that_its_starter_had_blocked_ends_it_all_the_same(start):
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        process, _, _ = start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    process.terminate()
    assert process.wait(3) == 0
