"""The line mode without terminal or time: lines and Views in; events, waits and spoken lines out."""

from __future__ import annotations

import pytest

from helpers.rows import bundled
from nmes.core import events as e
from nmes.core.plan import compile as plan_for
from nmes.core.protocol import Protocol
from nmes.core.screening import CATALOGUE, in_groups
from nmes.core.view import View, Word
from nmes.devices.sciencemode4.p24 import P24
from nmes.runtime.library import Library
from nmes.runtime.plain import HELP, MAX_LINE, Heard, PlainSession, Post, StopNow, Wait, clean, is_stop, is_wait
from nmes.runtime.plain_teller import Wording
from nmes.trial.bench import Bench

WORDING = Wording(
    state=lambda view: view.word.value.upper(),
    why=lambda code: f"because {code}" if code else "",
    note=lambda note: note.code if note else "",
    output=lambda view: f"output {view.output}",
    unconfirmed="PULL THE CABLE",
    target=lambda protocol, first_percent: f"look for {first_percent or ''} {protocol.intensity.target}".replace(
        "  ", " "
    ),
    first=lambda protocol, view: f"first: {protocol.first_session[0]}" if view.first else "",
    pulses=lambda course: f"bursts of {course.base.burst_pulses}" if course.base.burst_pulses else "",
    alarm=lambda alarm: f"{alarm.level}: {alarm.code}",
)


class Desk:
    """A line-mode session over a bench; what is posted is heard at once."""

    def __init__(self, protocol: Protocol, **bench: int) -> None:
        self.protocol = protocol
        self.bench = Bench(plan_for(protocol, P24), protocol.screening_codes, **bench)
        self.session = PlainSession(protocol, WORDING)
        self.said: list[str] = []
        self.run(50)

    @property
    def view(self) -> View:
        return self.bench.view

    def run(self, for_ms: int) -> None:
        end_ms = self.bench.now_ms + for_ms
        while self.bench.now_ms < end_ms:
            self.bench.step(end_ms * 1000)
            self.said += self.session.look(self.view)

    def type(self, line: str) -> Heard:
        self.bench.controller.touch()
        heard = self.session.hear(line, self.view)
        self.said += heard.said
        match heard.do:
            case Post(event=event):
                self.bench.press(event)
                self.bench.turn()
            case StopNow():
                self.bench.controller.stop("key")
            case Wait(time_ms=time_ms):
                self.run(time_ms)
            case None:
                pass
        self.said += self.session.look(self.view)
        return heard

    def script(self, *lines: str) -> None:
        """As a script would: each line when the one before it has come to rest."""
        for line in lines:
            for _ in range(1000):
                if self.session.resting(self.view):
                    break
                self.bench.step()
                self.said += self.session.look(self.view)
            self.type(line)

    def screened(self) -> None:
        self.script(*["no"] * len(self.protocol.screening_codes), "Dr Test", "placed")

    def started(self, steps: int = 2) -> None:
        self.screened()
        for number in range(1, len(self.view.slots) + 1):
            self.script(f"titrate {number}", *["+"] * steps, "accept")
        self.script("start", "status")


@pytest.fixture
def desk() -> Desk:
    return Desk(Library().load("cramp_calf_ctf_training").protocol)


@pytest.fixture
def two_channels() -> Desk:
    one = Library().load("cramp_calf_ctf_training").protocol
    other = one.channels[0].model_copy(update={"muscle": "soleus"})
    return Desk(one.model_copy(update={"channels": (*one.channels, other)}))


# --- words that matter most ---


@bundled(
    "line",
    [
        *("stop", "STOP", " Stop! ", "stop now", "stop.", "!", "!!", "!stop"),
        *(
            "stopp!",
            "Halt",
            "stop,",
            "+stop",
            "\x1b[A\x1b[Dstop",
            "\x1bOPstop",
            "\x1b[A+\x1b[Cstop",
            "stop\tnow",
            "\x1bstop",
            "\x00stop",
            "\x7f stop",
        ),
        *("\x1b[24~", "+ 2\x1b[24~", "\x1b"),
    ],
)
def test_these_lines_are_a_stop(line: str) -> None:
    assert is_stop(line)


