"""What is said of what may have held more of a course than was read: a file not believed, or a number that is gone."""

from __future__ import annotations

from nmes.language import _


def may_forbid(what: str) -> str:
    """Before a session: it may have held what speaks against one."""
    if _is_gone(what):
        said = _("number {number} of the records is gone: it may have held a plan, or what speaks against a session.")
        return said.format(number=what)
    said = _("{session} is damaged, or of a newer program: it may have held a plan, or what speaks against a session.")
    return said.format(session=what)


def may_hold_more(what: str) -> str:
    """In a course: it may have held more of it."""
    if _is_gone(what):
        return _("! number {number} of the records is gone, and may have held more of it").format(number=what)
    return _("! {session} cannot be believed, and may hold more of it").format(session=what)


def not_told(what: str) -> tuple[str, str]:
    """In a report: a name and a sentence."""
    if _is_gone(what):
        return _("Gone"), _("number {number} of the records; it may have held more").format(number=what)
    return _("Not believed"), _("{session}: damaged or of a newer program; it may hold more").format(session=what)


def _is_gone(what: str) -> bool:
    """A number or several, and no name of a session."""
    return what.replace("-", "").isdecimal()
