"""Putting a session together: record first, then the line, then the loop; and taking it apart again."""

from __future__ import annotations

import json
import os
import socket
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from together.real_line import Desk

import firmware_sim
from helpers.rows import bundled
from helpers.waiting import until as wait_until
from nmes.cli.record_trouble import what_to_do
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.attended import Attended, Ghost, PatientStop
from nmes.core.measurement import NOBODY, From, Missing, Origin, Who
from nmes.core.plan import Slot
from nmes.core.plan import compile as plan_for
from nmes.core.session import begin, step
from nmes.core.view import Output, Word
from nmes.devices.sciencemode4.p24 import P24
from nmes.record import reserve
from nmes.record.canonical import canonical
from nmes.record.clocks import system_clocks
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder
from nmes.record.journal import Journal
from nmes.record.keys import known_keys, private_path, station_key
from nmes.record.replay import Same, event_entry, replay
from nmes.record.sink import JournalThread
from nmes.record.store import Closed, list_sessions, read_session
from nmes.record.verdicts import verify_session
from nmes.runtime import open as opening
from nmes.runtime.binding import attended_of, binding, session_of
from nmes.runtime.library import Library, Loaded
from nmes.runtime.open import CannotStart, RunningSession, is_simulation, open_live, open_patient_stop
from nmes.runtime.origin import origin_of
from nmes.runtime.patient_stop import PatientStop as Watch
from nmes.runtime.person import person_for
from nmes.runtime.simulator import simulator_name

WAIT_S = 40


@pytest.fixture
def loaded() -> Loaded:
    return Library().load("tens_conventional")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return tmp_path / "home"


@pytest.fixture
def live(loaded: Loaded, home: Path, tmp_path: Path) -> Iterator[RunningSession]:
    running = open_live(loaded, url=None, home=home, trace=tmp_path / "trace.jsonl")
    yield running
    running.finish()


def until(live: RunningSession, condition: Callable[[], bool]) -> None:
    """With somebody at the screen."""

    def seen() -> bool:
        live.heartbeat()
        return condition()

    wait_until(seen, lambda: live.view.word)


def screened(live: RunningSession, loaded: Loaded) -> None:
    until(live, lambda: live.view.word is Word.SCREENING)
    live.post(e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in loaded.protocol.screening_codes), "Ada"))
    live.post(e.Placed())
    until(live, lambda: live.view.word is Word.READY)


@bundled(
    ("url", "simulation"),
    [
        (None, True),
        ("SOCKET://LOCALHOST:4000", True),
        ("socket://127.0.0.77", True),
        ("socket://127.0.0.1:4000", True),
        ("socket://localhost:4000", True),
        ("socket://[::1]:4000", True),
        ("/dev/pts/3", True),
        ("socket://10.0.0.7:4000", False),
        ("socket://1270.example:4000", False),
        ("/dev/ttyUSB0", False),
        ("COM3", False),
        ("socket://localhost.clinic.lan:4000", False),
        ("socket://127.example.org:4000", False),
        ("socket://[::1", False),
        ("socket://", False),
        ("rfc2217://localhost:4000", False),
        ("/dev/pts/../ttyUSB0", False),
        ("/dev/pts/3x", False),
        ("/dev/ttys003", False),
    ],
)
def test_what_hangs_on_this_computer_alone_is_a_simulation(url: str | None, simulation: bool) -> None:
    assert is_simulation(url, "linux") is simulation


@pytest.mark.parametrize(
    ("url", "simulation"), [("/dev/ttys003", True), ("/dev/ttys003x", False), ("/dev/cu.P24", False)]
)
def test_on_a_mac_pseudo_terminals_have_another_name(url: str, simulation: bool) -> None:
    assert is_simulation(url, "darwin") is simulation


@pytest.mark.covers("SR-15")
def test_a_session_is_bound_to_its_protocol_to_the_byte_and_can_be_begun_again_from_that(loaded: Loaded) -> None:
    plan = plan_for(loaded.protocol, P24)
    bound = binding(loaded, plan, "bench", 4_711)
    assert bound["protocol_yaml"] == loaded.text.decode()
    assert bound["protocol_sha256"] == loaded.sha256
    assert "max_amplitude_ua" not in bound
    assert isinstance(bound["limits"], dict)
    assert bound["limits"]["min_ramp_ms"] == 500
    again, (fresh, _) = session_of(bound), begin(plan, loaded.protocol.screening_codes)
    assert (again.plan, again.codes, again.state) == (fresh.plan, fresh.codes, fresh.state)
    assert again.now_ms == 4_711


