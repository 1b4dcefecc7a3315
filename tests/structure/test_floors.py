"""Imports point downwards, and each door between the rooms is the only one.

The same contracts stand in pyproject.toml for import-linter; here they hold with the test extra alone.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from structure.imports import ROOT, Import, imports_below, imports_of, lies_in

FLOORS = (
    ("nmes.cli", "nmes.api"),
    ("nmes.ui",),
    ("nmes.trial",),
    ("nmes.runtime",),
    ("nmes.reports",),
    ("nmes.guard",),
    ("nmes.devices", "nmes.record", "nmes.link"),
    ("nmes.core",),
)
"""Top floor first; rooms on one floor do not know each other."""

IMPURE = (
    *("time", "os", "threading", "socket", "logging", "pathlib", "asyncio", "subprocess", "random", "io", "sys"),
    *("queue", "select", "signal", "selectors", "multiprocessing", "concurrent", "tempfile", "shutil", "uuid"),
    *("secrets", "datetime", "serial", "textual", "typer", "platformdirs", "rfc8785"),
)
"""Clocks, files, threads, sockets, chance and whatever brings them along; a path as text (PurePath) is none."""


@functools.cache
def below(package: str) -> list[Import]:
    """Every import of a package; read when a test needs it, not by every process that shares the tests."""
    return imports_below(ROOT, package)


def floor_of(module: str, floors: tuple[tuple[str, ...], ...] = FLOORS) -> int | None:
    """The number of a module's floor, 0 on top; None for what lies on no floor."""
    return next((n for n, rooms in enumerate(floors) if any(lies_in(module, room) for room in rooms)), None)


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def upward(imports: Iterable[Import]) -> list[str]:
    """Imports that do not point to a lower floor or stay in their room."""
    wrong = []
    for one in imports:
        from_floor, to_floor = floor_of(one.importer), floor_of(one.imported)
        if from_floor is None or to_floor is None or room_of(one.importer) == room_of(one.imported):
            continue
        if to_floor <= from_floor:
            wrong.append(str(one))
    return wrong


def reaching(imports: Iterable[Import], targets: Iterable[str], doors: Iterable[str] = ()) -> list[str]:
    """Imports of any of `targets` by anybody but the `doors`."""
    wanted, allowed = tuple(targets), tuple(doors)
    return [
        str(one)
        for one in imports
        if any(lies_in(one.imported, target) for target in wanted)
        and not any(lies_in(one.importer, door) for door in allowed)
    ]


def within(imports: Iterable[Import], room: str) -> list[Import]:
    return [one for one in imports if lies_in(one.importer, room)]


def test_imports_point_downwards() -> None:
    assert upward(below("nmes")) == []


def test_every_room_stands_on_a_floor() -> None:
    rooms = {path.name for path in (ROOT / "nmes").iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert {room for room in rooms if floor_of(f"nmes.{room}") is None} == set()


def test_the_floors_are_those_that_import_linter_holds() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in tool["contracts"] if contract["type"] == "layers")
    assert tuple(tuple(room.strip(" ()") for room in layer.split("|")) for layer in layers) == FLOORS


@pytest.mark.thorough
def test_the_simulator_is_independent_of_the_controller() -> None:
    assert reaching(below("firmware_sim"), ["nmes"]) == []


def test_only_the_bench_joins_controller_and_simulator() -> None:
    assert reaching(below("nmes"), ["firmware_sim"], doors=["nmes.trial.bench"]) == []
    assert reaching(below("nmes"), ["firmware_sim"]), "the bench is expected to join them"


def test_the_guard_decodes_for_itself() -> None:
    assert reaching(within(below("nmes"), "nmes.guard"), ["nmes.core", "nmes.devices", "nmes.record"]) == []


def test_the_guard_imports_nothing_of_ours_but_the_line() -> None:
    ours = [one for one in within(below("nmes"), "nmes.guard") if lies_in(one.imported, "nmes")]
    assert [str(one) for one in ours if room_of(one.imported) not in {"nmes.guard", "nmes.link"}] == []


def test_only_the_guard_and_runtime_open_know_a_line() -> None:
    doors = ["nmes.link", "nmes.guard", "nmes.runtime.open", "nmes.runtime.keepers", "nmes.runtime.ports"]
    assert reaching(below("nmes"), ["nmes.link"], doors) == []


def test_who_looks_at_ports_gets_facts_and_no_port() -> None:
    of_line = {
        one.imported for one in within(below("nmes"), "nmes.runtime.ports") if lies_in(one.imported, "nmes.link")
    }
    assert of_line
    assert {name for name in of_line if not lies_in(name, "nmes.link.ports")} == set()


def test_the_laboratories_door_acts_through_the_session_alone() -> None:
    past = ["nmes.devices", "nmes.guard", "nmes.link", "firmware_sim", "serial", "textual"]
    assert reaching(within(below("nmes"), "nmes.api"), past) == []


def test_only_the_serial_port_knows_pyserial() -> None:
    assert reaching([*below("nmes"), *below("firmware_sim")], ["serial"], doors=["nmes.link.serial_port"]) == []


def test_only_the_screens_know_textual() -> None:
    assert (
        reaching([*below("nmes"), *below("firmware_sim")], ["textual"], doors=["nmes.ui", "firmware_sim.panel"]) == []
    )


def test_the_core_knows_no_clock_file_thread_or_socket() -> None:
    paths = [one for one in within(below("nmes"), "nmes.core") if one.imported != "pathlib.PurePath"]
    assert reaching(paths, IMPURE) == []


# --- the checks can fail ---


@pytest.mark.parametrize(
    ("importer", "source"),
    [
        ("nmes.core.plan", "from nmes.runtime import clock"),
        ("nmes.core.plan", "def late():\n    import nmes.ui.app"),
        ("nmes.record.sink", "from nmes.devices.stimulator import Driver"),
        ("nmes.guard.judge", "if TYPE_CHECKING:\n    from nmes.reports import pdf"),
        ("nmes.link.port", "from ..guard import port"),
    ],
)
def test_an_import_upwards_or_sideways_is_found(importer: str, source: str) -> None:
    assert len(upward(imports_of(source, importer))) == 1


def test_an_import_downwards_or_within_a_room_is_none() -> None:
    source = "from nmes.core.units import floor_to_step\nfrom nmes.guard.rules import Rule\nfrom . import rules"
    assert upward(imports_of(source, "nmes.guard.judge")) == []


def test_a_forbidden_import_is_found_and_a_door_is_not() -> None:
    planted = imports_of("import serial.tools\nimport serialize", "nmes.runtime.open")
    assert reaching(planted, ["serial"]) == ["nmes.runtime.open imports serial.tools (line 1)"]
    assert reaching(planted, ["serial"], doors=["nmes.runtime.open"]) == []


def test_every_module_was_read() -> None:
    files = [*(ROOT / "nmes").rglob("*.py"), *(ROOT / "firmware_sim").rglob("*.py")]
    importing = {one.importer for one in [*below("nmes"), *below("firmware_sim")]}
    assert len(files) > 100
    assert Path("nmes/core/session.py") in {file.relative_to(ROOT) for file in files}
    assert {"nmes.core.session", "nmes.guard.port", "firmware_sim.serve"} <= importing
