"""The folder of the records: whether it can be written, has room for a session, and is quick enough for a raise.

Nothing is raised before its intent is on the disk (SR-16), so a slow disk is a slow + key.
"""

from __future__ import annotations

from statistics import median
from typing import Final

from nmes.language import _, decimal
from nmes.record.reserve import TO_BEGIN
from nmes.runtime.doctor.finding import Finding, Grade
from nmes.runtime.doctor.world import Disk

ROOMY: Final = 10 * TO_BEGIN
"""Ten sessions of an hour [computed]."""
QUICK_US: Final = 60_000
"""A key is to be seen within 60 ms, and waits for one sync [requirement of the + key]."""
SLOW_US: Final = 2_000_000
"""A raise whose record takes longer is dropped (SR-16)."""
LEAST_BYTES_PER_S: Final = 1_000_000
"""A session writes 4 kB a second and channel [computed: 250 kB a minute]; a hundred times that [design]."""
_MB: Final = 1_000_000


def of_disk(disk: Disk) -> tuple[Finding, ...]:
    """Room, then speed; or why nothing can be written."""
    if disk.trouble:
        said = _("no record can be kept in {folder}: {why}").format(folder=disk.folder, why=disk.trouble)
        return (Finding("disk", Grade.BAD, said, _("free the folder, or set NMES_HOME to another")),)
    return (_room(disk), _sync(disk), _speed(disk))


def _room(disk: Disk) -> Finding:
    if disk.free_bytes is None:
        said = _("how much room is left for records cannot be seen ({folder})").format(folder=disk.folder)
        return Finding("disk", Grade.DOUBTFUL, said, _("look after it yourself: a session needs 34 MB"))
    said = _("{free} MB are free for records ({folder})").format(free=disk.free_bytes // _MB, folder=disk.folder)
    if disk.free_bytes < TO_BEGIN:
        return Finding("disk", Grade.BAD, said, _("make room: no session begins with less than 34 MB"))
    if disk.free_bytes < ROOMY:
        return Finding("disk", Grade.DOUBTFUL, said, _("make room: these are few sessions"))
    return Finding("disk", Grade.GOOD, said)


def _sync(disk: Disk) -> Finding:
    usual, worst = round(median(disk.sync_us)), max(disk.sync_us)
    said = _("a line of the record is on the disk after {usual} ms, at worst {worst} ms").format(
        usual=decimal(f"{usual / 1000:.1f}"), worst=decimal(f"{worst / 1000:.1f}")
    )
    todo = _("keep the records on a disk of this computer, not on a network or a memory card (NMES_HOME)")
    if usual > SLOW_US:
        return Finding("disk", Grade.BAD, said, todo)
    if worst > QUICK_US:
        return Finding("disk", Grade.DOUBTFUL, said, todo)
    return Finding("disk", Grade.GOOD, said)


def _speed(disk: Disk) -> Finding:
    said = _("the record folder takes {speed} MB a second").format(speed=decimal(f"{disk.bytes_per_s / _MB:.1f}"))
    if disk.bytes_per_s < LEAST_BYTES_PER_S:
        return Finding("disk", Grade.DOUBTFUL, said, _("keep the records on a faster disk (NMES_HOME)"))
    return Finding("disk", Grade.GOOD, said)
