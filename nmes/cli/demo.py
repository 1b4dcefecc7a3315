"""`nmes demo`: a whole session without anybody, to its verified record."""

from __future__ import annotations

from nmes.cli.exits import BAD, GOOD, bad, wrong
from nmes.cli.finding import plan_of, protocol_named
from nmes.cli.record_trouble import what_to_do
from nmes.core.problems import ProblemsError
from nmes.record.chain import BadLine
from nmes.record.errors import RecordError
from nmes.record.files import home, read_end
from nmes.record.store import last_entry
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.live import Summary
from nmes.trial.demo import DemoError, run_demo


def show(protocol: str, family: Family = DEFAULT) -> int:
    """Run and tell it; exit code 0 only for a complete session with an intact record."""
    loaded = protocol_named(protocol)
    try:
        plan_of(loaded, family=family)
        summary = run_demo(loaded, home(), say, family=family)
    except ProblemsError as error:
        wrong(*(str(problem) for problem in error.problems))
    except DemoError as error:
        bad(str(error))
    except RecordError as error:
        bad(what_to_do(error))
    return tell(summary)


def say(line: str) -> None:
    """At once, so that a reader or a pipe can follow."""
    print(line, flush=True)


def tell(summary: Summary) -> int:
    """The verdict on the record and, last of all, where it lies; the exit code."""
    why = ended_why(summary)
    say(summary.verdict)
    say(str(summary.record))
    return GOOD if summary.intact and why in {"complete", "assessed"} else BAD


def ended_why(summary: Summary) -> str:
    """The reason in the record's closing entry; "" if it has none."""
    try:
        last = last_entry(read_end(summary.record))
    except BadLine:
        return ""
    return str(last.body.get("why", "")) if last.type == "closed" else ""
