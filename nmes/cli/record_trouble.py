"""What to do when no record can be kept: the sentence a person needs beside what went wrong."""

from __future__ import annotations

from nmes.language import _
from nmes.record.errors import KeyUnusable, RecordBusy, RecordUnavailable


def what_to_do(error: Exception) -> str:
    """The error in words, with what to do if it comes from the record; other errors stay as they are."""
    cause = error if isinstance(error, RecordUnavailable) else error.__cause__
    if isinstance(cause, RecordBusy):
        return in_use(cause)
    if isinstance(cause, KeyUnusable) and not isinstance(cause.__cause__, OSError):
        return str(error)  # it says itself what to do, and another folder would only hide it
    if isinstance(cause, RecordUnavailable):
        return _("{error}; free the folder, or set NMES_HOME to another").format(error=_reason(cause))
    return str(error)


def in_use(error: RecordBusy) -> str:
    """Who holds the records may be treating a patient at this moment: nobody is told to end it."""
    return _(
        "{error}: a session is running there. Do not end it unless it hangs; wait for its end, or set NMES_HOME to "
        "another folder"
    ).format(error=error)


def _reason(error: RecordUnavailable) -> str:
    """Without the number, and the path where the operating system repeats it."""
    system = error.__cause__
    if not isinstance(system, OSError) or not system.strerror:
        return str(error)
    why, file = system.strerror.lower(), str(system.filename or "")
    is_named = file in str(error).replace(str(system), "")
    return str(error).replace(str(system), why if is_named else f"{why}: {file}")