@pytest.mark.parametrize("line", ["", "stopped smoking", "start", "don't stop", "nonstop", "halted", "\x1b[A", "-"])
def test_these_lines_are_no_stop(line: str) -> None:
    assert not is_stop(line)


def test_a_line_is_cut_and_made_printable() -> None:
    assert clean(" a\x1b[2Jb\x00 \r") == "a [2Jb"
    assert len(clean("x" * 10_000)) == MAX_LINE


def test_a_wait_is_told_from_other_words() -> None:
    assert is_wait(" Wait 5")
    assert not is_wait("waiter")


def test_stop_is_heard_in_every_state(desk: Desk) -> None:
    assert desk.session.hear("stop", desk.view).do == StopNow()
    desk.type("no")
    desk.type("yes")
    assert desk.session.hear("!", desk.view).do == StopNow()
    desk = Desk(desk.protocol)
    desk.started()
    desk.type("stop")
    desk.run(500)
    assert desk.view.word is Word.STOPPED
    assert "STOPPED. because stop:key" in desk.said
    assert "output off" in desk.said


# --- screening ---


def test_every_question_is_asked_in_its_order_and_the_answers_go_whole(desk: Desk) -> None:
    codes = desk.protocol.screening_codes
    for number, code in enumerate(in_groups(codes, desk.protocol.kind), 1):
        assert desk.said[-1].startswith(f"Question {number} of {len(codes)}. ")
        assert CATALOGUE[code].question in desk.said[-1]
        assert desk.type("no").do is None
    assert desk.said[-1].startswith("Who asked")
    wanted = e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in codes), "Dr Test")
    assert desk.type("Dr Test").do == Post(wanted)
    assert desk.view.word is Word.PLACING


def test_an_answer_that_is_none_is_asked_again(desk: Desk) -> None:
    desk.type("perhaps")
    assert desk.said[-2:] == ["Answer yes, no or unknown. What is not known counts as yes.", desk.said[-1]]
    assert desk.said[-1].startswith("Question 1 ")


def _to(desk: Desk, code: str) -> None:
    for _ in range(in_groups(desk.protocol.screening_codes, desk.protocol.kind).index(code)):
        desk.type("n")


@pytest.mark.parametrize(
    ("word", "reply"), [("yes", e.Reply.YES), ("unknown", e.Reply.UNKNOWN), ("u", e.Reply.UNKNOWN)]
)
def test_a_warning_needs_a_reason_which_is_recorded(desk: Desk, word: str, reply: e.Reply) -> None:
    _to(desk, "impaired_sensation")
    desk.type(word)
    desk.type("yes")
    assert desk.said[-1].startswith("Why go on")
    desk.type("tested hot and cold")
    while not desk.said[-1].startswith("Who asked"):
        desk.type("no")
    heard = desk.type("Dr Test")
    assert isinstance(heard.do, Post)
    assert isinstance(heard.do.event, e.Screened)
    assert e.Answer("impaired_sensation", reply, "tested hot and cold") in heard.do.event.answers
    assert desk.view.word is Word.PLACING


def test_a_contraindication_says_do_not_stimulate_and_the_session_stays_shut(desk: Desk) -> None:
    desk.type("yes")
    assert any(line.startswith("DO NOT STIMULATE") for line in desk.said)
    while not desk.said[-1].startswith("Who asked"):
        desk.type("no")
    desk.type("Dr Test")
    assert "refused:screening_blocked" in desk.said
    assert desk.view.word is Word.SCREENING
    desk.type("placed")
    assert desk.said[-1].startswith("The answers have been given. Type back")
    desk.type("again")
    assert desk.said[-1].startswith("Question 1 ")
    desk.screened()
    assert desk.view.word is Word.READY


def test_back_goes_to_the_question_before(desk: Desk) -> None:
    desk.type("back")
    assert desk.said[-1].startswith("Question 1 ")
    desk.type("yes")
    assert desk.said[-1].startswith("Question 2 ")
    desk.type("back")
    assert desk.said[-1].startswith("Question 1 ")
    _to(desk, "impaired_sensation")
    desk.type("yes")
    desk.type("back")
    assert CATALOGUE["impaired_sensation"].question in desk.said[-1]
    while not desk.said[-1].startswith("Who asked"):
        desk.type("no")
    desk.type("back")
    assert desk.said[-1].startswith(f"Question {len(desk.protocol.screening_codes)} ")


