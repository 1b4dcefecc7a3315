"""The backdoor: every line in gives one line out, and nothing a client sends can raise, stall or fill the memory."""

from __future__ import annotations

import json
import socket
import threading
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.backdoor import Backdoor
from firmware_sim.backdoor.desk import LONGEST_LINE
from firmware_sim.backdoor.port import MOST_STRANGERS, Port
from firmware_sim.backdoor.visitor import new_token
from firmware_sim.device import P24, Stage
from firmware_sim.faults.catalogue import KINDS
from firmware_sim.people import place_patient
from firmware_sim.simulator import Simulator
from helpers.simulated import Rig, update, us


class Desk:
    """A running rig and a client of its backdoor."""

    def __init__(self, patient: bool = False, **more) -> None:
        self.rig = Rig()
        if patient:
            stage = Stage()
            who = place_patient("healthy_adult", {1: "quadriceps femoris", 2: "gastrocnemius"}, 0, stage)
            self.rig.sim = Simulator(P24(stage=stage), who, digest=True)
        self.rig.running()
        self.backdoor = Backdoor(self.rig.sim, **more)

    def ask(self, do: str, **fields) -> dict:
        return json.loads(self.backdoor.handle(json.dumps({"id": 7, "do": do, **fields})))

    def state(self) -> dict:
        return self.ask("get", what="state")["state"]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_state_tells_device_channels_faults_and_time(desk):
    desk.rig.run(1.0)
    state = desk.state()
    assert (state["t_us"], state["patient"], state["faults"]) == (us(1), None, [])
    device = state["device"]
    assert {key: device[key] for key in ("state", "high_voltage", "lamp", "version", "compliance_mv")} == {
        "state": "ml_run",
        "high_voltage": True,
        "lamp": "yellow",
        "version": "0.1.0",
        "compliance_mv": 150_000,
    }
    assert len(device["channels"]) == 8
    first = device["channels"][0]
    assert first == {
        "channel": 1,
        "active": True,
        "error": 0,
        "error_words": "none",
        "set_ua": 20_000,
        "flowed_ua": 20_000,
        "period_us": 20_000,
        "phase_us": 300,
        "points": [[300, 20_000], [100, 0], [300, -20_000]],
        "end_voltage_mv": desk.rig.sim.stage.last_pulse(1).end_voltage_mv,
        "contact": "good",
        "contact_permille": 1000,
        "finding": "good",
        "worn_s": None,
        "load": "good",
        "pulses": 46,
        "last_us": us(1),
    }
    assert not device["channels"][7]["active"]
    assert state["digest"] == desk.rig.sim.digest


def test_the_state_tells_the_patient_by_muscle_and_channel():
    desk = Desk(patient=True)
    desk.rig.run(2.0)
    patient = desk.state()["patient"]
    assert patient["profile"] == "healthy_adult"
    assert [muscle["channels"] for muscle in patient["muscles"]] == [[1], [2]]
    assert [(one["channel"], one["muscle"]) for one in patient["channels"]] == [
        (1, "quadriceps femoris"),
        (2, "gastrocnemius"),
    ]
    assert patient["channels"][0]["sensory"] > 1
    assert patient["muscles"][0]["force_mn"] > 0


def test_an_injection_is_put_in_told_and_cleared(desk):
    assert desk.ask("inject", fault="gain_error", at_us=us(1), for_us=us(5), params={"gain_permille": 1500}) == {
        "id": 7,
        "ok": True,
        "injection": 1,
    }
    desk.rig.run(1.5)
    (told,) = desk.state()["faults"]
    assert (told["kind"], told["state"], told["effects"], told["channel"]) == ("gain_error", "active", 26, None)
    assert desk.rig.pulses()[-1].peak_current_ua == 30_000
    assert desk.ask("clear", injection=1)["ok"]
    desk.rig.run(2)
    assert desk.rig.pulses()[-1].peak_current_ua == 20_000
    assert desk.state()["faults"][0]["state"] == "over"


