"""The simulator as a program: a real process, a raw socket, the real clock."""

import contextlib
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
from firmware_sim.__main__ import main
from firmware_sim.sciencemode4 import framing
from firmware_sim.serve import Request, Server
from firmware_sim.simulator import Simulator
from helpers.waiting import PATIENCE_S, shortest_s

ROOT = Path(__file__).parents[2]
INIT, STOP, STATUS = framing.encode(1, 30, b"\1"), framing.encode(3, 34), framing.encode(4, 62)
UPDATE = bytes.fromhex("F0 81 55 81 48 81 8E 81 F1 0C 20 01 20 00 50 12 C5 81 A5 00 06 44 B0 00 12 C3 70 00 0F")


def launch(*arguments, **more):
    command = [sys.executable, "-m", "firmware_sim", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=ROOT, **{**pipes, **more})


def first_line(process, seconds=PATIENCE_S):
    assert select.select([process.stdout], [], [], seconds)[0], "no line on stdout in time"
    return process.stdout.readline().decode().strip()


def refused_start(*arguments):
    process = launch(*arguments)
    out, err = process.communicate(timeout=PATIENCE_S)
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
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
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


def wait_for(condition, seconds=PATIENCE_S):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "condition not met in time"
        time.sleep(0.01)


@pytest.mark.thorough
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
    assert process.wait(PATIENCE_S) == 0
    assert process.stderr.read() == b""
    told = lines(trace)
    assert "start" in told[0]
    assert told[-1]["end"] == "SIGTERM"
    stopped = next(line["t_us"] for line in told if line.get("frame") == 34)
    times = [line["t_us"] for line in pulses(trace)]
    assert times[-1] < stopped
    assert {after - before for before, after in pairwise(times)} == {20_000}
    assert all(line["pulse"]["peak_current_ua"] == 40_000 for line in pulses(trace))


@pytest.mark.thorough
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


@pytest.mark.campaign
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
    assert process.wait(PATIENCE_S) == 0
    told = lines(trace)
    (updated,) = [line["t_us"] for line in told if line.get("frame") == 32]
    (fired,) = [line["t_us"] for line in told if "dead_man" in line]
    assert fired == updated + 2_000_000
    last = pulses(trace)[-1]["t_us"]
    assert fired - 20_000 <= last < fired
    assert told[-1]["end"] == "idle"
    assert told[-1]["t_us"] >= last + 2_000_000


@pytest.mark.thorough
def test_the_trace_is_complete_up_to_a_kill(start, connect):
    process, port, trace = start()
    client = connect(port)
    client.ask(INIT)
    client.ask(UPDATE)
    wait_for(lambda: len(pulses(trace)) >= 3)
    process.kill()
    process.wait(PATIENCE_S)
    assert len(pulses(trace)) >= 3


@pytest.mark.thorough
def test_without_a_parent_reading_it_starts_and_ends_in_silence(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    process = launch("--exit-when-idle", "0", "--trace", tmp_path / "t", stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (0, b"")
    assert lines(tmp_path / "t")[-1]["end"] == "idle"


@pytest.mark.thorough
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_person_ends_it_with_any_usual_signal(start, number):
    process, _, trace = start()
    process.send_signal(number)
    assert process.wait(PATIENCE_S) == 0
    assert lines(trace)[-1]["end"] == number.name


@pytest.mark.thorough
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


@pytest.mark.thorough
def test_a_pseudo_terminal_passes_every_byte_and_can_be_reopened(tmp_path):
    process = launch("--serve", "pty")
    try:
        path = first_line(process).removeprefix("listening ")
        assert path.startswith("/dev/")
        for number in (10, 13, 17, 19, 60, 26):
            descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
            os.write(descriptor, framing.encode(number, 62))
            assert select.select([descriptor], [], [], PATIENCE_S)[0]
            assert framing.Receiver().feed(os.read(descriptor, 100)) == [framing.Frame(number, 63, b"\0\0\1")]
            os.close(descriptor)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0


@pytest.mark.thorough
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
        (["--load", "soup"], "known: good, worn, dry, half-lifted, open, short"),
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
        (["--speed", "max"], "from 0.01 to 100"),
        (["--backdoor", "70000"], "a port is a number from 0 to 65535"),
        (["--patient", "nobody"], "there is no such profile; known: after_tka, "),
        (["--site", "1=calf"], "--site belongs to --patient PROFILE"),
        (["--patient", "healthy_adult", "--site", "9=calf"], "write it as CHANNEL=MUSCLE"),
        (["--patient", "healthy_adult", "--site", "1="], "write it as CHANNEL=MUSCLE"),
        (["--patient", "healthy_adult", "--site", "1=calf", "--site", "1=foot"], "channel 1 is given twice"),
        (["--patient", "healthy_adult", "--side", "1=left"], "channel 1 has no --site"),
        (["--patient", "healthy_adult", "--site", "1=calf", "--length", "1=long"], "shortened, neutral or stretched"),
        (["--patient", "healthy_adult", "--site", "1=calf", "--pad-mm2", "1=0"], "from 1 to 100000"),
        (["--patient", "healthy_adult", "--site", "1=calf", "--pad-mm2", "1=²"], "from 1 to 100000"),
        (["--patient", "healthy_adult", "--site", "1=calf", "--pad-mm2", "left"], "write it as CHANNEL=MM2"),
        (["--seed", "x"], "invalid int value: 'x'"),
        (["--over", "socket"], "--over belongs to --scenario"),
        (["--scenario", "usb-reset", "--patient", "healthy_adult"], "--patient does not go with --scenario"),
        *(
            (["--scenario", "usb-reset", *given], f"{given[0]} does not go with --scenario: the file says everything")
            for given in (
                ["--serve", "pty"],
                ["--serve", "tcp"],
                ["--port", "0"],
                ["--exit-when-idle", "1"],
                ["--device-id", "P24-SIM001"],
                ["--load", "good"],
                ["--switch", "reinit=restarts"],
                ["--site", "1=calf"],
                ["--seed", "0"],
                ["--backdoor"],
                ["--panel"],
            )
        ),
        (["--scenario", "usb-reset", "--over", "socket", "--speed", "max"], "a number from 0.01 to 100"),
        (["--over", "memory"], "--over belongs to --scenario"),
        (["--serve", "pty", "--port", "0"], "--port belongs to --serve tcp"),
    ],
)
def test_a_bad_argument_is_one_clear_line_and_exit_2(arguments, said, capsys):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("nmes-sim: ")
    assert err.count("\n") == 1
    assert said in err