def test_a_session_is_replayed_with_the_device_and_threshold_it_was_made_for_not_with_todays() -> None:
    loaded = Library().load("cramp_calf_ctf_training")
    then = replace(P24, amplitude_step_ua=1_000)
    bound = binding(loaded, plan_for(loaded.protocol, then), "bench", 0)
    assert bound["events"] == 4
    assert canonical(bound)
    assert session_of(bound).plan.capabilities == then
    assert session_of(bound | {"ctf_mhz": 20_000}).plan.delivered[0].asked_frequency_mhz == 50_000


def test_a_record_in_another_vocabulary_is_not_guessed_at(loaded: Loaded) -> None:
    bound = binding(loaded, plan_for(loaded.protocol, P24), "bench", 0)
    with pytest.raises(RecordError, match="events are of version 5, this program knows 1, 2, 3, 4"):
        session_of(bound | {"events": 5})


def test_a_record_from_before_there_were_measured_values_is_begun_again_as_it_was(loaded: Loaded) -> None:
    bound = binding(loaded, plan_for(loaded.protocol, P24), "bench", 0)
    new = {"patient", "side", "muscles", "assessment", "ctf_origin", "attended"}
    old = {name: value for name, value in bound.items() if name not in new} | {"events": 1}
    again = session_of(old)
    assert (again.plan, again.who, again.origin, again.attended) == (session_of(bound).plan, NOBODY, None, None)


def test_for_whom_and_from_where_comes_back_from_the_record(home: Path) -> None:
    loaded = Library().load("cramp_calf_ctf_training")
    who = Who("P-017", "left", 18_000)
    origin = origin_of(home, Kind.SIMULATION, loaded, who)
    assert origin is not None
    bound = binding(loaded, plan_for(loaded.protocol, P24, origin.ctf_mhz), "bench", 0, who, origin)
    again = session_of(json.loads(canonical(bound)))
    assert (again.who, again.origin) == (Who("P-017", "left"), origin)
    assert again.plan.delivered[0].asked_frequency_mhz == 48_000


def test_what_an_attended_session_was_begun_with_comes_back_from_the_record(loaded: Loaded, home: Path) -> None:
    ghost = Ghost(Slot(1, 0), 9_000, "s-1", "2026-11-01T09:00:00.000Z")
    with_it = replace(attended_of(home, Kind.SIMULATION, loaded, NOBODY, patient_stop=True), ghosts=(ghost,))
    assert (with_it.outcomes, with_it.patient_stop) == (loaded.protocol.outcomes, True)
    bound = binding(loaded, plan_for(loaded.protocol, P24), "bench", 0, attended=with_it)
    again = session_of(json.loads(canonical(bound)))
    assert (again.attended, again.progress.patient_stop) == (with_it, PatientStop.UNTESTED)


def test_the_name_of_a_port_in_another_encoding_does_not_prevent_the_record(loaded: Loaded) -> None:
    assert canonical(binding(loaded, plan_for(loaded.protocol, P24), "/dev/p\udce9ripherique", 0))


@pytest.mark.thorough
def test_a_session_for_somebody_runs_the_plan_of_that_persons_threshold(home: Path) -> None:
    running = open_live(Library().load("cramp_calf_ctf_training"), url=None, home=home, who=Who("P-1", "left", 18_000))
    try:
        assert running.view.plan.delivered[0].asked_frequency_mhz == 48_000
        assert (running.view.who.code, running.view.origin and running.view.origin.kind) == ("P-1", From.TYPED)
    finally:
        running.finish()
    assert next(iter(read_session(running.record))).body["ctf_mhz"] == 18_000


