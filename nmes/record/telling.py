"""How a session's record is read into its story: entry by entry, believing nothing, losing nothing it cannot read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nmes.core import events as e
from nmes.record import checkpoint
from nmes.record.chain import BadLine, Entry
from nmes.record.errors import RecordError
from nmes.record.files import Kind, session_names
from nmes.record.gone import is_about_care
from nmes.record.happening import At, Happening, Stepped, Unread, at_of, stepped
from nmes.record.output import OutputFold
from nmes.record.pulses import PulsesFold
from nmes.record.store import Ending, Interrupted, Unfinished, Unreadable, closed, read_session
from nmes.record.story import UNSIGNED_BY_PROGRAM, Asked, Observation, Opened, Signature, Story, Unsigned
from nmes.record.verdicts import SessionVerdict, verify_chain, verify_session


def story_of(path: Path, kind: Kind, names: Sequence[str] | None = None) -> Story:
    """The story of a session's file, whatever its state; RecordError if it cannot be opened.

    `names` as in `nmes.record.verdicts.verify_session`.
    """
    try:
        beside = session_names(path.parent) if names is None else names
        return _story(verify_session(path, names=beside), kind, newest=beside[-1:] == [path.name])
    except OSError as error:
        raise RecordError(f"{path}: the record cannot be read: {error.strerror}") from error


def stories_of(folder: Path, kind: Kind) -> Iterator[Story]:
    """The stories of a whole chain, oldest first, each verified once and no care entries. RecordError as above."""
    names = session_names(folder)
    try:
        for found in verify_chain(folder):
            if not is_about_care(found.path):
                yield _story(found, kind, newest=names[-1:] == [found.path.name])
    except OSError as error:
        raise RecordError(f"{error.filename}: the record cannot be read: {error.strerror}") from error


def _story(found: SessionVerdict, kind: Kind, *, newest: bool) -> Story:
    path, end = found.path, Unfinished() if newest else Interrupted()
    of = Story(path.stem, kind, path, found.verdict, end, broken=broken(path), sealed=found.sealed)
    of = replace(of, unread_seals=found.unread)
    return tell(read_session(path), of)


def broken(path: Path) -> str:
    """Why writing a session ended early, as noted beside it; "" if nothing was."""
    note = path.with_suffix(".broken")
    return note.read_text(encoding="utf-8", errors="replace").strip() or "the disk failed" if note.is_file() else ""


def tell(entries: Iterable[Entry], of: Story) -> Story:
    """Fold entries, up to the first that is none of ours, into the story of the session they belong to."""
    teller = _Teller(of)
    try:
        for entry in entries:
            teller.take(entry)
    except BadLine as bad:
        teller.ending = Unreadable(bad.sentence)
    return teller.story()


@dataclass(slots=True)
class _Teller:
    """Takes entries in order."""

    of: Story
    ending: Ending = field(init=False)
    begun_ns: int | None = None
    opened: Opened | None = None
    device: e.Identified | None = None
    screening: list[Asked] = field(default_factory=list)
    pads: tuple[tuple[int, int], ...] = ()
    felt: dict[int, bool] = field(default_factory=dict)
    stop_tested: At | None = None
    over: bool = False
    """Whether the dose has been accounted for: after that, what is found is found afterwards."""
    happenings: list[Happening] = field(default_factory=list)
    output: OutputFold = field(default_factory=OutputFold)
    pulses: PulsesFold = field(default_factory=PulsesFold)
    findings: dict[tuple[e.Finding, str, bool], Observation] = field(default_factory=dict)
    signature: Signature | Unsigned | None = None
    others: list[Entry] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    checkpoints: list[At] = field(default_factory=list)
    end_ms: int = 0

    def __post_init__(self) -> None:
        self.ending = self.of.ending

    def take(self, entry: Entry) -> None:
        self.begun_ns = entry.t_mono_ns if self.begun_ns is None else self.begun_ns
        at = at_of(entry, self.begun_ns)
        self.end_ms = max(self.end_ms, at.t_ms)
        match entry.type:
            case "event":
                self._event(entry, at)
            case "opened":
                self.opened = _opened(entry, at)
            case "closed":
                self.ending = closed(entry)
            case checkpoint.TYPE:
                self.checkpoints.append(at)
            case _:
                self.others.append(entry)

    def _event(self, entry: Entry, at: At) -> None:
        step = stepped(entry, at)
        if isinstance(step, Unread):
            self.unread.append(step)
            return
        self.happenings.extend(step.happenings)
        self.output.take(step)
        self.pulses.take(step)
        codes = {one.code for one in step.happenings}
        self.over = self.over or "dose" in codes
        self.stop_tested = at if "patient_stop_tested" in codes else self.stop_tested
        if isinstance(step.event, e.Screened):
            self.screening.append(Asked(at, step.event.by, step.event.answers, accepted=not step.refused))
        elif not step.refused:
            self._done(step)

    def _done(self, step: Stepped) -> None:
        """What was asked for and done."""
        match step.event:
            case e.Identified() as device:
                self.device = device
            case e.Placed(pads=pads):
                self.pads, self.felt = pads, {}
            case e.FeltAt(channel=channel, there=there):
                self.felt[channel] = there
            case e.Observed() as observed:
                found = Observation(step.at, observed, before=not self.over)
                self.findings[(observed.finding, observed.of, found.before)] = found
            case e.Signed(by=by, reason=reason):
                self.signature = Signature(step.at, by, reason)
            case e.LeftUnsigned(reason=reason):
                self.signature = Unsigned(step.at, reason)
            case _:
                self._closed_by_program(step)

    def _closed_by_program(self, step: Stepped) -> None:
        if any(one.code == "left_unsigned" for one in step.happenings):
            self.signature = Unsigned(step.at, UNSIGNED_BY_PROGRAM)

    def story(self) -> Story:
        of = self.of
        return Story(
            of.session,
            of.kind,
            of.path,
            of.verdict,
            self.ending,
            self.opened,
            self.device,
            tuple(self.screening),
            self.pads,
            tuple(sorted(self.felt.items())),
            self.stop_tested,
            tuple(self.happenings),
            tuple(self.output.found),
            tuple(self.findings.values()),
            self.signature,
            tuple(self.others),
            tuple(self.unread),
            self.end_ms,
            of.broken,
            of.sealed,
            tuple(self.checkpoints),
            dict(self.pulses.found),
            of.unread_seals,
        )


def _opened(entry: Entry, at: At) -> Opened:
    body = entry.body

    def text(name: str) -> str:
        return str(body.get(name) or "")

    muscles = body.get("muscles")
    return Opened(
        at,
        entry.station,
        text("patient"),
        text("side"),
        text("protocol"),
        text("protocol_version"),
        text("protocol_sha256"),
        text("protocol_yaml"),
        text("program"),
        text("device"),
        text("model"),
        tuple(map(str, muscles)) if isinstance(muscles, list) else (),
        text("assessment"),
        bool(body.get("attended")),
        body,
    )