def test_a_load_a_contact_and_a_switch_are_set(desk):
    desk.ask("set", what="load", channel=1, to="worn")
    desk.ask("set", what="contact", channel=1, to=800)
    assert desk.ask("set", what="switch", name="fault_after_pulses", to=3)["ok"]
    desk.rig.run(1)
    first = desk.state()["device"]["channels"][0]
    assert (first["load"], first["contact_permille"]) == ("worn", 800)
    assert desk.rig.pulses()[-1].contact_permille == 800
    assert desk.rig.sim.device.switches.fault_after_pulses == 3


@pytest.mark.thorough
def test_a_pad_dries_and_warms_from_then_on_until_another_is_put_on(desk):
    fresh = desk.rig.run(0.5).pulses()[-1].end_voltage_mv
    assert desk.ask("set", what="wear", channel=1, worn_h=20)["ok"]
    desk.rig.run(1)
    assert desk.rig.pulses()[-1].end_voltage_mv > fresh
    assert desk.state()["device"]["channels"][0]["worn_s"] == 72_000
    dried = desk.rig.pulses()[-1].end_voltage_mv
    desk.rig.run(700)
    first = desk.state()["device"]["channels"][0]
    assert (first["worn_s"], first["load"]) == (72_699, "good")
    assert fresh < first["end_voltage_mv"] < dried  # the skin beneath has warmed
    desk.ask("set", what="load", channel=1, to="good")
    desk.rig.run(701)
    first = desk.state()["device"]["channels"][0]
    assert (first["worn_s"], first["end_voltage_mv"]) == (None, fresh)


def test_a_worn_pad_is_worn_still_after_an_electrode_fault(desk):
    desk.ask("set", what="wear", channel=1, worn_h=20)
    dried = desk.rig.run(0.3).pulses()[-1].end_voltage_mv
    desk.ask("inject", fault="electrode_short", channel=1, for_us=us(0.2))
    assert desk.ask("set", what="contact", channel=1, to=900)["ok"]  # beneath the fault
    desk.rig.run(0.45)
    assert desk.rig.pulses()[-1].end_voltage_mv < 5_000
    desk.rig.run(1)
    assert desk.rig.pulses()[-1].contact_permille == 900
    assert desk.ask("set", what="contact", channel=1, to=1000)["ok"]
    desk.rig.run(1.5)
    assert desk.rig.pulses()[-1].end_voltage_mv == dried


def test_the_general_policy_finds_what_the_device_does_not_tell(desk):
    desk.rig.run(0.5)
    desk.ask("inject", fault="electrode_open", channel=2)
    desk.rig.send(update(5, c1=20, c2=10), 0.6)
    desk.rig.run(1)
    told = desk.state()["device"]["channels"]
    assert [(one["error_words"], one["finding"]) for one in told[:3]] == [
        ("none", "good"),
        ("none", "open"),
        ("none", None),
    ]


def test_an_error_of_the_device_is_told_in_words(desk):
    desk.ask("inject", fault="electrode_open", channel=1)
    desk.rig.run(1)
    assert desk.state()["device"]["channels"][0]["error_words"] == "electrode"
    assert "channel 1 failed: electrode" in [one["what"] for one in desk.state()["events"]]


def test_a_muscle_is_stretched_in_the_persons_own_time():
    desk = Desk(patient=True)
    desk.rig.run(1)
    assert desk.ask("set", what="length", muscle="gastrocnemius", to="stretched")["ok"]
    assert [muscle["length"] for muscle in desk.state()["patient"]["muscles"]] == ["neutral", "stretched"]
    assert desk.state()["events"][-1] == {"t_us": us(1), "what": "gastrocnemius is stretched"}
    answer = desk.ask("set", what="length", muscle="nose", to="stretched")
    assert "gastrocnemius" in answer["error"]


def test_pulses_and_a_waveform(desk):
    assert desk.ask("get", what="waveform", channel=2)["waveform"] is None
    desk.rig.run(1)
    pulses = desk.ask("get", what="pulses", last=3)["pulses"]
    assert [(one["t_us"], one["channel"], one["set_ua"]) for one in pulses] == [
        (us(0.96), 1, 20_000),
        (us(0.98), 1, 20_000),
        (us(1), 1, 20_000),
    ]
    wave = desk.ask("get", what="waveform", channel=1)["waveform"]
    assert len(wave["currents_ua"]) == len(wave["voltages_mv"]) <= 128
    assert wave["sampling_us"] * len(wave["currents_ua"]) >= 700
    assert (max(wave["currents_ua"]), min(wave["currents_ua"])) == (20_000, -20_000)
    assert wave["charge_pc"] == [6_000_000, 0, -6_000_000]