# --- levels and treatment ---


def test_placing_reads_out_every_channel(two_channels: Desk) -> None:
    desk = two_channels
    desk.script(*["no"] * len(desk.protocol.screening_codes), "Dr Test")
    for number, channel in enumerate(desk.protocol.channels, 1):
        told = next(line for line in desk.said if line.startswith(f"Channel {number}: "))
        assert channel.muscle in told
        assert channel.sites in told


def test_a_level_is_found_from_0_step_by_step_each_confirmed(desk: Desk) -> None:
    desk.screened()
    desk.script("titrate 1", "+", "+", "-", "+", "accept", "status")
    told = [line for line in desk.said if line.endswith("confirmed")]
    assert told == [f"Channel 1: {level} mA confirmed" for level in ("0.5", "1.0", "0.5", "1.0")]
    assert [slot.level_ua for slot in desk.view.slots] == [1000]
    assert "Type start to begin from 0 mA." in desk.said


@pytest.mark.parametrize("line", ["titrate 9", "titrate x", "titrate 0"])
def test_an_unknown_level_is_not_guessed(desk: Desk, line: str) -> None:
    desk.screened()
    heard = desk.type(line)
    assert heard.do is None
    assert heard.said[0].startswith("Which level?")


def test_titrate_alone_takes_the_first_level_that_is_missing(two_channels: Desk) -> None:
    desk = two_channels
    desk.screened()
    desk.script("titrate", "+", "+", "accept", "status", "titrate")
    desk.run(500)
    assert desk.view.live_slot == desk.view.slots[1].slot


def test_while_several_channels_run_plus_and_minus_name_theirs(two_channels: Desk) -> None:
    desk = two_channels
    desk.started()
    assert desk.type("+").said == ("Which channel? Type + 1 or + 2.",)
    assert desk.type("- 7").do is None
    assert desk.type("- 2").do == Post(e.Decrease(2))
    assert desk.type("+ 1").do == Post(e.Increase(1, desk.view.epoch))


def test_a_line_carries_the_epoch_of_the_view_it_was_typed_at(desk: Desk) -> None:
    desk.screened()
    desk.script("titrate 1", "+", "status")
    old = desk.view
    desk.type("stop")
    desk.run(500)
    heard = desk.session.hear("+", old)
    assert heard.do == Post(e.Increase(1, old.epoch))
    assert old.epoch < desk.view.epoch


@pytest.mark.thorough
def test_the_treatment_is_told_phase_by_phase_with_contractions_and_time_left(desk: Desk) -> None:
    desk.started()
    desk.run(32_000)
    order = [
        "RAMP_UP. Contraction 1 of 18",
        "ON: channel 1 at 1.0 mA",
        "RAMP_DOWN",
        "REST for 10 s",
        "RAMP_UP. Contraction 2 of 18",
    ]
    assert [line for line in desk.said if line in order][: len(order)] == order
    desk.run(360_000)
    told = ["5:00 left", "4:00 left", "3:00 left", "2:00 left", "1:00 left", "0:30 left", "0:10 left"]
    assert [line for line in desk.said if line.endswith(" left")] == told


@pytest.mark.thorough
def test_pause_and_resume_are_told_and_the_plan_is_finished(desk: Desk) -> None:
    desk.started()
    desk.script("wait 3", "pause", "resume")
    for _ in range(10):
        desk.script("wait 50")
    assert "PAUSED. because operator" in desk.said
    assert "Type resume to go on from 0 mA, or end." in desk.said
    assert desk.said.index("RESUMING. Contraction 1 of 18") < desk.said.index("ENDED. because complete")


