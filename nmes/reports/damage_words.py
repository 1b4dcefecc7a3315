"""What was done to a record, in the reader's language: `nmes.record` carries the code, and a sentence for logs."""

from __future__ import annotations

from typing import Final

from nmes.language import _
from nmes.record.chain import Damage

DAMAGES: Final = {
    Damage.ALTERED: _("It was changed after it was written."),
    Damage.NOT_CANONICAL: _("It was written out anew in another spelling."),
    Damage.MISSING: _("Something before it is missing: an entry, or the end of the session before."),
    Damage.CUT: _("What stood there is missing or was replaced: the session after it follows another end than this."),
    Damage.DUPLICATED: _("In its place stands an earlier entry once more."),
    Damage.ORDER: _("It was moved: another entry stands in its place."),
    Damage.REPLACED: _("It does not follow from the entry before: one of the two was replaced."),
    Damage.FOREIGN: _("It belongs to another session or station, or was not written by this program."),
    Damage.UNSIGNED: _("A signature of the station is missing there."),
    Damage.SIGNATURE: _("The signature of the station there does not hold."),
    Damage.TEXT: _("A text that is kept beside the record is missing, or is not the one that was written."),
}
"""Each is said after the number of the first bad entry."""
