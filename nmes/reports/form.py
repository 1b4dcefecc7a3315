"""Which reports there are: for whom one is written, and as which kind of file."""

from __future__ import annotations

from enum import StrEnum

from nmes.record.errors import RecordError


class Form(StrEnum):
    """For whom a report is. The value is part of a file's name."""

    FILE = "file"
    """For the patient's file: what was done and found, whether it can be believed."""
    AUDIT = "audit"
    """For whoever checks it: every part, each value with its entry, the protocol with the source of its values."""
    HOME = "home"
    """For the patient: the sheet to take home."""


class Format(StrEnum):
    """The kind of file; the value is its ending."""

    HTML = "html"
    PDF = "pdf"


class LibraryMissing(RecordError):
    """A form that needs a library which is not installed: the sentence names it and how it comes."""
