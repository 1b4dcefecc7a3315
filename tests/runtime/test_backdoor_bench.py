"""Looking at the virtual patient: what the simulator says becomes a Body, nobody waits, and nobody looks unasked."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from firmware_sim.backdoor import Backdoor
from firmware_sim.people import place_patient
from firmware_sim.stage import Stage
from helpers.simulated import Rig
from helpers.waiting import until
from nmes.runtime.backdoor_bench import BackdoorBench, SocketAsk, Timing, body_of
from nmes.runtime.sim_bench import Body, Comfort, Model, MuscleState, bench_of

PATIENCE_S = 40.0
SOON = Timing(poll_s=0.01, unseen_s=0.05)


def lookers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "nmes-sim-bench"]


class Person:
    """A simulator with somebody on it, and a bench that asks it in this process."""

    def __init__(self, muscles: dict[int, str]) -> None:
        loads = Stage(keep_trace=False)
        self.rig = Rig(patient=place_patient("healthy_adult", muscles, 0, loads))
        self.handle = Backdoor(self.rig.sim).handle
        self.bench = BackdoorBench(self.handle, timing=SOON)

    def body(self) -> Body:
        self.bench.turn()
        body = self.bench.look()
        assert body is not None
        return body


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    for thread in lookers():
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def test_a_body_at_rest_feels_nothing_and_pulls_nothing() -> None:
    body = Person({1: "quadriceps femoris"}).body()
    assert (body.comfort, body.pain_c, body.force_mn, body.fatigue_permille) == (Comfort.NOTHING, 0, 0, 0)
    assert not body.cramping
    assert [(pad.channel, pad.muscle, pad.model, pad.on) for pad in body.pads] == [
        (1, "quadriceps femoris", Model.OWN, True)
    ]


def test_what_current_does_is_told() -> None:
    person = Person({1: "quadriceps femoris"})
    person.rig.running(c1=60)
    person.rig.run(3)
    body = person.body()
    assert body.comfort in {Comfort.HURTS, Comfort.TOO_MUCH}
    assert body.pain_c >= 500
    assert body.force_mn > 1000
    assert 0 < body.fatigue_permille < 500


def test_where_there_is_no_muscle_it_is_said_and_where_another_stands_for_it_too() -> None:
    person = Person({1: "none; skin beside the spine", 2: "upper trapezius", 3: "gastrocnemius"})
    body = person.body()
    assert [pad.model for pad in body.pads] == [Model.NONE, Model.GENERIC, Model.OWN]
    assert [muscle.name for muscle in body.muscles] == ["upper trapezius", "gastrocnemius"]


def test_a_pad_that_is_pulled_carries_no_current_until_it_is_put_back() -> None:
    person = Person({1: "quadriceps femoris", 2: "gastrocnemius"})
    person.bench.pull(2)
    until(lambda: (body := person.bench.look()) is not None and not body.pads[1].on)
    assert [fault.kind for fault in person.rig.sim.injections()] == ["electrode_off"]
    person.bench.pull(2)
    person.bench.put_back(2)
    person.bench.put_back(1)
    until(lambda: (body := person.bench.look()) is not None and body.pads[1].on)
    assert [fault.state.value for fault in person.rig.sim.injections()] == ["over"]


def test_nobody_looks_unless_somebody_asks_and_the_looking_ends_by_itself() -> None:
    person = Person({1: "quadriceps femoris"})
    asked: list[str] = []

    def ask(line: str) -> str:
        asked.append(line)
        return person.handle(line)

    bench = BackdoorBench(ask, timing=SOON)
    assert asked == []
    assert bench.look() is None
    until(lambda: len(asked) > 0)
    until(lambda: not lookers())
    before = len(asked)
    assert bench.look() is not None
    until(lambda: len(asked) > before)


def test_a_look_never_waits_for_a_backdoor_that_does_not_answer() -> None:
    answer = threading.Event()

    def ask(line: str) -> str:
        answer.wait(PATIENCE_S)
        raise TimeoutError

    bench = BackdoorBench(ask, timing=SOON)
    for _ in range(100):
        bench.pull(1)
        assert bench.look() is None
    answer.set()


@pytest.mark.parametrize(
    "said", ["", "[]", '{"ok":true}', '{"ok":false,"error":"no"}', '{"ok":true,"state":null}', '{"ok":true,"state":7}']
)
def test_an_answer_that_makes_no_sense_is_no_body(said: str) -> None:
    asked: list[str] = []

    def ask(line: str) -> str:
        asked.append(line)
        return said

    bench = BackdoorBench(ask, timing=SOON)
    bench.look()
    until(lambda: len(asked) >= 2)
    assert bench.look() is None


def test_what_is_old_is_not_shown_as_the_present() -> None:
    clock = [0.0]
    bench = BackdoorBench(Person({1: "quadriceps femoris"}).handle, timing=SOON, clock_s=lambda: clock[0])
    bench.turn()
    clock[0] = SOON.stale_s
    assert bench.look() is not None
    clock[0] = float("inf")  # its thread ends too
    assert bench.look() is None


@pytest.mark.parametrize("strange", ["Infinity", "NaN", "1e999", '"5"', "[]"])
def test_a_number_that_is_none_does_not_end_the_looking(strange: str) -> None:
    person = Person({1: "quadriceps femoris"})
    odd = '{"ok":true,"state":{"faults":[],"patient":{"pain":PAIN,"muscles":[],"channels":[]}}}'
    odd = odd.replace("PAIN", strange)
    said = [odd, odd]
    bench = BackdoorBench(lambda line: said.pop() if said else person.handle(line), timing=SOON)
    until(lambda: bench.look() is not None)


class Broken(BaseException):
    """What no handler expects."""


def test_a_thread_that_was_ended_by_anything_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _told: None)
    person = Person({1: "quadriceps femoris"})
    first = [True]

    def ask(line: str) -> str:
        if first and first.pop():
            raise Broken
        return person.handle(line)

    bench = BackdoorBench(ask, timing=SOON)
    until(lambda: bench.look() is not None)


def test_when_nobody_looks_the_door_is_closed() -> None:
    hung_up = threading.Event()
    BackdoorBench(Person({1: "quadriceps femoris"}).handle, hung_up.set, SOON).look()
    assert hung_up.wait(PATIENCE_S)


def test_a_simulator_without_a_patient_has_no_body() -> None:
    assert body_of({"patient": None}) is None


@pytest.mark.parametrize(
    ("pain", "sensory", "motor", "comfort"),
    [
        (0.0, 0.99, 0.0, Comfort.NOTHING),
        (0.0, 1.0, 0.0, Comfort.FELT),
        (0.0, 1.5, 0.0, Comfort.STRONG),
        (4.99, 1.0, 1.0, Comfort.STRONG),
        (5.0, 1.0, 1.0, Comfort.HURTS),
        (7.0, 1.0, 1.0, Comfort.HURTS),
        (7.01, 1.0, 1.0, Comfort.TOO_MUCH),
    ],
)
def test_comfort_is_a_word_with_edges(pain: float, sensory: float, motor: float, comfort: Comfort) -> None:
    channel = {"channel": 1, "muscle": "calf", "side": "", "model": None, "sensory": sensory, "motor": motor}
    body = body_of({"faults": [], "patient": {"pain": pain, "muscles": [], "channels": [channel]}})
    assert body is not None
    assert body.comfort is comfort


def test_of_several_muscles_the_hardest_the_most_tired_and_any_cramp_count() -> None:
    muscles = (MuscleState("a", "", 5, 10, cramping=False), MuscleState("b", "", 3, 40, cramping=True))
    body = Body(Comfort.FELT, 0, muscles, ())
    assert (body.force_mn, body.fatigue_permille, body.cramping) == (5, 40, True)


def test_a_session_without_a_virtual_patient_has_no_bench() -> None:
    assert bench_of(object()) is None


# --- the socket ---


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


def answering(listener: socket.socket, *answers: bytes) -> threading.Thread:
    """Lets somebody in for each answer who says the token, reads one line, gives it and closes."""

    def serve() -> None:
        for answer in answers:
            client, _ = listener.accept()
            with client, client.makefile("rb") as lines:
                greeted(client, lines)
                lines.readline()
                client.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def greeted(client: socket.socket, lines: BinaryIO) -> None:
    assert json.loads(lines.readline()) == {"token": "t"}
    client.sendall(b'{"id":null,"ok":true}\n')


def ask_at(listener: socket.socket) -> SocketAsk:
    return SocketAsk(listener.getsockname()[1], "t")


def test_one_line_in_one_line_out_over_one_connection(listener: socket.socket) -> None:
    ask = ask_at(listener)

    def serve() -> None:
        client, _ = listener.accept()
        with client, client.makefile("rb") as lines:
            greeted(client, lines)
            for line in lines:
                client.sendall(line[:1])
                client.sendall(line[1:])

    threading.Thread(target=serve, daemon=True).start()
    for text in ("one", "two"):
        assert ask(json.dumps(text)) == json.dumps(text)
    ask.close()
    ask.close()


def test_a_closed_backdoor_is_opened_again_at_the_next_question(listener: socket.socket) -> None:
    ask, server = ask_at(listener), answering(listener, b"half an answ", b"whole\n")
    with pytest.raises(ConnectionError, match="closed"):
        ask("a")
    assert ask("b") == "whole"
    server.join(PATIENCE_S)
    ask.close()


def test_an_answer_that_never_comes_or_never_ends_is_given_up(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with pytest.raises(TimeoutError):
        SocketAsk(port, "t", answer_s=0.05)("a")
    other = SocketAsk(port, "t", answer_s=PATIENCE_S, longest=30)
    listener.accept()[0].close()
    answering(listener, b"x" * 100)
    with pytest.raises(TimeoutError, match="no answer"):
        other("a")


def test_without_anybody_there_it_is_an_os_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        SocketAsk(port, "t")("a")
