"""`nmes doctor`: whether this computer is fit for a session, line by line, each with what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict

from nmes.cli.exits import BAD, GOOD, wrong
from nmes.core.printable import printable
from nmes.language import _
from nmes.record.files import home
from nmes.runtime.doctor import Finding, Grade, examine
from nmes.runtime.doctor.look import look
from nmes.runtime.doctor.rights import udev_rules


def show(port: str, *, as_json: bool) -> int:
    """Look, judge, tell; exit code 1 if something is bad. Doubtful is no error."""
    findings = examine(look(home(), port))
    worst = max((finding.grade for finding in findings), key=list(Grade).index)
    if as_json:
        told = {"grade": worst.value, "findings": [asdict(finding) for finding in findings]}
        print(json.dumps(told, indent=1))
    else:
        print("\n".join(lines(findings)))
    return BAD if worst is Grade.BAD else GOOD


def rules(group: str) -> int:
    """The udev rules and nothing else, for a file. The group is written into them as it is, so it has to be one."""
    if not re.fullmatch(r"[A-Za-z_][\w.-]*\$?", group, re.ASCII):
        wrong(
            _('--udev "{group}" is no name of a group: letters, digits, "-" and "_", such as dialout').format(
                group=printable(group)
            )
        )
    print("\n".join(udev_rules(group)))
    return GOOD


def lines(findings: tuple[Finding, ...]) -> Iterator[str]:
    """A line for each finding, below it what to do; what is to be pasted begins in the first column."""
    words = {Grade.GOOD: _("good"), Grade.DOUBTFUL: _("doubtful"), Grade.BAD: _("bad")}
    width = max(map(len, words.values()))
    for finding in findings:
        yield f"{words[finding.grade]:<{width}}  {printable(finding.said)}"
        if finding.todo:
            yield f"{'':<{width}}  → {finding.todo}"
        if finding.paste:
            yield from ("", *finding.paste, "")
    grades = [finding.grade for finding in findings]
    yield ""
    yield _("{good} good, {doubtful} doubtful, {bad} bad").format(
        good=grades.count(Grade.GOOD), doubtful=grades.count(Grade.DOUBTFUL), bad=grades.count(Grade.BAD)
    )
