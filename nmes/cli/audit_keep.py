"""`nmes audit erase|correct|archive|restore`: what a record needs besides being written, in a person's name.

Law: what cannot be taken back is done only with `--yes`, and without it is said in full before; what was done is said
with the place where it is on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from nmes.cli.audit import TITLES, verdict_words
from nmes.cli.care_entries import Whose, entered_by, now, refuse
from nmes.cli.exits import BAD, GOOD, Failed, bad, complain, crash_folder, wrong
from nmes.cli.finding import session_named
from nmes.cli.record_trouble import what_to_do
from nmes.core.care_checks import NotEnterable
from nmes.core.day import Day
from nmes.core.printable import printable
from nmes.core.screening import tells
from nmes.core.suggest import like
from nmes.language import _, many
from nmes.record.archive import Leading, Written, older
from nmes.record.chain import Entry
from nmes.record.erase import Held
from nmes.record.errors import RecordError
from nmes.record.files import Kind, home, number_of
from nmes.record.gone import is_about_care
from nmes.record.head_code import code_of
from nmes.record.restore import restore as put_back
from nmes.record.verdicts import SessionVerdict, verify_session
from nmes.record.verify import Damaged
from nmes.runtime import keeping
from nmes.runtime.course import codes_on_record

# --- erase ---


def erase(target: str, reason: str, by: str, *, patient: str = "", yes: bool, simulation: bool) -> int:
    """The free texts of a session, of one entry (`SESSION:N`), or of everything that was typed of a patient."""
    if bool(target) == bool(patient):
        wrong(_("say what to erase: a session, one entry as SESSION:N, or --patient CODE"))
    try:
        kind, texts, unclear = _texts(target, patient, simulation=simulation)
        for one in texts:
            print(printable(_told(one)))
        complain(*map(_unclear, unclear))
        if not texts:
            keeping.tidy(home(), kind)
            print(_("There are no free texts to erase."))
            return BAD if unclear else GOOD
        if not yes:
            wrong(_("nothing was erased: it cannot be taken back; add --yes, --by and --reason"))
        who = entered_by(Whose("", "", by, simulation))
        done = keeping.erase_texts(home(), kind, texts, reason, who)
    except NotEnterable as error:
        refuse(error)
    except RecordError as error:
        raise Failed(BAD, what_to_do(error)) from error
    where = done.file or _("earlier entries")
    print(printable(_("Erased. By {by}, on record in {where}.").format(by=who, where=where)))
    for name in done.reports:
        print(printable(_("The report {name} is removed: it may have held them.").format(name=name)))
    crashes = crash_folder()
    if any(crashes.glob("*")):
        said = _("What the program wrote of its own faults may hold them, and tells not whose: look at {folder}.")
        print(printable(said.format(folder=crashes)))
    print(_("Copies elsewhere, such as archives and printed reports, still hold them: erase those too."))
    return BAD if unclear else GOOD


def _texts(target: str, patient: str, *, simulation: bool) -> tuple[Kind, Sequence[Held], Sequence[Path]]:
    """What can be erased, and where there are texts of which nobody can tell whose they are."""
    if patient:
        kind = Kind.SIMULATION if simulation else Kind.PATIENT
        found = keeping.texts_of_patient(home(), kind, patient)
        if not (found.texts or found.unclear):
            _on_record(kind, patient)
        return kind, found.texts, found.unclear
    name, seq = _place(target)
    kind, path = session_named(name, _kinds(simulation=simulation))
    if seq is not None and keeping.entry_at(path, seq) is None:
        _no_entry(path.stem, seq)
    return kind, keeping.texts_of(home(), path, seq), ()


def _on_record(kind: Kind, code: str) -> None:
    """A code that nothing is on record of is mistyped, or of the other chain: it is no patient without texts. What was
    left behind goes all the same: it may be of one whose record is gone.
    """
    codes = codes_on_record(home(), kind)
    if code in codes:
        return
    keeping.tidy(home(), kind)
    said = _('no record of "{code}" in this chain ({chain})').format(code=code, chain=TITLES[kind])
    if near := like(code, codes):
        said = _("{said}; like it: {near}").format(said=said, near=", ".join(near))
    others = [other for other in Kind if other is not kind and code in codes_on_record(home(), other)]
    if others:
        chain = TITLES[others[0]]
        known = _("{said}; it is on record in the other one ({chain}): add --simulation, or leave it out")
        said = known.format(said=said, chain=chain)
    wrong(printable(said))


def _told(one: Held) -> str:
    number = many("{number} free text", "{number} free texts", one.number)
    return f"{one.path.stem}  {one.code or '-'} {one.side or '-'}  {number}"


def _unclear(path: Path) -> str:
    said = _(
        "{session} has free texts, and damaged or missing entries hide whose they are: look at it "
        "(nmes audit show {number}), and erase them if they are this patient's (nmes audit erase {number})"
    )
    return printable(said.format(session=path.stem, number=number_of(path)))


# --- correct ---


def correct(target: str, text: str, reason: str, by: str, *, simulation: bool) -> int:
    """What is right instead of one entry of a session, which stays as it was written."""
    name, seq = _place(target)
    if seq is None:
        wrong(_("name the entry as SESSION:N, as nmes audit show numbers it"))
    try:
        kind, path = session_named(name, _kinds(simulation=simulation))
        opened, entry = _entries(path, seq)
        who = entered_by(Whose("", "", by, simulation))
        file = keeping.correct(home(), kind, opened, entry, text, reason, who, now())
        found = verify_session(path)
    except NotEnterable as error:
        refuse(error)
    except RecordError as error:
        raise Failed(BAD, what_to_do(error)) from error
    said = _("Corrected: {session}:{seq} stays as it was written, and this stands beside it. By {by}, in {where}.")
    print(printable(said.format(session=path.stem, seq=seq, by=who, where=file)))
    if isinstance(found.verdict, Damaged):
        said = _("but this record does not hold: {session}: {verdict}")
        complain(printable(said.format(session=path.stem, verdict=verdict_words(found))))
    return GOOD


def _entries(path: Path, seq: int) -> tuple[Entry, Entry]:
    if is_about_care(path):
        wrong(_("{name} holds care entries: withdraw a wrong one with nmes care withdraw").format(name=path.stem))
    opened, entry = keeping.entry_at(path, 1), keeping.entry_at(path, seq)
    if opened is None or entry is None:
        _no_entry(path.stem, seq)
    return opened, entry


# --- archive ---


def archive(
    file: str,
    *,
    simulation: bool,
    remove_before: str = "",
    by: str = "",
    reason: str = "",
    yes: bool = False,
) -> int:
    """One chain into one file, read back; then, if asked for, without what is older than a day."""
    kind, target = Kind.SIMULATION if simulation else Kind.PATIENT, Path(file)
    if target.exists():
        wrong(_("{file} is there already; nothing was written over it").format(file=target))
    if not target.absolute().parent.is_dir():
        wrong(_("there is no folder {folder}").format(folder=target.absolute().parent))
    who = ""
    if remove_before:
        who = _may_remove(remove_before, by, reason, yes=yes, simulation=simulation)
    try:
        written = keeping.write_archive(home(), kind, target)
        _tell_written(written)
        gone = older(written, remove_before) if remove_before else None
        if gone is not None:
            _remove(kind, written, gone, reason, who)
        elif remove_before:
            print(_("Nothing was begun before {day}: nothing was removed.").format(day=remove_before))
    except RecordError as error:
        raise Failed(BAD, what_to_do(error)) from error
    return _damage(written.verdicts)


def _may_remove(day: str, by: str, reason: str, *, yes: bool, simulation: bool) -> str:
    """Whose name it is done in; what is wrong is said before anything is written."""
    if Day.of(day) is None:
        refuse(NotEnterable("day", text=day))
    if not tells(reason):
        refuse(NotEnterable("reason"))
    if not yes:
        wrong(_("nothing was archived or removed: only the archive will hold what is removed; add --yes"))
    return entered_by(Whose("", "", by, simulation))


def _tell_written(written: Written) -> None:
    contents = written.contents
    sessions = many("{number} file of the chain", "{number} files of the chain", len(written.verdicts))
    print(printable(_("Archived and read back: {files}, in {target}").format(files=sessions, target=written.target)))
    head = next((one.verdict.head for one in reversed(written.verdicts) if one.verdict.head is not None), None)
    print(_("Head code: {code}").format(code=code_of(head.hash) if head else _("none")))
    print(_("SHA-256 of the archive: {digest}").format(digest=contents.sha256))
    print(_("It holds free texts, and no private key and no names: keep it as safe as the records."))


def _remove(kind: Kind, written: Written, gone: Leading, reason: str, by: str) -> None:
    plans = keeping.plans_lost(home(), kind, gone, now())
    if plans:
        said = _("nothing was removed: plans in force would be forgotten ({whose}); end them, or plan anew")
        bad(said.format(whose=", ".join(plans)))
    told = keeping.told_lost(home(), kind, gone, now())
    if told:
        said = _(
            "nothing was removed: what was told against stimulation stands, and would be forgotten ({told}); enter a "
            "newer answer (nmes care answer), or name an earlier day"
        )
        bad(printable(said.format(told="; ".join(told))))
    done = keeping.remove_archived(home(), written, gone, reason, by)
    number = many("{number} file", "{number} files", len(gone.sessions))
    said = _("Removed: {files}, up to {session}. By {by}, on record in {where}.")
    print(printable(said.format(files=number, session=gone.head.session, by=by, where=done.file)))
    if done.reports:
        count = len(done.reports)
        print(many("{number} report of them is removed too.", "{number} reports of them are removed too.", count))


# --- restore ---


def restore(file: str) -> int:
    """What an archive holds and this folder has not; nothing that is there is written over."""
    if not Path(file).is_file():
        wrong(_("there is no file {file}").format(file=file))
    try:
        done = put_back(Path(file), home())
    except RecordError as error:
        raise Failed(BAD, what_to_do(error)) from error
    number = many("{number} file", "{number} files", len(done.put_back))
    print(printable(_("Put back to {folder}: {files}").format(folder=home() / done.kind.value, files=number)))
    for key in done.keys:
        said = _("The key {key} came with the archive: compare it with the one that is kept elsewhere.")
        print(said.format(key=key))
    return _damage(done.verdicts)


def _damage(verdicts: Sequence[SessionVerdict]) -> int:
    """A damaged record is archived and put back like any other, and told."""
    damaged = [one for one in verdicts if isinstance(one.verdict, Damaged)]
    complain(*(printable(f"{one.session}: {verdict_words(one)}") for one in damaged))
    return BAD if damaged else GOOD


# --- what was named ---


def _kinds(*, simulation: bool) -> tuple[Kind, ...]:
    return (Kind.SIMULATION,) if simulation else tuple(Kind)


def _place(target: str) -> tuple[str, int | None]:
    """`SESSION` or `SESSION:N`."""
    name, colon, number = target.partition(":")
    if not colon:
        return name, None
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        wrong(_('"{text}" is no entry: write SESSION:N').format(text=target))
    return name, int(number)


def _no_entry(name: str, seq: int) -> NoReturn:
    wrong(_("{name} has no entry {seq}").format(name=name, seq=seq))
