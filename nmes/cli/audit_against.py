"""What `nmes audit verify` holds the records against besides themselves: keys and a head that were kept elsewhere.

Separate because of both only a person can say that they were kept where nobody changes the records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nmes.cli.audit import TITLES, say
from nmes.cli.exits import BAD, GOOD, wrong
from nmes.core.care_events import Archived
from nmes.language import _
from nmes.record import head_code
from nmes.record.errors import KeyUnusable
from nmes.record.files import Kind, chain_folder, home, session_names
from nmes.record.keys import key_id, known_keys, read_public
from nmes.record.neighbours import archived_before
from nmes.record.verdicts import find_head


@dataclass(frozen=True, slots=True)
class Against:
    """What the records are held against besides themselves: `keys` None = those this station knows."""

    keys: Mapping[str, bytes] | None = None
    head: int | None = None
    """The bits of the head code that was given."""
    code: str = ""
    """As it was typed."""


def against(files: Sequence[str], code: str) -> Against:
    """From what was typed; a file that is no key, and a code that was mistyped, end the command."""
    try:
        publics = [read_public(Path(file)) for file in files]
        bits = head_code.read_code(code) if code else None
    except KeyUnusable as error:
        wrong(f"--key: {error}")
    except ValueError as error:
        wrong(f'--head "{code}": {error}')
    return Against({key_id(public): public for public in publics} if publics else None, bits, code)


def say_whose_keys(held: Against) -> None:
    """Say which keys were believed: those that lie beside the records are in the hands of whoever can change them."""
    if held.keys is not None:
        said = _("Believed: the key you gave, {keys}, and no other.")
        say(said.format(keys=", ".join(held.keys)), "  ")
    elif known := known_keys(home()):
        said = _(
            "Believed: this station's own keys, beside the records: {keys}. A key kept elsewhere says more: "
            "nmes audit verify --key FILE"
        )
        say(said.format(keys=", ".join(sorted(known))), "  ")


def archived(kind: Kind, held: Against) -> Archived | None:
    """Up to where the beginning of a chain was archived and removed, on record; None where none is missing."""
    folder = chain_folder(home(), kind)
    known = known_keys(home()) if held.keys is None else held.keys
    gone = archived_before(folder, session_names(folder), known)
    return None if gone is None or (folder / f"{gone.through}.jsonl").exists() else gone


def look_for_head(kinds: tuple[Kind, ...], held: Against, head: int, session: str = "") -> int:
    """Say whether one of the chains, or the one session of it, holds this head; their lines have been verified before.

    Returns the exit code.
    """
    for kind in kinds:
        found = find_head(chain_folder(home(), kind), head)
        if found is None:
            continue
        ours = session in {"", found.session}
        if ours:
            said = _("The head {code} is entry {entry} of {session}: the chain holds it.")
        else:
            said = _("THE HEAD {code} IS OF ANOTHER SESSION: entry {entry} of {session}.")
        say(said.format(code=held.code, entry=found.seq, session=found.session), "  ")
        return GOOD if ours else BAD
    gone = [(kind, one) for kind in kinds if (one := archived(kind, held)) is not None]
    return _held_by_archive(gone, held.code, head, session) if gone else _not_held(held.code)


def _not_held(typed: str) -> int:
    say(_("THE CHAIN DOES NOT HOLD THE HEAD {code}: cut off, rolled back or replaced.").format(code=typed), "  ")
    return BAD


def _held_by_archive(gone: Sequence[tuple[Kind, Archived]], typed: str, head: int, session: str) -> int:
    """A head that no session holds that is there: of one that was archived and removed, or of none."""
    for _chain_of, one in gone:
        if not session and head_code.holds(head, one.head):
            said = _(
                "The head {code} is the end of {session}: it was archived and removed, and the chain goes on from it."
            )
            say(said.format(code=typed, session=one.through), "  ")
            return GOOD
    for kind, one in gone:
        said = _(
            "THE HEAD {code} IS NOT AMONG THE SESSIONS THAT ARE HERE. {chain}: those up to {session} were archived and "
            "removed, on record. If it is of one of them, the archive holds it; if of a later one, the chain was cut "
            "off, rolled back or replaced."
        )
        say(said.format(code=typed, chain=TITLES[kind], session=one.through), "  ")
    return BAD
