"""A session that a person attends, line by line: every step asks for what is missing and says what can be typed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from runtime.test_plain import WORDING, Desk

from nmes.core import events as e
from nmes.core.attended import Attended, Ghost
from nmes.core.commands import Note
from nmes.core.measurement import Who
from nmes.core.plan import Slot
from nmes.core.plan import compile as plan_for
from nmes.core.protocol import Protocol
from nmes.core.view import Output, View, Word
from nmes.devices.sciencemode4.p24 import P24
from nmes.runtime.library import Library
from nmes.runtime.plain import Heard, PlainSession, Post, Report
from nmes.runtime.plain_over import READ_MS
from nmes.runtime.plain_station import Station
from nmes.trial.bench import Bench

CRAMP = Library().load("cramp_calf_ctf_training").protocol
STATION = Station(("Ada Lovelace", "Grace Hopper"), (2500, 4500))
FOUND = ("skin 1 normal", "nrs 2", "adverse none", "outcome 1 3 a week", "outcome 2 18 Hz")


class Attending(Desk):
    """A desk whose session is attended, for P-017 left."""

    def __init__(
        self, protocol: Protocol = CRAMP, *, ghost_ua: int = 0, patient_stop: bool = False, first: bool = False
    ) -> None:
        self.protocol = protocol
        ghosts = (Ghost(Slot(1, 0), ghost_ua, "000001", "2026-11-03T09:00:00Z"),) if ghost_ua else ()
        attended = Attended(ghosts, protocol.outcomes, patient_stop, first)
        plan, codes = plan_for(protocol, P24), protocol.screening_codes
        self.bench = Bench(plan, codes, who=Who("P-017", "left"), attended=attended)
        self.session = PlainSession(protocol, WORDING, STATION)
        self.said: list[str] = []
        self.run(50)

    def type(self, line: str) -> Heard:
        heard = super().type(line)
        if isinstance(heard.do, Post):
            for more in heard.do.more:
                self.bench.press(more)
            self.bench.turn()
            self.said += self.session.look(self.view)
        return heard

    def answered(self) -> None:
        self.script(*["no"] * len(self.protocol.screening_codes), "2")

    def screened(self) -> None:
        self.answered()
        pads = [f"pads {channel.channel} 25" for channel in self.view.channels]
        self.script("code p-017", "side left", *pads, "placed", "status")

    def levelled(self, steps: int = 2) -> None:
        self.screened()
        for number in range(1, len(self.view.slots) + 1):
            self.script(f"titrate {number}", *["+"] * steps, "accept")
        self.script("status")

    def started(self, steps: int = 2) -> None:
        self.levelled(steps)
        self.script(*[f"felt {channel.channel} yes" for channel in self.view.channels], "start", "status")

    def ended(self) -> None:
        self.started()
        self.script("wait 5", "end", "status")


@pytest.fixture
def desk() -> Attending:
    return Attending()


@pytest.fixture
def two() -> Attending:
    other = CRAMP.channels[0].model_copy(update={"muscle": "soleus"})
    return Attending(CRAMP.model_copy(update={"channels": (*CRAMP.channels, other)}))


def posted(heard: Heard) -> e.Operator:
    assert isinstance(heard.do, Post)
    return heard.do.event


# --- the whole way ---


def test_each_step_asks_for_the_next_thing_that_is_missing_and_says_what_can_be_typed(desk: Attending) -> None:
    desk.started()
    desk.script("wait 5", "end", *FOUND, "sign 1")
    desk.run(200)
    asked = [
        "Who asked the questions? Write the name or its number (1 Ada Lovelace, 2 Grace Hopper)",
        "Read the code from the patient's own card. Type code and what stands there",
        "Look where the pads are. Type side left, side right or side both",
        "Channel 1 needs pads of 25 cm² or more. Type pads 1 and the size printed on them. This station has 25, 45 cm²",
        "Type placed when every pad is on.",
        "Type titrate and a level's number.",
        "Channel 1, gastrocnemius: was it felt where it should be? Type felt 1 yes",
        "Type start to begin from 0 mA.",
        "The treatment is over. What is found now is asked line by line",
        "Look at the skin under the pads of channel 1. Type skin 1 normal",
        "Pain now, from 0, none, to 10, the worst. Type nrs",
        "Did anything adverse happen? Type adverse none",
        "Outcome 1, Cramps per week",
        "Outcome 2, Cramp threshold",
        "Type sign and your name or number (1 Ada Lovelace, 2 Grace Hopper)",
    ]
    places = [next(i for i, line in enumerate(desk.said) if line.startswith(words)) for words in asked]
    assert places == sorted(places)
    assert (desk.view.word, desk.view.why) == (Word.ENDED, "ended_early")
    assert desk.view.note is not None
    assert desk.view.note.code == "signed"
    assert dict(desk.view.note.values)["by"] == "Ada Lovelace"


def test_status_tells_everything_that_is_missing(desk: Attending) -> None:
    desk.answered()
    told = desk.type("status").said
    assert "Still missing: code read back; side read back; pads confirmed." in told
    desk.screened()
    assert "Still missing: the level of channel 1; felt in the right place, channel 1." in desk.type("status").said


# --- electrodes ---


def test_a_wrong_code_and_a_wrong_side_are_refused_and_asked_again(desk: Attending) -> None:
    desk.answered()
    assert posted(desk.type("code P-018")) == e.ReadBack(e.Read.CODE, "P-018")
    assert "refused:read_back_differs" in desk.said
    assert "caution: refused:read_back_differs Type ack to acknowledge." in desk.said
    assert desk.view.missing[0] == "read:code"
    assert posted(desk.type("side RIGHT")) == e.ReadBack(e.Read.SIDE, "right")
    assert "read:side" in desk.view.missing
    assert desk.type("side upper").do is None
    desk.type("code P-017")
    assert desk.said[-1].startswith("Look where the pads are.")


def test_what_is_not_read_needs_its_reason(desk: Attending) -> None:
    desk.answered()
    assert desk.type("code").do is None
    assert desk.type("code not read").do is None
    assert desk.type("code not read: no").do is None
    assert posted(desk.type("code not read: card forgotten")) == e.ReadBack(e.Read.CODE, "", "card forgotten")
    assert desk.view.missing[0] == "read:side"


def test_what_is_read_off_the_patient_may_be_told_between_two_questions_and_is_no_name(desk: Attending) -> None:
    assert posted(desk.type("nrs 4")) == e.Observed(e.Finding.NRS, 4)
    assert posted(desk.type("code P-017")) == e.ReadBack(e.Read.CODE, "P-017")
    assert desk.view.word is Word.SCREENING
    desk.script(*["no"] * len(desk.protocol.screening_codes))
    heard = posted(desk.type("Note Worthy"))
    assert isinstance(heard, e.Screened)
    assert heard.by == "Note Worthy", "where a name is asked for, no word is a command"
    assert desk.view.missing[0] == "read:side"


def test_pads_go_to_the_session_whole_and_only_when_each_was_told(two: Attending) -> None:
    two.answered()
    two.script("code P-017", "side left")
    assert two.type("placed").said[0].startswith("Channel 1 needs pads of 25 cm² or more.")
    assert two.type("pads 25").do is None, "there are two channels"
    assert two.type("pads 1 25 cm²").said == ("Channel 1: pads of 25 cm².", two.said[-1])
    assert two.said[-1].startswith("Channel 2 needs pads")
    assert two.type("placed").do is None
    assert two.type("pads 2 12.5").said[-1] == "Type placed when every pad is on."
    assert posted(two.type("placed")) == e.Placed(((1, 2500), (2, 1250)))
    assert "refused:pad_smaller" in two.said
    two.script("pads 2 45", "placed", "status")
    assert two.view.word is Word.READY


@pytest.mark.parametrize("line", ["pads", "pads x", "pads 9 25", "pads 1 0", "pads 1 2e9", "pads 1 -5"])
def test_a_pad_size_that_cannot_be_is_asked_again(desk: Attending, line: str) -> None:
    desk.answered()
    heard = desk.type(line)
    assert heard.do is None
    assert heard.said[0].startswith("Channel 1 needs pads")


def test_back_goes_one_step_and_what_was_told_of_the_pads_is_told_again(desk: Attending) -> None:
    desk.levelled()
    assert posted(desk.type("back")) == e.Back()
    assert desk.view.word is Word.PLACING
    assert desk.type("placed").do is None, "the pads were touched: their sizes are asked again"
    desk.type("back")
    assert desk.view.word is Word.SCREENING
    assert desk.said[-1].startswith("The answers have been given.")
    heard = desk.type("same")
    assert isinstance(posted(heard), e.Screened)
    assert desk.view.word is Word.PLACING


def test_a_stop_of_the_patient_is_asked_for_before_anything_may_start() -> None:
    desk = Attending(patient_stop=True)
    desk.answered()
    desk.script("code P-017", "side left", "pads 25")
    desk.type("placed")
    assert desk.view.word is Word.PLACING
    assert "patient_stop" in desk.view.missing
    desk.bench.controller.stop("patient")
    desk.run(300)
    desk.script("placed", "status")
    assert desk.view.word is Word.READY


# --- levels ---


def test_the_last_level_is_told_as_a_mark_and_nothing_is_set() -> None:
    desk = Attending(ghost_ua=1500)
    desk.screened()
    mark = "Level 1 was 1.5 mA last time, on 2026-11-03. That is a mark only: it starts at 0 mA all the same."
    assert mark in desk.said
    assert desk.view.slots[0].level_ua is None


def test_a_step_past_a_mark_asks_for_over_with_the_value_read_back() -> None:
    desk = Attending(ghost_ua=500)
    desk.screened()
    assert desk.type("over").do is None, "no step has met a mark"
    desk.script("titrate 1", "+", "status")
    desk.type("+")
    assert "refused:mark" in desk.said
    assert "Type over to go one step, to 1.0 mA; anything else leaves it." in desk.said
    assert desk.view.channels[0].level_ua == 500
    desk.run(READ_MS)
    assert desk.type("over 9").do is None
    assert posted(desk.type("over 1.0")) == e.Increase(1, desk.view.epoch, 500)
    desk.run(400)
    assert desk.view.channels[0].level_ua == 1000
    assert desk.type("over").do is None, "an answered question does not stand any more"


def test_a_mark_below_the_first_step_of_the_device_asks_at_that_step() -> None:
    desk = Attending(ghost_ua=400)
    desk.screened()
    desk.script("titrate 1", "status")
    desk.type("+")
    assert "refused:mark" in desk.said
    desk.run(READ_MS)
    assert desk.view.channels[0].level_ua == 0
    assert posted(desk.type("over")) == e.Increase(1, desk.view.epoch, 0)
    desk.run(400)
    assert desk.view.channels[0].level_ua == 500


def test_an_over_from_before_a_stop_does_nothing() -> None:
    desk = Attending(ghost_ua=500)
    desk.screened()
    desk.script("titrate 1", "+", "status")
    desk.type("+")
    desk.run(READ_MS)
    asked = desk.view
    desk.bench.controller.stop("patient")
    event = posted(desk.session.hear("over", asked))
    assert isinstance(event, e.Increase)
    desk.run(500)
    assert event.epoch < desk.view.epoch
    assert desk.type("over").do is None


def at_a_mark() -> Attending:
    desk = Attending(ghost_ua=500)
    desk.screened()
    desk.script("titrate 1", "+", "status")
    desk.type("+")
    return desk


def test_an_over_that_was_typed_before_the_question_could_be_read_passes_no_mark() -> None:
    desk = at_a_mark()
    assert desk.type("over").do is None, "in the same moment"
    assert desk.said[-1].startswith("Not done: over was typed before the question could be read. Read it, then type")
    desk.run(READ_MS)
    late = desk.session.hear("over", desk.view, age_ms=1)
    assert late.do is None, "typed too soon, and heard late"
    assert posted(desk.type("over")) == e.Increase(1, desk.view.epoch, 500), "the question still stands"


@pytest.mark.parametrize("line", ["-", "mark pain", "measure motor", "link", "countdown off", "nonsense"])
def test_whatever_else_is_typed_withdraws_the_question(line: str) -> None:
    desk = at_a_mark()
    desk.run(READ_MS)
    desk.type(line)
    assert desk.type("over").do is None
    assert desk.said[-1] == "No step has met a mark just now. Type + first."


@pytest.mark.parametrize("line", ["", "here", "status", "help", "wait 1"])
def test_what_decides_nothing_leaves_the_question(line: str) -> None:
    desk = at_a_mark()
    desk.run(READ_MS)
    desk.type(line)
    assert posted(desk.type("over")) == e.Increase(1, desk.view.epoch, 500)


def test_over_is_for_the_very_step_that_was_asked_about() -> None:
    desk = at_a_mark()
    desk.run(READ_MS)
    desk.bench.press(e.Decrease(1))
    desk.run(300)
    note = replace(desk.view, note=desk.session._asked_over.note)
    assert desk.session.hear("over", note).do is None, "the level has come down since"


@pytest.mark.parametrize(("word", "what"), [("sensory", "sensory_threshold"), ("motor", "motor_threshold")])
def test_the_marks_of_a_level_are_measured_while_it_is_felt(desk: Attending, word: str, what: str) -> None:
    desk.screened()
    desk.script("titrate 1", "+", "+", f"measure {word}")
    assert [(one.what.value, one.value) for one in desk.view.measured] == [(what, 1000)]


def test_felt_elsewhere_voids_the_levels_and_the_pads_are_placed_again(desk: Attending) -> None:
    desk.levelled()
    assert desk.type("felt").do is None
    assert desk.type("felt perhaps").do is None
    assert posted(desk.type("felt elsewhere")) == e.FeltAt(1, there=False)
    assert desk.view.word is Word.PLACING
    assert desk.view.slots[0].level_ua is None
    assert any(line.startswith("caution: felt_elsewhere") for line in desk.said)


def test_a_start_without_it_being_felt_in_place_is_refused(desk: Attending) -> None:
    desk.levelled()
    desk.type("start")
    assert "refused:felt_missing" in desk.said
    assert posted(desk.type("felt yes")) == e.FeltAt(1, there=True)
    assert desk.said[-1] == "Type start to begin from 0 mA."


# --- the treatment ---


def test_linked_channels_go_up_and_down_together_on_request_only(two: Attending) -> None:
    two.started()
    two.run(1500)
    assert posted(two.type("+ 1")) == e.Increase(1, two.view.epoch)
    two.run(500)
    assert two.type("link 1").do is None
    assert two.type("link 1 2").said == ("Linked: channels 1, 2 go up and down together.",)
    before = [channel.level_ua for channel in two.view.channels]
    assert posted(two.type("+")) == e.Increase(1, two.view.epoch, linked=(2,))
    two.run(500)
    assert [channel.level_ua for channel in two.view.channels] == [level + 500 for level in before]
    assert two.type("- 2").do == Post(e.Decrease(2), (e.Decrease(1),))
    assert [channel.level_ua for channel in two.view.channels] == before
    two.type("unlink")
    assert two.type("- 2").do == Post(e.Decrease(2))


def test_a_link_is_gone_after_a_stop(two: Attending) -> None:
    two.started()
    two.script("link 1 2", "stop", "status")
    assert two.view.word is Word.STOPPED
    assert two.type("-").said == ("Which channel? Type - 1 or - 2.",)


def test_a_countdown_is_a_line_each_second_and_only_when_asked_for(desk: Attending) -> None:
    desk.started()
    desk.run(22_000)
    assert not [line for line in desk.said if line.startswith("In ")]
    assert desk.type("countdown").do is None
    desk.type("countdown on")
    first = len(desk.said)
    desk.run(20_000)
    counted = [line for line in desk.said[first:] if line.startswith(("In ", "Contract now", "Relax now"))]
    cycle = [f"In {n} second{'s' if n > 1 else ''}: contract." for n in (3, 2, 1)]
    assert "\n".join([*cycle, "Contract now."]) in "\n".join(counted)
    assert counted.count("Contract now.") == 1
    desk.type("countdown off")
    first = len(desk.said)
    desk.run(20_000)
    assert not [line for line in desk.said[first:] if line.startswith("In ")]


def test_a_level_that_stays_the_same_is_not_told_at_each_contraction(desk: Attending) -> None:
    desk.started()
    first = len(desk.said)
    desk.run(50_000)
    assert not [line for line in desk.said[first:] if line.endswith("confirmed")]
    told = [line for line in desk.said[first:] if line.startswith(("ON: ", "RAMP_UP"))]
    assert len(told) >= 6, "each contraction is a line all the same"


# --- alarms ---


def test_an_alarm_is_one_line_and_ack_only_acknowledges_it(desk: Attending) -> None:
    desk.started()
    desk.run(3000)
    desk.bench.port.lose("unplugged")
    desk.run(3000)
    told = [line for line in desk.said if line.startswith("fault: ")]
    assert told == ["fault: halt_unconfirmed Type ack to acknowledge.", "fault: link_lost Type ack to acknowledge."]
    before = desk.view
    assert posted(desk.type("ack")) == e.Acknowledged("halt_unconfirmed")
    assert posted(desk.type("ack")) == e.Acknowledged("link_lost")
    assert (desk.view.word, desk.view.output, desk.view.epoch) == (before.word, before.output, before.epoch)
    assert desk.view.output is not Output.ON
    assert desk.type("ack").said == ("There is no alarm to acknowledge.",)
    assert "fault: link_lost" in desk.type("status").said, "seen, and still there"


def test_a_refusal_is_told_once_and_asks_for_no_acknowledgement(desk: Attending) -> None:
    desk.screened()
    desk.type("start")
    assert desk.said.count("refused:level_missing") == 1
    assert not [line for line in desk.said if "Type ack" in line]


# --- after ---


def test_what_is_found_is_told_value_by_value(desk: Attending) -> None:
    desk.ended()
    skin = posted(desk.type("skin 1 redness under the cathode"))
    assert skin == e.Observed(e.Finding.SKIN, 1, "under the cathode", "1")
    assert posted(desk.type("skin burn")) == e.Observed(e.Finding.SKIN, 3, "", "1")
    assert posted(desk.type("nrs 10")) == e.Observed(e.Finding.NRS, 10)
    assert posted(desk.type("adverse dizzy for a minute")) == e.Observed(e.Finding.ADVERSE, 1, "dizzy for a minute")
    assert posted(desk.type("adverse yes: dizzy")) == e.Observed(e.Finding.ADVERSE, 1, "dizzy")
    outcome = posted(desk.type("outcome 1 12.5"))
    assert outcome == e.Observed(e.Finding.OUTCOME, 1, "12.5", CRAMP.outcomes[0])
    assert posted(desk.type("note slept badly")) == e.Observed(e.Finding.NOTE, None, "slept badly")
    assert [one.finding.value for one in desk.view.observed] == ["skin", "nrs", "adverse", "outcome", "note"]


@pytest.mark.parametrize(
    ("line", "finding", "of"),
    [
        ("skin 1 not done: pads stay on", e.Finding.SKIN, "1"),
        ("nrs not done: asleep", e.Finding.NRS, ""),
        ("outcome 2 not done: no time", e.Finding.OUTCOME, CRAMP.outcomes[1]),
        ("adverse not done, was called away", e.Finding.ADVERSE, ""),
    ],
)
def test_what_was_not_done_is_kept_with_its_reason(desk: Attending, line: str, finding: e.Finding, of: str) -> None:
    desk.ended()
    reason = line.split("not done")[1].strip(" :,")
    assert posted(desk.type(line)) == e.Observed(finding, None, reason, of)
    assert desk.type(line.replace(reason, "no")).do is None


@pytest.mark.thorough
@pytest.mark.parametrize(
    "line",
    [
        *("skin", "skin 1", "skin 9 normal", "skin 1 green", "nrs", "nrs 11", "nrs -1", "outcome", "outcome 3 x"),
        *("outcome 1", "adverse", "adverse yes", "note", "sign", "sign no", "unsigned", "unsigned n", "felt"),
        "countdown maybe",
    ],
)
def test_a_line_that_leaves_anything_open_asks_and_tells_the_session_nothing(desk: Attending, line: str) -> None:
    desk.ended()
    heard = desk.type(line)
    assert heard.do is None
    assert heard.said


def test_a_protocol_without_outcomes_says_so() -> None:
    desk = Attending(CRAMP.model_copy(update={"outcomes": ()}))
    assert desk.session.hear("outcome 1 x", replace(desk.view, word=Word.AFTER)).said == (
        "The card of this protocol names no outcome.",
    )


def test_signing_without_what_is_required_or_without_a_reason_is_refused(desk: Attending) -> None:
    desk.ended()
    desk.type("sign Ada Lovelace")
    assert "refused:after_missing" in desk.said
    desk.script(*FOUND[:3])
    desk.type("sign Ada Lovelace")
    assert "refused:reason_missing" in desk.said
    assert posted(desk.type("sign 2: at the next visit")) == e.Signed("Grace Hopper", "at the next visit")
    desk.run(200)
    assert desk.view.word is Word.ENDED


def test_leaving_unsigned_needs_its_reason_and_end_alone_does_not_do(desk: Attending) -> None:
    desk.ended()
    desk.type("end")
    assert "refused:sign_first" in desk.said
    assert desk.view.word is Word.AFTER
    assert posted(desk.type("unsigned called away")) == e.LeftUnsigned("called away")
    desk.run(200)
    assert desk.view.word is Word.ENDED


def test_the_report_is_asked_for_at_any_time(desk: Attending) -> None:
    assert desk.type("report").do == Report()
    desk.ended()
    assert desk.type("report").do == Report()


def test_nothing_is_called_off_by_the_line_mode_itself(desk: Attending) -> None:
    """What is said on arrival after the treatment is no claim about the output: that is the View's."""
    desk.ended()
    shown: View = replace(desk.view, output=Output.UNKNOWN, halt_unconfirmed=True, note=Note("x"))
    fresh = PlainSession(CRAMP, WORDING).look(shown)
    assert "PULL THE CABLE" in fresh
    assert not [line for line in fresh if "off" in line.split()]