def test_a_snapshot_is_taken_and_restored(desk):
    assert desk.ask("snapshot", name="a") == {"id": 7, "ok": True, "snapshots": ["a"]}
    desk.rig.run(5, poll=None)
    assert desk.state()["device"]["state"] == "ml_init"
    assert "mid level, not running, high voltage on" in [one["what"] for one in desk.state()["events"]]
    assert desk.ask("restore", name="a")["t_us"] == us(5)
    assert desk.state()["device"]["state"] == "ml_run"
    assert desk.state()["snapshots"] == ["a"]


def test_time_is_moved_on_a_virtual_clock_only(desk):
    assert "cannot be moved" in desk.ask("advance", by_us=1000)["error"]
    sim = desk.rig.sim
    moving = Backdoor(sim, advance=lambda by_us: sim.advance(sim.now_us + by_us))
    answer = json.loads(moving.handle('{"do":"advance","by_us":1000000}'))
    assert answer == {"id": None, "ok": True, "t_us": us(1.1)}


def test_it_tells_its_clock_to_the_simulator_before_it_looks(desk):
    now = [us(0.1)]
    backdoor = Backdoor(desk.rig.sim, now=lambda: now[0])
    now[0] = us(0.5)
    assert json.loads(backdoor.handle('{"do":"get","what":"state"}'))["state"]["t_us"] == us(0.5)
    now[0] = us(0.4)  # whatever a clock does, time never goes back
    assert json.loads(backdoor.handle('{"do":"get","what":"state"}'))["state"]["t_us"] == us(0.5)


def test_the_help_is_complete(desk):
    page = desk.ask("help")["help"]
    assert [row["fault"] for row in page["faults"]] == list(KINDS)
    for row in page["requests"]:
        answer = json.loads(desk.backdoor.handle(row["request"]))
        refused = ("there is no patient", "cannot be moved", "there is no injection")
        assert answer["ok"] or any(one in answer["error"] for one in refused), row
    assert page == desk.ask("get", what="help")["help"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "this is not JSON"),
        ("soup", "this is not JSON"),
        ("[]", "a request is an object like"),
        ("{}", "do is one of get, set, inject, clear, snapshot, restore, advance, help; it is missing"),
        ('{"do":"gett"}', "not 'gett'; did you mean get?"),
        ('{"do":"get","what":"state","more":1}', "'more' does not belong to this request"),
        ('{"do":["get"]}', "do is one of"),
        ('{"do":{"x":1}}', "do is one of"),
        ('{"id":1.5,"do":"help"}', "id is a whole number or a text"),
        ('{"do":"set","what":"load","channel":0,"to":"dry"}', "channel is a whole number from 1 to 8, not 0"),
        ('{"do":"set","what":"load","channel":1,"to":"soup"}', "to is one of good, worn, dry"),
        ('{"do":"set","what":"contact","channel":1,"to":0}', "to is a whole number from 1 to 1000"),
        ('{"do":"set","what":"switch","name":"reinit","to":1}', "reinit is one of restarts, refuse_7, not 1"),
        ('{"do":"set","what":"wear","channel":1,"worn_h":101}', "worn_h is a whole number from 0 to 100, not 101"),
        ('{"do":"set","what":"wear","channel":1}', "worn_h is a whole number from 0 to 100; it is missing"),
        ('{"do":"set","what":"length","muscle":"calf","to":"stretched"}', "there is no patient"),
        ('{"do":"inject","fault":"soup"}', "unknown fault 'soup'"),
        ('{"do":"inject","fault":"electrode_off"}', "electrode_off needs a channel"),
        ('{"do":"inject","fault":"electrode_off","channel":"1"}', "a channel is a whole number from 1 to 8, not '1'"),
        ('{"do":"inject","fault":"mute","params":[1]}', "params is an object"),
        ('{"do":"inject","fault":"mute","params":{"channel":1}}', "it stands beside"),
        ('{"do":"inject","fault":"mute","at_us":0}', "mute: 0 us has passed; it is 100000 us"),
        ('{"do":"inject","fault":"mute","for_us":1e3}', "for_us is a whole number"),
        ('{"do":"clear","injection":5}', "there is no injection 5"),
        ('{"do":"restore","name":"x"}', "no snapshot is called 'x'; there are: none"),
        ('{"do":"snapshot"}', "name is a text; it is missing"),
        ('{"do":"advance","by_us":-1}', "by_us is a whole number from 0"),
        ("[" * 5000, "this is not JSON: nested too deeply"),
        ('"' + "x" * LONGEST_LINE, f"a request has at most {LONGEST_LINE} characters"),
        ('{"id":' + "9" * 5000 + "}", "this is not JSON"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(desk, line, said):
    answer = json.loads(desk.backdoor.handle(line))
    assert answer["ok"] is False
    assert said in answer["error"]
    assert "\n" not in answer["error"]
    assert desk.rig.sim.injections() == ()


WORDS = (
    "get",
    "set",
    "inject",
    "clear",
    "snapshot",
    "restore",
    "advance",
    "state",
    "load",
    "mute",
    "hang",
    "what",
    "a",
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10**16) | st.floats() | st.sampled_from(WORDS) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = (
    "id",
    "do",
    "what",
    "channel",
    "to",
    "fault",
    "params",
    "at_us",
    "for_us",
    "name",
    "injection",
    "last",
    "muscle",
)


@pytest.mark.thorough
@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6) | VALUES, max_size=4))
def test_no_request_raises_and_the_device_lives_on(requests):
    desk = Desk()
    for request in requests:
        line = desk.backdoor.handle(json.dumps(request))
        assert json.loads(line)["ok"] in (True, False)
        assert "\n" not in line
        assert "internal error" not in line
    desk.rig.sim.clear()
    before = desk.rig.sim.now_us
    desk.rig.sim.advance(before + 20_000)


