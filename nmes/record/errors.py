"""Everything that can go wrong with a record, each in words that may be shown as they are."""

from __future__ import annotations


class RecordError(Exception):
    """Base of all errors of the record."""


class NotRecordable(RecordError, ValueError):
    """A value has no canonical spelling (a float, a huge integer, half a character); the message names its path."""


class NotAFile(OSError):
    """What has the name of a record is a folder, a FIFO or a device."""


class RecordUnavailable(RecordError):
    """The record cannot be opened: no record, no stimulation."""


class KeyUnusable(RecordUnavailable):
    """The station's key cannot be used, or a file is no public key: without a signature there is no record."""


class RecordBusy(RecordUnavailable):
    """Another program writes in this folder; `holder` says which."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"the records are in use by {holder}")
        self.holder = holder


class JournalBroken(RecordError):
    """Writing failed, or the journal is closed: nothing will be written to this session again."""


class NoSuchSession(RecordError):
    """No session, or more than one, answers to this name."""


class NotYetErased(RecordError):
    """Texts are on record as erased, and are still there."""


class ArchiveUnusable(RecordError):
    """A file is no archive of records, or was damaged or cut off; or it does not fit the records it is put back to."""
