"""`nmes protocols copy` and `new`: an own file, from another one or from answers. Nothing is ever overwritten."""

from __future__ import annotations

from pathlib import Path

from nmes.cli.exits import BAD, GOOD, WRONG_INPUT, complain, wrong
from nmes.cli.finding import protocol_named
from nmes.cli.protocols.checking import check_file
from nmes.core.problems import ProtocolError


def copy(id_or_path: str, new_id: str) -> int:
    """A copy in the user's folder, with every comment of the original."""
    from nmes.runtime.own import copied, write_own

    loaded = protocol_named(id_or_path)
    try:
        path = write_own(new_id, copied(loaded, new_id))
    except ProtocolError as error:
        wrong(*(str(problem) for problem in error.problems))
    print(f"Written: {path}")
    print("Change it in an editor: it knows the keys and their ranges by the schema beside it. Then:")
    print(f"  nmes protocols check {path}\n  nmes protocols diff {loaded.protocol.id} {new_id}")
    return GOOD


def new(given: dict[str, str], *, defaults: bool) -> int:
    """Ask what was not given, write the file, and say at once what is wrong with it: the answers are never lost."""
    from nmes.cli.protocols.questions import ask_all
    from nmes.cli.protocols.template import text_of
    from nmes.runtime.own import write_own

    answers = ask_all(given, defaults=defaults)
    text = text_of(answers)
    try:
        path = write_own(answers["id"], text)
    except ProtocolError as error:
        complain(*(str(problem) for problem in error.problems), "here is its text, so that nothing is lost")
        print(text, end="")
        return WRONG_INPUT
    return _told(path, answers["id"])


def _told(path: Path, new_id: str) -> int:
    print(f"\nWritten: {path}")
    sound = check_file(path)
    if not sound:
        print("Mend it in an editor; nothing else was lost.")
        return BAD
    print(f"See it whole: nmes protocols show {new_id}\nTry it on a virtual patient: nmes try {new_id}")
    return GOOD