def test_a_fault_in_what_a_client_asked_for_is_told_and_the_device_lives_on(desk, mocker):
    mocker.patch("firmware_sim.backdoor.views.state", side_effect=KeyError("pads"))
    told = {"id": 7, "ok": False, "error": "internal error: KeyError: 'pads'"}
    assert desk.ask("get", what="state") == told
    mocker.stopall()
    desk.rig.run(0.2)
    assert desk.state()["t_us"] == desk.rig.sim.now_us


def test_a_fault_of_the_device_as_its_time_goes_on_is_no_answer_and_ends_the_turn(desk):
    def faulty(_us):
        raise ValueError("a fault of its own")

    living = Backdoor(desk.rig.sim, now=lambda: us(0.5))
    desk.rig.sim.advance = faulty
    with pytest.raises(ValueError, match="a fault of its own"):
        living.handle('{"do":"get","what":"state"}')
    assert "not JSON" in living.handle("state"), "what is no request does not come so far"
    moving = json.loads(Backdoor(desk.rig.sim, advance=faulty).handle('{"do":"advance","by_us":1}'))
    assert moving["error"] == "internal error: RuntimeError: a fault of its own", "nor is it the client's"


def test_many_threads_may_ask_while_time_passes(desk):
    broken: list[str] = []

    def ask() -> None:
        for _ in range(50):
            answer = desk.ask("get", what="state")
            if not answer["ok"]:
                broken.append(answer["error"])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert broken == []


# --- the port ---

TOKEN = new_token()


class Far:
    """A client of the port, turned by hand: no thread, no waiting. It says the token unless told otherwise."""

    def __init__(self, port: Port, says: str | None = TOKEN) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", int(port.url.rpartition(":")[2])), timeout=5)
        if says is not None:
            self.say(json.dumps({"token": says}).encode() + b"\n")
            self.greeting = self.lines(1)

    def say(self, data: bytes) -> None:
        self.socket.sendall(data)

    def lines(self, count: int) -> list[dict]:
        """Turn the port until so many answers have come."""
        self.socket.settimeout(0.01)
        got = b""
        for _ in range(500):
            self.port.turn()
            try:
                data = self.socket.recv(65_536)
            except TimeoutError:
                continue
            if not data:
                break
            got += data
            if got.count(b"\n") >= count:
                break
        return [json.loads(line) for line in got.splitlines()]

    def gone(self) -> bool:
        """Whether the port has hung up."""
        self.socket.settimeout(0.01)
        for _ in range(300):
            self.port.turn()
            try:
                if not self.socket.recv(65_536):
                    return True
            except TimeoutError:
                continue
            except ConnectionError:
                return True
        return False