def test_version_loads_nothing_of_the_simulator():
    said = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "firmware_sim", "--version"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stderr.decode()
    assert "firmware_sim.options.parser" in said
    for part in ("firmware_sim.stage", "firmware_sim.simulator", "firmware_sim.backdoor", "json", "socket"):
        assert not any(line.split("|")[-1].strip() == part for line in said.splitlines()), part


def test_so_it_is_for_the_program():
    assert "unknown switch" in refused_start("--switch", "soup=1")


@pytest.mark.thorough
def test_version_and_help():
    assert launch("--version").communicate(timeout=PATIENCE_S)[0].decode() == f"nmes-sim {__version__}\n"
    text = launch("--help").communicate(timeout=PATIENCE_S)[0].decode()
    assert "Traceback" not in text
    options = (
        "--serve",
        "--trace",
        "--exit-when-idle",
        "--backdoor",
        "--patient",
        "--site",
        "--seed",
        "--scenario",
        "--panel",
    )
    for word in (*options, "update_clears_error=true|false", "half-lifted", "cramp_prone_calf", "electrode-off"):
        assert word in text


@pytest.mark.thorough
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_clear_line_and_exit_1():
    process = launch("--trace", "/dev/full")
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert err.decode().startswith("nmes-sim: stopped: ")
    assert err.count(b"\n") == 1


@pytest.mark.thorough
def test_at_ten_times_the_speed_the_dead_man_fires_after_a_tenth_of_the_time(start, connect):
    def fired_after_s():
        process, port, trace = start("--speed", "10", "--exit-when-idle", "0.1")
        client = connect(port)
        client.ask(INIT)
        client.ask(UPDATE)
        client.close()
        began = time.monotonic()
        assert process.wait(PATIENCE_S) == 0
        took_s = time.monotonic() - began
        told = lines(trace)
        (updated,) = [line["t_us"] for line in told if line.get("frame") == 32]
        (fired,) = [line["t_us"] for line in told if "dead_man" in line]
        assert fired == updated + 2_000_000
        return took_s

    assert shortest_s(fired_after_s, 1.5, tries=5) < 1.5  # 2 s of its time are 0.2 s of ours


@pytest.mark.thorough
def test_a_signal_that_its_starter_had_blocked_ends_it_all_the_same(start):
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        process, _, _ = start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    process.terminate()
    assert process.wait(PATIENCE_S) == 0


# --- the backdoor, the person and faults, in a real process ---


class Lines:
    """A client of the backdoor."""

    def __init__(self, announced):
        address, token = announced.removeprefix("backdoor tcp://").split()
        self.socket = socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=PATIENCE_S)
        self._file = self.socket.makefile("rw", encoding="utf-8", newline="\n")
        self._file.write(json.dumps({"token": token}) + "\n")
        self._file.flush()
        assert json.loads(self._file.readline())["ok"]

    def ask(self, do, **fields):
        self._file.write(json.dumps({"id": 1, "do": do, **fields}) + "\n")
        self._file.flush()
        return json.loads(self._file.readline())

    def until(self, condition, seconds=PATIENCE_S):
        """Ask for the state until it is as wanted."""
        deadline = time.monotonic() + seconds
        while not condition(state := self.ask("get", what="state")["state"]):
            assert time.monotonic() < deadline, f"not in time: {state}"
        return state

    def close(self):
        self._file.close()
        self.socket.close()


