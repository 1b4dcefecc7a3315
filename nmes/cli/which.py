"""Which stimulator a command line means: what was typed, else what is remembered, else the P24."""

from __future__ import annotations

from nmes.cli.exits import complain, wrong
from nmes.language import _
from nmes.record.files import home
from nmes.runtime.families import DEFAULT, KEYS, Family, meant, near


def family_named(key: str) -> Family:
    """Of `--device KEY`, the default for none; what names no stimulator ends the command with exit code 2."""
    found = meant(key) if key else DEFAULT
    if found is None:
        wrong(_no_family(key))
    return found


def family_at(port: str, key: str) -> Family:
    """Of the stimulator at this port ("sim" = the built-in simulator). What was not typed is said, before it is opened.

    Nothing is asked of the port.
    """
    named = family_named(key)
    if port == "sim":
        return named
    from nmes.runtime.chosen_device import chosen
    from nmes.runtime.known_devices import KnownDevicesError

    try:
        found = chosen(home(), port, named.key if key else "")
    except KnownDevicesError as error:
        if not key:
            wrong(str(error))
        complain(str(error))  # what a person said needs no memory
        return named
    if found.said:
        complain(found.said)
    return found.family


def _no_family(key: str) -> str:
    """An address in its place was right before there were families."""
    known = ", ".join(KEYS)
    if key == "sim" or any(mark in key for mark in "/:") or key.upper().startswith("COM"):
        said = _("--device {key}: it names which stimulator this is ({known}); where it is: --port {key}")
        return said.format(key=key, known=known)
    said = _('--device "{key}": there is no such stimulator; known are {known}')
    return "; ".join(filter(None, (said.format(key=key, known=known), near(key))))