@pytest.fixture
def desk_port(desk):
    made = Port(0, desk.backdoor.handle, TOKEN)
    far: list[Far] = []

    def connect(says: str | None = TOKEN) -> Far:
        far.append(Far(made, says))
        made.turn()
        return far[-1]

    yield connect
    for one in far:
        one.socket.close()
    made.close()


def test_several_clients_are_answered_each_on_its_own_line(desk_port):
    first, second = desk_port(), desk_port()
    first.say(b'{"id":"a","do":"clear"}\n{"id":"b","do":"cle')
    second.say(b'{"id":"c","do":"clear"}\r\n\n')
    assert [one["id"] for one in second.lines(1)] == ["c"]
    assert [one["id"] for one in first.lines(1)] == ["a"]
    first.say(b'ar"}\n')
    assert [one["id"] for one in first.lines(1)] == ["b"]


def test_a_client_that_hangs_up_or_sends_rubbish_disturbs_nobody(desk_port):
    rude, polite = desk_port(), desk_port()
    rude.say(b"\xff\xfe\n\x00\n")
    assert [one["ok"] for one in rude.lines(2)] == [False, False]
    rude.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    rude.socket.close()
    polite.say(b'{"id":1,"do":"clear"}\n')
    assert polite.lines(1) == [{"id": 1, "ok": True}]


def test_a_line_without_an_end_is_one_error_and_then_forgotten(desk_port):
    client = desk_port()
    client.say(b"x" * (3 * LONGEST_LINE))
    (told,) = client.lines(1)
    assert "at most" in told["error"]
    client.say(b"y" * LONGEST_LINE + b'\n{"id":2,"do":"clear"}\n')
    assert client.lines(1) == [{"id": 2, "ok": True}]


class Slow:
    """Requests that take their time, on a clock that only they move."""

    def __init__(self, each_ns: int) -> None:
        self.now_ns, self.each_ns = 0, each_ns
        self.handled: list[str] = []

    def handle(self, line: str) -> str:
        self.now_ns += self.each_ns
        self.handled.append(line)
        return "{}"


@pytest.fixture
def slow_port():
    """slow_port(ns of a request, clients) gives a port, its requests, and its clients."""
    open_ones: list[Port | socket.socket] = []

    def make(each_ns: int, clients: int) -> tuple[Port, Slow, list[Far]]:
        slow = Slow(each_ns)
        port = Port(0, slow.handle, TOKEN, lambda: slow.now_ns)
        far = []
        for _ in range(clients):
            far.append(Far(port))
            port.turn()
        open_ones.extend([port, *(one.socket for one in far)])
        return port, slow, far

    yield make
    for one in open_ones:
        one.close()


@pytest.mark.parametrize(("each_ms", "turn_takes"), [(1, 5), (2, 3), (40, 1)])
def test_a_flood_is_taken_in_portions_of_time_and_each_client_has_its_turn(slow_port, each_ms, turn_takes):
    port, slow, far = slow_port(each_ms * 1_000_000, 3)
    for k, one in enumerate(far):
        one.say(f"{k}\n".encode() * 200)
    turns = [0]
    while len(slow.handled) < 300:
        port.turn()
        turns.append(len(slow.handled))
    assert {after - before for before, after in pairwise(turns)} == {turn_takes}
    assert sorted(slow.handled[:3]) == ["0", "1", "2"]
    assert [slow.handled.count(str(k)) for k in range(3)] == [100, 100, 100]
    assert port.busy


def test_what_a_turn_had_no_time_for_is_answered_later(slow_port):
    port, slow, (client,) = slow_port(10_000_000, 1)
    client.say(b"x\n" * 50)
    assert len(client.lines(50)) == 50
    assert len(slow.handled) == 50
    assert not port.busy