def test_a_start_after_a_stop_says_that_the_levels_come_first() -> None:
    desk = Attending()
    desk.started()
    desk.script("stop", "status")
    desk.said.clear()
    desk.script("start", "status")
    assert "Not now: the stop made every level void. Type titrate and find the levels again first." in desk.said
    assert not any("output has to be off" in line for line in desk.said)


def test_a_first_session_is_told_halved_and_more_of_it_is_asked_for() -> None:
    desk = Attending(first=True)
    desk.screened()
    desk.script("titrate 1", *["+"] * 20, "measure max", *["-"] * 12)
    assert any(line.startswith("first: Half the contractions: end it after 9 of the 18") for line in desk.said)
    assert "look for 50 pct_max_tolerated" in desk.said
    assert "Aim for 2.5 mA on channel 1: so much of the target is a first session." in desk.said
    desk.script("accept")
    assert "Type over to accept 4.0 mA all the same; anything else leaves it." in desk.said
    assert desk.view.word is Word.TITRATING
    desk.script("wait 1", "over 3", "over 4.0", "felt 1 yes", "start", "status")
    assert "Not done: 4.0 mA was read back. Type over 4.0, or over alone." in desk.said
    assert desk.view.plan.levels_ua == (4_000,)


@pytest.mark.campaign
def test_a_first_session_says_once_when_its_contractions_are_given_and_goes_on() -> None:
    desk = Attending(first=True)
    desk.started()
    said = "FIRST SESSION: 9 of 18 contractions are done. Type end to end it."
    for _second in range(170):
        desk.type("here")
        desk.run(1_000)
    assert said not in desk.said
    for _second in range(30):
        desk.type("here")
        desk.run(1_000)
    assert desk.said.count(said) == 1
    assert "Set 1 of 3 done." in desk.said
    desk.type("status")
    assert desk.said.count(said.replace("9 of 18", f"{desk.view.contractions[0]} of 18")) >= 1
    assert desk.view.word in {Word.REST, Word.ON, Word.RAMP_UP, Word.RAMP_DOWN}, "it stops nothing by itself"
    desk.script("end", "status")
    assert f"Contractions: {desk.view.contractions[0]} of 18." in desk.said