@pytest.mark.thorough
def test_a_session_on_the_built_in_simulator_lives_and_ends(live: RunningSession, loaded: Loaded, home: Path) -> None:
    assert live.simulation
    screened(live, loaded)
    live.touch()
    assert live.halted
    assert not live.done
    summary = live.finish()
    assert live.done
    assert (summary.intact, summary.record) == (True, live.record)
    assert live.finish() == summary
    [listed] = list_sessions(home, Kind.SIMULATION)
    assert listed.ending == Closed("ended_early")
    assert isinstance(replay(read_session(live.record), step, session_of), Same)
    assert live.failure is None


@pytest.mark.thorough
def test_a_session_is_bound_to_its_chain_the_stations_key_and_what_plays_the_device(
    live: RunningSession, home: Path
) -> None:
    bound = next(iter(read_session(live.record))).body
    [(name, public)] = known_keys(home).items()
    assert (bound["chain"], bound["key"], b64decode(bound["public_key"])) == ("simulation", name, public)
    assert bound["simulator"] == simulator_name() == f"firmware_sim {firmware_sim.__version__}"
    assert bound["clock_sources"] == dict(zip(("time_of_day", "order"), system_clocks().names, strict=True))
    assert bound["ceilings"]["max_amplitude_ua"] == 130_000
    live.finish()
    found = verify_session(live.record)
    assert found.sealed is not None
    assert found.sealed.known
    assert found.verdict.head is not None
    assert found.sealed.to_seq == found.verdict.head.seq, "signed to its very end"


