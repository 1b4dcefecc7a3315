"""Everything that reads what others wrote, by name: bytes in, how deep they got out, an exception if a law breaks.

A target turns the bytes into what its reader takes (a stream, a file, keys) in a way that gets through checksums and
hashes; documented errors are answers, everything else escapes.
"""

from __future__ import annotations

from collections.abc import Callable

from fuzz import ends, families, files, records, talk, wire

Target = Callable[[bytes], int]

TARGETS: dict[str, Target] = {
    "framings": wire.framings,
    "sight": wire.sight,
    "device": ends.device,
    "driver": ends.driver,
    "guard": ends.guard,
    "older_framings": families.framings,
    "older_sights": families.sights,
    "older_devices": families.devices,
    "older_drivers": families.drivers,
    "older_guards": families.guards,
    "backdoor": talk.backdoor,
    "terminal": talk.terminal,
    "protocol": files.protocol,
    "settings": files.settings,
    "known_devices": files.known_devices,
    "lock_note": files.lock_note,
    "record": records.record,
    "archive": records.archive,
}
