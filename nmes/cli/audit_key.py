"""`nmes audit key` and `nmes audit index rebuild`: the public part of the station's key, and a list made anew."""

from __future__ import annotations

from nmes.cli.audit import TITLES
from nmes.cli.audit_export import Target, free_file, put
from nmes.cli.exits import BAD, GOOD, Failed
from nmes.cli.record_trouble import what_to_do
from nmes.language import _, many
from nmes.record import index
from nmes.record.errors import KeyUnusable, RecordError
from nmes.record.files import home
from nmes.record.keys import known_keys, private_path, public_path, station_key


def show() -> int:
    """Which key signs here, where its parts lie, and which other keys are known."""
    key = _key()
    print(_("The key of this station: {key}").format(key=key))
    print(_("  public part: {path}").format(path=public_path(home(), key)))
    print(_("  private part: {path}").format(path=private_path(home())))
    others = sorted(known_keys(home()).keys() - {key})
    for other in others:
        print(_("Known besides: {key}").format(key=other))
    print(_("Whoever has the private part can sign anything: keep it here, and a backup under lock."))
    print(_("Keep the public part elsewhere, to verify with: nmes audit key export --to FILE"))
    return GOOD


def export(target: Target) -> int:
    """The public part as PEM: what others verify with."""
    file = free_file(target)
    path = public_path(home(), _key())
    try:
        put(path.read_bytes(), file)
    except OSError as error:
        said = _("the key {path} cannot be read: {why}")
        raise Failed(BAD, said.format(path=path, why=error.strerror)) from error
    return GOOD


def _key() -> str:
    """Made now if there is none yet."""
    try:
        return station_key(home()).id
    except KeyUnusable as error:
        raise Failed(BAD, what_to_do(error)) from error


def rebuild() -> int:
    """The index of all chains from their files."""
    try:
        counted = index.rebuild(home())
    except RecordError as error:
        raise Failed(BAD, str(error)) from error
    for kind, sessions in counted.items():
        number = many("{number} session", "{number} sessions", sessions)
        print(_("{chain}: {number}").format(chain=TITLES[kind], number=number))
    print(_("Index: {path}").format(path=index.path(home())))
    return GOOD