@pytest.mark.thorough
def test_somebody_who_is_not_there_is_asked_once_before_the_pause() -> None:
    protocol = Library().load("cramp_calf_ctf_training").protocol
    desk = Desk(protocol, absent_limit_ms=protocol.operator_absent_limit_ms)
    desk.started()
    desk.run(protocol.operator_absent_limit_ms - 10_000)
    asked = [line for line in desk.said if line.startswith("ARE YOU THERE?")]
    assert asked == ["ARE YOU THERE? Press Enter. Pausing in 15 s."]
    desk.type("")
    desk.run(20_000)
    assert desk.view.word is not Word.PAUSED
    desk.run(protocol.operator_absent_limit_ms)
    assert desk.view.word is Word.PAUSED
    assert "PAUSED. because operator_absent" in desk.said


def test_a_halt_that_nobody_confirms_is_told_as_such(desk: Desk) -> None:
    desk.started()
    desk.run(1000)
    desk.bench.port.lose("unplugged")
    desk.run(500)
    assert "PULL THE CABLE" in desk.said
    assert "output off" not in desk.said[desk.said.index("PULL THE CABLE") :]


# --- the rest ---


def test_marks_status_and_help(desk: Desk) -> None:
    desk.started()
    assert desk.type("mark cramp in the left calf").do == Post(e.Mark("cramp", "in the left calf"))
    desk.run(100)
    assert any("pull the foot up" in line for line in desk.said), "what to do in a cramp is said where it is noted"
    assert desk.type("mark").do is None
    assert desk.type("help").said == HELP
    status = desk.type("status").said
    assert any(line.startswith("Channel 1, gastrocnemius: level 1.0 mA, commanded ") for line in status)
    assert any(line.startswith("Charge given on channel 1: ") for line in status)
    assert status[-2].startswith("Treatment 0:0")
    assert status[-1] == "Contractions: 0 of 18."


@pytest.mark.parametrize("line", ["wait", "wait x", "wait 0", "wait -1", "wait nan", "wait inf", "wait 99999999"])
def test_a_wait_without_a_sensible_time_waits_for_nothing(desk: Desk, line: str) -> None:
    heard = desk.type(line)
    assert heard.do is None
    assert heard.said[0].startswith("Wait how long?")


def test_a_wait_is_in_thousandths_of_a_second(desk: Desk) -> None:
    assert desk.session.hear("wait 0.25", desk.view).do == Wait(250)


def test_a_mistyped_command_is_not_guessed_but_the_nearest_is_named(desk: Desk) -> None:
    desk.screened()
    heard = desk.type("titrat 1")
    assert heard == Heard(said=('"titrat" is not known here; did you mean "titrate"?',))


@pytest.mark.parametrize("line", ["no", "YES", "back", "again"])
def test_an_answer_when_nothing_is_asked_does_nothing_and_is_not_proposed_again(desk: Desk, line: str) -> None:
    desk.screened()
    heard = desk.type(line)
    assert heard.do is None
    assert heard.said == (f'"{line.lower()}" does nothing now: no question is open. Type help for all commands.',)


def test_end_ends_from_anywhere(desk: Desk) -> None:
    assert desk.session.hear("end", desk.view).do == Post(e.End())
    desk.started()
    desk.type("end")
    desk.run(500)
    assert desk.said[-2:] == ["ENDED. because ended_early", "output off"]


def test_a_script_waits_until_its_last_line_has_come_to_rest(desk: Desk) -> None:
    desk.screened()
    assert desk.session.resting(desk.view)
    desk.type("titrate 1")
    assert not desk.session.resting(desk.view), "the output is being switched on"
    desk.run(1000)
    assert desk.session.resting(desk.view)
    desk.type("+")
    assert not desk.session.resting(desk.view), "the step is not confirmed"
    desk.run(1000)
    assert desk.session.resting(desk.view)


def test_a_line_that_changes_nothing_holds_a_script_up_for_two_seconds_only(desk: Desk) -> None:
    desk.screened()
    view = desk.view
    desk.session.hear("pause", view)
    assert not desk.session.resting(view)
    desk.run(2100)
    assert desk.session.resting(desk.view)


def test_what_to_look_for_is_said_when_a_level_is_being_found(desk: Desk) -> None:
    desk.screened()
    assert "look for pct_max_tolerated" not in desk.said
    desk.script("titrate 1", "status")
    assert desk.said.count("look for pct_max_tolerated") == 1