@pytest.mark.thorough
@pytest.mark.covers("SR-16")
def test_a_session_keeps_room_for_its_end_and_without_it_none_begins(
    live: RunningSession, loaded: Loaded, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (live.record.parent / reserve.NAME).stat().st_size == reserve.SIZE
    full = SimpleNamespace(f_blocks=1, f_bavail=10, f_frsize=4096)
    monkeypatch.setattr(os, "statvfs", lambda _path: full)
    with pytest.raises(CannotStart, match=r"only 0\.0 MB are free there, and a session needs 33: make room"):
        open_live(loaded, url=None, home=tmp_path / "elsewhere")
    monkeypatch.undo()


def test_without_a_key_that_can_be_read_there_is_no_session(loaded: Loaded, home: Path) -> None:
    station_key(home)
    private_path(home).write_text("not a key")
    with pytest.raises(CannotStart, match=r"^the station's key .*station\.pem is damaged") as refusal:
        open_live(loaded, url=None, home=home)
    assert what_to_do(refusal.value) == str(refusal.value), "it says itself what to do"
    assert list_sessions(home, Kind.SIMULATION) == []


@pytest.mark.thorough
def test_its_simulator_ends_with_it_when_the_output_is_off(live: RunningSession, loaded: Loaded) -> None:
    screened(live, loaded)
    assert live.simulator is not None
    process = live.simulator.process
    live.finish()
    assert process.returncode == 0


@pytest.mark.thorough
def test_a_stop_is_recorded_as_the_reason_even_if_the_session_is_finished_at_once(
    live: RunningSession, loaded: Loaded, home: Path
) -> None:
    screened(live, loaded)
    live.post(e.Titrate(1, 0, live.view.epoch))
    until(live, lambda: live.view.word is Word.TITRATING)
    live.stop("key")
    live.finish()
    assert live.view.output is Output.OFF
    [listed] = list_sessions(home, Kind.SIMULATION)
    assert listed.ending == Closed("stop:key")


@pytest.mark.thorough
def test_a_simulator_whose_output_is_not_known_to_be_off_is_left_to_its_dead_man(
    live: RunningSession, loaded: Loaded
) -> None:
    screened(live, loaded)
    assert live.simulator is not None
    process = live.simulator.process
    live.controller.fail(RuntimeError("unforeseen"))
    assert not live.halted
    live.finish()
    assert process.poll() is None
    process.terminate()
    process.wait(WAIT_S)


class Still:
    """A button that is never pressed."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def pressed(self, timeout_ms: int) -> bool:
        return self.closed.wait(timeout_ms / 1000) and False

    def close(self) -> None:
        self.closed.set()


@pytest.mark.thorough
def test_a_loop_that_is_stuck_is_stopped_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No turn comes any more: after the limit the output is halted in the caller's thread."""
    journal = Journal.open(tmp_path, "station", {"protocol": "test"}, system_clocks())
    desk = Desk(lambda post: JournalThread(journal, post))
    live = RunningSession(desk.controller, desk.loop, journal.path, simulation=True, simulator=None)
    button = Still()
    live.watched_by(Watch(lambda: button))
    desk.live()
    desk.line.go.clear()
    assert desk.line.stuck.wait(WAIT_S)
    assert desk.line.device.high_voltage
    monkeypatch.setattr(opening, "FINISH_LIMIT_S", 0.2)
    live.finish()
    assert not live.done
    assert button.closed.is_set()  # its line is free although the session is not over
    assert "nmes-patient-stop" not in {thread.name for thread in threading.enumerate()}
    assert not desk.line.device.high_voltage
    desk.line.go.set()
    desk.loop.join(WAIT_S)
    assert live.done
    assert live.finish().intact


def test_a_session_that_could_not_be_opened_is_told_from_one_that_was_interrupted(loaded: Loaded, home: Path) -> None:
    with pytest.raises(CannotStart):
        open_live(loaded, url="socket://127.0.0.1:9", home=home)
    [listed] = list_sessions(home, Kind.SIMULATION)
    assert listed.ending == Closed("not_begun")


@pytest.mark.thorough
def test_a_simulator_that_cannot_start_leaves_nothing_locked(loaded: Loaded, home: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"^the simulator did not start: "):
        open_live(loaded, url=None, home=home, trace=tmp_path / "no such folder" / "trace")
    open_live(loaded, url=None, home=home).finish()


@pytest.mark.thorough
def test_an_attended_session_is_begun_with_the_cards_outcomes_and_a_virtual_patient(loaded: Loaded, home: Path) -> None:
    person = person_for(loaded.protocol)
    running = open_live(loaded, url=None, home=home, who=Who("P-1", "left"), attended=True, person=person)
    try:
        assert running.view.attended
        assert running.sim_bench is not None
    finally:
        running.finish()
    assert session_of(next(iter(read_session(running.record))).body).attended == Attended(
        (), loaded.protocol.outcomes, first=True
    )


@pytest.mark.parametrize("text", [None, "f12"])
def test_a_foot_switch_that_types_a_key_needs_no_line(text: str | None) -> None:
    assert open_patient_stop(text) is None


def test_without_the_patients_button_nothing_is_opened(loaded: Loaded, home: Path) -> None:
    with pytest.raises(CannotStart, match=r"^the patient's stop: "):
        open_live(loaded, url=None, home=home, attended=True, patient_stop="/dev/no-such-button")
    assert list_sessions(home, Kind.SIMULATION) == []


@pytest.mark.thorough
def test_the_patients_button_stops_the_session_and_is_let_go_with_it(loaded: Loaded, home: Path) -> None:
    """Its line is a socket here: whatever byte comes is a press, and its end is the button's loss."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"socket://127.0.0.1:{server.getsockname()[1]}"
        running = open_live(loaded, url=None, home=home, attended=True, patient_stop=url)
        try:
            button, _ = server.accept()
            assert running.view.patient_stop is PatientStop.UNTESTED
            button.close()
            until(running, lambda: running.view.patient_stop is PatientStop.LOST)
        finally:
            running.finish()


def test_sessions_with_patients_have_a_chain_of_their_own(loaded: Loaded, home: Path) -> None:
    with pytest.raises(CannotStart):
        open_live(loaded, url="/dev/no-such-port", home=home)
    assert list_sessions(home, Kind.SIMULATION) == []
    assert len(list_sessions(home, Kind.PATIENT)) == 1


class TestWhereAFrequencyComesFrom:
    """What a record holds is tested with the record itself, a measured value with the whole program."""

    def at(self, home: Path, who: Who, protocol: str = "cramp_calf_ctf_training") -> Origin | None:
        return origin_of(home, Kind.PATIENT, Library().load(protocol), who)

    def test_a_protocol_that_derives_nothing_has_no_origin(self, home: Path) -> None:
        assert self.at(home, Who("P-017", "left", 18_000), "tens_conventional") is None

    def test_what_was_typed_goes_first_and_says_so(self, home: Path) -> None:
        found = self.at(home, Who("P-017", "left", 18_000))
        assert found is not None
        assert (found.kind, found.ctf_mhz, found.asked_mhz) == (From.TYPED, 18_000, 48_000)

    @pytest.mark.parametrize(
        ("who", "missing"),
        [
            (NOBODY, Missing.NO_CODE),
            (Who("", "left"), Missing.NO_CODE),
            (Who("P-017"), Missing.NO_SIDE),
            (Who("P-017", "left"), Missing.NONE_FOUND),
        ],
    )
    def test_without_one_it_is_the_fallback_and_why(self, home: Path, who: Who, missing: Missing) -> None:
        found = self.at(home, who)
        assert found is not None
        assert (found.kind, found.ctf_mhz, found.asked_mhz, found.missing) == (From.FALLBACK, None, 45_000, missing)

    @pytest.mark.parametrize(
        ("who", "missing", "nearby"),
        [
            (Who("P-017", "left"), None, ("p-017 left",)),
            (Who("P-017", "both"), Missing.NONE_FOUND, ("P-017 left", "P-017 right", "p-017 left")),
            (Who("P-018", "left"), Missing.NONE_FOUND, ()),
        ],
    )
    def test_the_other_side_and_the_other_spelling_are_told_where_they_may_be_meant(
        self, home: Path, who: Who, missing: Missing | None, nearby: tuple[str, ...]
    ) -> None:
        for code, side in (("P-017", "left"), ("P-017", "right"), ("p-017", "left")):
            self.recorded(home, self.ctf(level_ua=30_000), patient=code, side=side)
        found = self.at(home, who)
        assert found is not None
        assert (found.missing, found.nearby) == (missing, nearby)

    def recorded(self, home: Path, *notes: c.Note, patient: str = "P-017", side: str = "left") -> Path:
        bound = {"patient": patient, "side": side, "muscles": ["gastrocnemius"], "assessment": "ctf"}
        journal = Journal.open(chain_folder(home, Kind.PATIENT), "station", bound, system_clocks())
        journal.append(event_entry(e.Cramp(), notes, "Ada"))
        journal.close({"why": "assessed"})
        return journal.path

    def ctf(self, **more: int) -> c.Note:
        return c.Note("measured", (("what", "ctf"), ("channel", 1), ("value_mhz", 16_000), *more.items()))

    def test_a_value_typed_in_an_earlier_session_is_never_called_measured(self, home: Path) -> None:
        path = self.recorded(home, self.ctf(typed=1))
        found = self.at(home, Who("P-017", "left"))
        assert found is not None
        assert (found.kind, found.ctf_mhz, found.session) == (From.TYPED_EARLIER, 16_000, path.stem)

    def test_a_measured_one_comes_with_its_session_and_age(self, home: Path) -> None:
        path = self.recorded(home, self.ctf(level_ua=30_000))
        later = datetime.now(UTC) + timedelta(days=22)
        found = origin_of(home, Kind.PATIENT, Library().load("cramp_calf_ctf_training"), Who("P-017", "left"), later)
        assert found is not None
        assert (found.kind, found.ctf_mhz, found.asked_mhz) == (From.MEASURED, 16_000, 46_000)
        assert (found.session, found.age_days, found.old) == (path.stem, 22, True)

    def test_after_a_test_that_reached_its_cap_it_is_the_fallback(self, home: Path) -> None:
        path = self.recorded(home, c.Note("not_reached", (("cap_mhz", 40_000),)))
        found = self.at(home, Who("P-017", "left"))
        assert found is not None
        assert (found.ctf_mhz, found.missing, found.session) == (None, Missing.NOT_REACHED, path.stem)

    @pytest.mark.thorough
    def test_out_of_a_damaged_record_it_is_the_fallback(self, home: Path) -> None:
        path = self.recorded(home, c.Note("measured", (("what", "ctf"), ("channel", 1), ("value_mhz", 16_000))))
        path.write_bytes(path.read_bytes().replace(b"16000", b"26000"))
        found = self.at(home, Who("P-017", "left"))
        assert found is not None
        assert (found.ctf_mhz, found.missing, found.session) == (None, Missing.UNTRUSTED, path.stem)