@pytest.fixture
def start_open(start):
    """start_open(*arguments) gives a running process, its port, its trace, and a function that opens its backdoor."""
    doors = []

    def run(*arguments, told=None):
        process, port, trace = start("--backdoor", *arguments)
        announced = process.stdout.readline().decode().strip()
        assert announced.startswith("backdoor tcp://127.0.0.1:")
        (told if told is not None else []).append(announced)

        def door():
            doors.append(Lines(announced))
            return doors[-1]

        return process, port, trace, door

    yield run
    for one in doors:
        one.close()


@pytest.mark.thorough
def test_the_backdoor_is_a_port_of_its_own_and_several_look_through_it(start_open, connect):
    process, port, trace, door = start_open("--patient", "healthy_adult", "--site", "1=gastrocnemius", "--seed", "3")
    client, one, other = connect(port), door(), door()
    client.ask(INIT)
    client.ask(UPDATE)
    state = one.until(lambda state: state["device"]["channels"][0]["pulses"] > 5)
    assert state["device"]["channels"][0]["active"]
    assert state["patient"]["muscles"][0]["name"] == "gastrocnemius"
    assert state["seed"] == 3
    assert other.ask("inject", fault="electrode_off", channel=1)["injection"] == 1
    state = one.until(lambda state: state["device"]["channels"][0]["error"])
    assert (state["device"]["lamp"], state["faults"][0]["effects"]) == ("red", 1)
    assert client.ask(framing.encode(5, 36, b"\4")).data[0] == 10
    process.terminate()
    assert process.wait(PATIENCE_S) == 0
    assert any(line.get("fault_began") == "electrode_off" for line in lines(trace))


@pytest.mark.thorough
def test_each_channel_s_side_pad_and_length_reach_the_person(start_open):
    more = ("--site", "1=gastrocnemius", "--side", "1=left", "--length", "1=shortened", "--pad-mm2", "1=10000")
    _, _, _, door = start_open("--patient", "healthy_adult", *more, "--site", "2=none; skin")
    state = door().until(lambda state: state["patient"])
    (muscle,), first = state["patient"]["muscles"], state["patient"]["channels"][0]
    assert (muscle["side"], muscle["length"], first["side"], first["model"]) == (
        "left",
        "shortened",
        "left",
        "gastrocnemius",
    )
    assert state["patient"]["channels"][1]["model"] is None
    one, other = (state["device"]["channels"][channel]["load"] for channel in (0, 1))
    assert int(one.partition("+")[0]) * 4 == pytest.approx(int(other.partition("+")[0]), abs=4)