@pytest.mark.thorough
def test_a_client_that_never_reads_is_dropped(desk_port):
    client = desk_port()
    for _ in range(2000):
        try:
            client.socket.settimeout(0.001)
            client.socket.sendall(b'{"do":"help"}\n' * 20)
        except (TimeoutError, ConnectionError, OSError):
            pass
        client.port.turn()
        if not client.port._clients:
            break
    assert client.port._clients == []


def test_a_newcomer_takes_the_place_of_the_client_that_has_been_idle_longest(desk_port):
    clients = [desk_port() for _ in range(16)]
    clients[0].say(b'{"id":1,"do":"clear"}\n')
    assert clients[0].lines(1)[0]["ok"]
    newcomer = desk_port()
    newcomer.say(b'{"id":2,"do":"clear"}\n')
    assert newcomer.lines(1) == [{"id": 2, "ok": True}]
    assert clients[1].gone()
    clients[0].say(b'{"id":3,"do":"clear"}\n')
    assert clients[0].lines(1) == [{"id": 3, "ok": True}]


@pytest.mark.thorough
def test_when_all_are_busy_a_client_too_many_is_turned_away(slow_port):
    port, _, far = slow_port(40_000_000, 16)
    for one in far:
        one.say(b"x\n" * 50)
    while not all(client.waiting for client in port._clients):
        port.turn()
    newcomer = Far(port)
    assert newcomer.greeting[0]["ok"] is False
    assert newcomer.gone()
    newcomer.socket.close()
    far[0].say(b"x\n")
    assert far[0].lines(1)[0] == {}, "whoever was in is answered"


# --- who is let in ---


@pytest.mark.covers("TH-09")
@pytest.mark.parametrize(
    "said",
    [
        b'{"do":"inject","fault":"hang"}',
        b'{"token":"x"}',
        b'{"token":""}',
        b'{"token":null}',
        b'{"token":["x"]}',
        b'["token"]',
        b'{"token":"\\ud800"}',
        b"POST / HTTP/1.1",
        b"\xff\x00",
        b"[" * 5000,
        b"x" * (2 * LONGEST_LINE),
    ],
)
def test_whoever_does_not_say_the_token_first_is_told_so_once_and_dropped(desk, desk_port, said):
    stranger = desk_port(says=None)
    stranger.say(said + b"\n")
    stranger.port.turn()
    assert stranger.gone()
    assert desk.rig.sim.injections() == ()
    polite = desk_port()
    polite.say(b'{"id":1,"do":"clear"}\n')
    assert polite.lines(1) == [{"id": 1, "ok": True}]


def test_what_a_stranger_sends_behind_a_wrong_token_is_not_looked_at(desk, desk_port):
    stranger = desk_port(says=None)
    stranger.say(b'{"token":"x"}\n' + json.dumps({"token": TOKEN}).encode() + b'\n{"do":"inject","fault":"hang"}\n')
    (told,) = stranger.lines(1)
    assert (told["ok"], "token" in told["error"]) == (False, True)
    assert stranger.gone()
    assert desk.rig.sim.injections() == ()


def test_the_token_and_a_request_may_come_in_one_piece(desk_port):
    client = desk_port(says=None)
    client.say(json.dumps({"token": TOKEN}).encode() + b'\n{"id":1,"do":"clear"}\n')
    assert client.lines(2) == [{"id": None, "ok": True}, {"id": 1, "ok": True}]


@pytest.mark.covers("TH-09")
def test_strangers_take_no_place_of_those_who_are_known(desk_port):
    inside = [desk_port() for _ in range(16)]
    crowd = [desk_port(says=None) for _ in range(MOST_STRANGERS + 3)]
    assert crowd[0].gone()
    for one in inside:
        one.say(b'{"id":1,"do":"clear"}\n')
        assert one.lines(1) == [{"id": 1, "ok": True}]


def test_every_start_has_a_token_of_its_own():
    assert len({new_token() for _ in range(100)}) == 100
    assert len(new_token()) >= 22  # 128 bits, six in a character
