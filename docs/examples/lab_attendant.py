"""A whole protocol with a person at the keyboard: `run` asks, the person answers, and ENTER says "I am here".

    python docs/examples/lab_attendant.py FOLDER PROTOCOL

Every answer is typed by somebody; nothing is assumed. Ctrl+C stops the output before it ends the program.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nmes.api import Answer, Finding, Loaded, Observed, Read, Reply, Result, View, load_protocol, run

Ask = Callable[[str], str]
"""Puts a question to the person and waits for the answer: only where nothing flows."""
Heard = Callable[[], str | None]
"""What was typed since it was asked last, None for nothing; it does not wait."""


@dataclass(slots=True)
class Typed:
    """Asks a person everything. While current flows it listens only: `+` one step more, `ok` enough, anything: here."""

    name: str
    ask: Ask
    heard: Heard

    def answers(self, questions: Mapping[str, str]) -> Mapping[str, Answer]:
        return {code: self._answer(code, question) for code, question in questions.items()}

    def _answer(self, code: str, question: str) -> Answer:
        said = self.ask(f"{question} (yes, no, unknown)")
        reply = Reply(said) if said in set(Reply) else Reply.UNKNOWN
        reason = "" if reply is Reply.NO else self.ask("Why go on all the same?")
        return Answer(code, reply, reason)

    def reads(self, what: Read) -> str:
        return self.ask(f"Read off the patient: {what.value}")

    def pads_mm2(self, view: View) -> Mapping[int, int]:
        return {one.channel: 100 * int(self.ask(f"Smaller pad of {one.named}, cm²")) for one in view.plan.channels}

    def enough(self, view: View, channel: int, level_ua: int) -> bool | None:  # noqa: ARG002 - the person knows
        return {"+": False, "ok": True}.get(self.heard() or "")

    def felt(self, view: View, channel: int) -> bool:
        return self.ask(f"{view.plan.title}, channel {channel}: felt where it should be? (yes, no)") == "yes"

    def present(self, view: View) -> bool:  # noqa: ARG002 - who is there need not look at the View
        return self.heard() is not None

    def cramps(self, view: View) -> bool:  # noqa: ARG002 - this person watches no test of cramps
        return False

    def findings(self, view: View) -> Iterable[Observed]:
        for one in view.plan.channels:
            skin = int(self.ask(f"Skin under {one.named}: 0 normal, 1 redness, 2 irritation, 3 burn"))
            yield Observed(Finding.SKIN, skin, of=str(one.channel))
        yield Observed(Finding.NRS, int(self.ask("Pain, 0 to 10")))
        adverse = self.ask("Anything adverse? Nothing, or what")
        yield Observed(Finding.ADVERSE, int(bool(adverse)), adverse)

    def signs(self, view: View) -> str | None:  # noqa: ARG002 - an attendant's shape
        return self.ask("Sign: why are outcomes of the card left open?") or None


def session(folder: Path, loaded: Loaded, person: Typed, *, virtual: bool = False) -> Result:
    """On the simulator; give `port=` to `run` for a stimulator."""
    return run(loaded, person, home=folder, virtual=virtual)


def typed_line() -> str | None:
    """A line that waits at the keyboard, if one does."""
    import select  # noqa: PLC0415 - not every platform can look at its keyboard so

    waits, _, _ = select.select([sys.stdin], [], [], 0)
    return sys.stdin.readline().strip() if waits else None


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="A whole session in which a person answers at the keyboard.")
    parser.add_argument("folder", type=Path, help="where the record goes")
    parser.add_argument("protocol", help="a shipped protocol's name, or a file")
    asked = parser.parse_args(arguments)
    person = Typed(input("Your name: "), lambda question: input(f"{question}: ").strip(), typed_line)
    done = session(asked.folder, load_protocol(asked.protocol), person)
    sys.stdout.write(f"{done.why}. {done.summary.verdict}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