@pytest.mark.covers("TH-09")
def test_whoever_has_not_read_the_token_gets_nothing_and_disturbs_nobody(start_open):
    announced = []
    _, _, _, door = start_open(told=announced)
    inside = door()
    port = int(announced[0].split()[1].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as stranger:
        stranger.sendall(b'{"do":"inject","fault":"hang"}\n')
        answer = stranger.makefile("rb").read()
    assert json.loads(answer)["ok"] is False
    assert inside.ask("get", what="faults")["faults"] == []


@pytest.mark.thorough
def test_beside_a_panel_address_and_token_go_to_stdout_before_it_opens():
    process = launch("--panel", "--backdoor")  # without a terminal no panel opens, and the program ends
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert out.decode().startswith("backdoor tcp://127.0.0.1:")
    assert len(out.split()) == 3


@pytest.mark.thorough
def test_without_the_option_there_is_no_backdoor(start):
    process, _, _ = start()
    assert not select.select([process.stdout], [], [], 0.2)[0]


@pytest.mark.thorough
def test_a_busy_port_of_the_backdoor_is_one_clear_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = launch("--backdoor", port)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert err.decode().startswith(f"nmes-sim: cannot open port {port} for the backdoor: ")


@pytest.mark.thorough
def test_rubbish_and_a_flood_at_the_backdoor_delay_no_pulse(start_open, connect):
    _, port, trace, door = start_open()
    client, rude = connect(port), door()
    client.ask(INIT)
    client.ask(UPDATE)
    for _ in range(20):
        rude.socket.sendall(b"\xff\x00{[" * 3000 + b"\n" + b'{"do":"get","what":"state"}\n' * 50)
        rude.socket.recv(1_000_000)
        assert client.ask(framing.encode(5, 36, b"\4")).data[:3] == bytes((0, 4, 1))
    times = [line["t_us"] for line in pulses(trace)]
    assert {after - before for before, after in pairwise(times)} == {20_000}
    assert door().ask("clear") == {"id": 1, "ok": True}


@pytest.mark.campaign
def test_snapshots_without_end_hold_up_no_answer_for_as_long_as_a_controller_waits(start_open, connect):
    _, port, _, door = start_open("--patient", "healthy_adult")
    client, rude = connect(port), [door() for _ in range(6)]
    client.ask(INIT)
    client.ask(UPDATE)
    took = []
    for _ in range(15):
        for one in rude:
            one.socket.sendall(b'{"do":"snapshot","name":"a"}\n' * 200)
        began = time.monotonic()
        client.ask(framing.encode(5, 36, b"\4"))
        took.append(time.monotonic() - began)
    assert sorted(took)[len(took) // 2] < 0.1, "nmes waits for 0.2 s"


@pytest.mark.thorough
def test_a_disconnect_drops_the_client_and_turns_others_away_for_its_time(start_open, connect):
    _, port, _, door = start_open()
    client, way_in = connect(port), door()
    client.ask(INIT)
    way_in.ask("inject", fault="disconnect", for_us=1_000_000)
    assert client.socket.recv(10) == b""
    assert connect(port).socket.recv(10) == b""
    way_in.until(lambda state: state["line_up"])
    assert connect(port).ask(STATUS).data == b"\0\2\6", "the device has known nothing of it"


@pytest.mark.campaign
def test_a_disconnect_takes_a_pseudo_terminal_away_and_tells_the_name_of_the_next():
    process = launch("--serve", "pty", "--backdoor")
    path = first_line(process).removeprefix("listening ")
    way_in = Lines(process.stdout.readline().decode().strip())
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
        way_in.ask("inject", fault="disconnect", for_us=300_000)
        with contextlib.suppress(OSError):  # an end or an error, as the system has it
            assert os.read(descriptor, 10) == b""
        os.close(descriptor)
        taken = os.openpty()  # the free number goes to somebody else
        way_in.until(lambda state: state["line_up"])
        if os.ttyname(taken[1]) == path or select.select([process.stdout], [], [], 0.2)[0]:  # or to yet another
            path = first_line(process).removeprefix("listening ")
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
        os.write(descriptor, STATUS)
        assert select.select([descriptor], [], [], PATIENCE_S)[0]
        assert framing.Receiver().feed(os.read(descriptor, 100)) == [framing.Frame(4, 63, b"\0\0\1")]
        for one in (descriptor, *taken):
            os.close(one)
    finally:
        way_in.close()
        process.terminate()
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0


@pytest.mark.thorough
def test_a_snapshot_is_restored_on_the_real_clock(start_open, connect):
    _, port, trace, door = start_open("--speed", "4")  # half a second in which a state has to be seen
    client, way_in = connect(port), door()
    client.ask(INIT)
    client.ask(UPDATE)
    way_in.ask("snapshot", name="a")
    way_in.until(lambda state: state["device"]["state"] == "ml_init")
    way_in.ask("restore", name="a")
    way_in.until(lambda state: state["device"]["state"] == "ml_run")
    way_in.until(lambda state: state["device"]["state"] == "ml_init")
    times = [line["t_us"] for line in lines(trace)]
    assert times == sorted(times)
    assert sum("dead_man" in line for line in lines(trace)) == 2


class Wire:
    """A line that only tells what was done to it."""

    url, occupied, unsent = "wire://", False, False

    def __init__(self):
        self.log = []

    def watched(self):
        return []

    def read(self):
        return b""

    def write(self, data):
        self.log += [data] if data else []

    def unplug(self):
        self.log.append("unplugged")

    def plug(self):
        pass

    def close(self):
        pass


def test_what_arrived_before_the_line_went_is_handed_over_first():
    simulator, wire, ending = Simulator(), Wire(), Request()
    simulator.receive(INIT, 0)
    simulator.inject("disconnect", at_us=500_000)
    ending.received = "test"  # after one turn, a second late
    Server(simulator, wire, ending, time.monotonic_ns() - 1_000_000_000).run()
    ending.close()
    assert wire.log[1:2] == ["unplugged"]
    assert framing.Receiver().feed(wire.log[0])[0].command == 31


@pytest.mark.thorough
def test_a_panel_without_a_terminal_is_one_clear_line_and_exit_2():
    process = launch("--panel")
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert out == b""
    assert err.count(b"\n") == 1


@pytest.mark.thorough
def test_a_scenario_is_played_by_the_program():
    process = launch("--scenario", "electrode-off", "--speed", "50")
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (0, b"")
    assert b"everything held" in out
