"""`nmes care new` and `nmes care names`: random codes, and the encrypted file of who they are.

Law: no record has a name, and no command line either, which shells keep and other users can see: it is asked for.
"""

from __future__ import annotations

import getpass
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from nmes.cli.care_entries import Whose, entered_by, now
from nmes.cli.exits import BAD, GOOD, Failed, wrong
from nmes.cli.record_trouble import what_to_do
from nmes.core.care_events import Registered
from nmes.core.printable import printable
from nmes.core.pseudonym import RANDOM_BITS, code_of
from nmes.language import _
from nmes.record import names
from nmes.record.errors import RecordError
from nmes.record.files import Kind, home
from nmes.record.index import sessions
from nmes.record.ledger import read
from nmes.runtime.course import enter


def make(passphrase_file: str, by: str, *, named: bool, simulation: bool) -> int:
    """A code that nobody has yet. The name is kept first: a code without its name is the smaller loss."""
    whose = Whose("", "", by, simulation)
    actor = entered_by(whose)
    try:
        code = _unused(whose.kind)
        if named:
            name = _name()
            phrase = _passphrase(passphrase_file, new=not names.path_of(home()).exists())
            names.write(home(), {**names.read(home(), phrase), code: name}, phrase)
        enter(home(), whose.kind, [Registered(code)], actor, now())
    except RecordError as error:
        raise Failed(BAD, what_to_do(error)) from error
    print(code)
    return GOOD


def show(code: str, passphrase_file: str, *, named: bool, forget: bool) -> int:
    """Who the codes stand for, or a change of one."""
    if (named or forget) and not code:
        wrong(_("--set and --forget need a code"))
    if named and forget:
        wrong(_("--set and --forget: give one of them"))
    there = names.path_of(home()).exists()
    if not there and not named:
        print(_("No names are kept here."))
        return GOOD
    to = _name() if named else ""
    phrase = _passphrase(passphrase_file, new=not there)
    try:
        known = names.read(home(), phrase)
        if code and not to and code not in known:
            wrong(_('no name is kept for "{code}"').format(code=code))
        if to or forget:
            return _changed(code, to, known, phrase)
    except RecordError as error:
        raise Failed(BAD, str(error)) from error
    for one, name in sorted(known.items()):
        if code in {"", one}:
            print(printable(f"{one}  {name}"))
    return GOOD


def _changed(code: str, to: str, known: Mapping[str, str], phrase: str) -> int:
    rest = {one: name for one, name in known.items() if one != code}
    names.write(home(), {**rest, code: to} if to else rest, phrase)
    print(_("Kept.") if to else _("Forgotten."))
    return GOOD


def _name() -> str:
    """Asked for at the terminal, beside what the command prints; a line of a script may answer too."""
    sys.stderr.write(_("Name: "))
    sys.stderr.flush()
    name = sys.stdin.readline().strip()
    if not sys.stdin.isatty():
        sys.stderr.write("\n")
    if not name:
        wrong(_("no name was given; nothing was written"))
    return name


def _unused(kind: Kind) -> str:
    taken = {one.event.code for one in read(home(), kind).entered}
    taken |= {one.patient for one in sessions(home(), kind)}
    while (code := code_of(secrets.randbits(RANDOM_BITS))) in taken:
        continue
    return code


def _passphrase(file: str, *, new: bool) -> str:
    """From the file, or asked for; a new one twice, because nobody can help who has mistyped it."""
    if file:
        try:
            phrase = Path(file).read_text(encoding="utf-8").rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            wrong(_("--passphrase-file {file}: it cannot be read ({error})").format(file=file, error=error))
    elif not sys.stdin.isatty():
        wrong(_("no passphrase can be asked for here; give --passphrase-file"))
    else:
        phrase = getpass.getpass(_("Passphrase of the names: "))
        if new and getpass.getpass(_("Once more: ")) != phrase:
            wrong(_("the two differ; nothing was written"))
    if len(phrase) < SHORTEST:
        wrong(_("the passphrase is too short: at least {number} characters").format(number=SHORTEST))
    return phrase


SHORTEST = 12
"""Four words of a list are longer. [design]"""
