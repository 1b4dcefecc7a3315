"""The ports that are there: busy and by whom, how fast an FTDI chip hands bytes on, and what was remembered."""

from __future__ import annotations

from typing import Final

from nmes.language import _
from nmes.runtime.doctor.finding import Finding, Grade
from nmes.runtime.doctor.world import World
from nmes.runtime.ports import Access, Holder, SeenPort, families_of

FTDI: Final = "ftdi_sio"
LATENCY_MS: Final = 1
"""What every document asks for [source: SM3 document p. 4, SM2 document p. 9]; the chip comes with 16."""


def of_ports(world: World) -> tuple[Finding, ...]:
    """One finding or more for each port, or that there is none."""
    found = [finding for port in world.ports for finding in _port(port, asked=port.identity.url == world.asked_port)]
    if not found:
        said = _("no USB serial port is there")
        found = [
            Finding(
                "ports", Grade.DOUBTFUL, said, _("plug the stimulator in and switch it on; the simulator needs none")
            )
        ]
    if world.devices_trouble:
        found.append(Finding("devices", Grade.BAD, world.devices_trouble))
    found += [Finding("devices", Grade.DOUBTFUL, words) for words in world.changed]
    return tuple(found)


def holder_words(port: SeenPort) -> str:
    """Who has a port, as far as it can be seen; "" if nobody was."""
    if port.holder is not None and port.holder.program:
        return str(port.holder)
    if port.programs:
        return ", ".join(
            f"{_called(one)}, " + _("process {number}").format(number=one.process) for one in port.programs
        )
    return _("a program that cannot be seen") if port.holder is not None else ""


def _called(holder: Holder) -> str:
    return _("the keeper of nmes") if holder.is_keeper else holder.program


def _port(port: SeenPort, *, asked: bool) -> list[Finding]:
    url = port.identity.url
    match port.access:
        case Access.MISSING:
            said = _("{port}: there is no such port").format(port=url)
            return [Finding("ports", Grade.BAD, said, _("plug the stimulator in and switch it on; see: nmes devices"))]
        case Access.DENIED:
            said = _("{port}: it may not be opened by this user").format(port=url)
            return [Finding("ports", Grade.BAD, said, _("see permissions above"))]
        case Access.OPEN | Access.ELSEWHERE:
            return [_busy(port, asked=asked), *_latency(port)]


def _busy(port: SeenPort, *, asked: bool) -> Finding:
    """A port that somebody else has is bad where it is the one that was asked about."""
    url, ours = port.identity.url, bool(families_of(port.identity))
    who = holder_words(port)
    if who:
        grade = Grade.BAD if asked else Grade.DOUBTFUL
        said = _("{port}: it is held by {who}").format(port=url, who=who)
        return Finding("ports", grade, said, _todo_about(port))
    if port.access is Access.ELSEWHERE:
        said = _("{port}: a network address; only connecting would tell who is there").format(port=url)
        return Finding("ports", Grade.DOUBTFUL, said, _("nothing on it is encrypted: keep it on a network of its own"))
    said = _("{port}: free; its ids are those of a chip that stimulators have") if ours else _("{port}: free")
    return Finding("ports", Grade.GOOD, said.format(port=url))


def _todo_about(port: SeenPort) -> str:
    """A keeper has outlived its controller, or the lock would name that one."""
    if port.holder is None and any(one.is_keeper for one in port.programs):
        return _("begin a session with this stimulator: the keeper then lets the port go, or says why not")
    return _("wait for its end; end it only if no session runs there")


def _latency(port: SeenPort) -> list[Finding]:
    if port.driver != FTDI:
        return []
    url, found = port.identity.url, port.latency_ms
    if found == LATENCY_MS:
        return [Finding("latency", Grade.GOOD, _("{port}: the latency timer is 1 ms").format(port=url))]
    todo = _("set it to 1 ms, as an administrator; the udev rule keeps it so (nmes doctor --udev GROUP):")
    said = (
        _("{port}: the latency timer cannot be read").format(port=url)
        if found is None
        else _("{port}: the latency timer is {found} ms, so every answer comes so much later").format(
            port=url, found=found
        )
    )
    name = url.rpartition("/")[2]
    paste = (f"echo 1 | sudo tee /sys/class/tty/{name}/device/latency_timer",)
    return [Finding("latency", Grade.DOUBTFUL, said, todo, paste)]
