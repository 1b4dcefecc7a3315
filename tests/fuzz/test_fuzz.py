"""No reader crashes, hangs or fills the memory, whatever it is given: what was found once, a slice, a search."""

from __future__ import annotations

import os
import random
import secrets

import pytest

from firmware_sim.devices import new_device
from firmware_sim.sciencemode2 import framing as framing2
from firmware_sim.sciencemode4.framing import Receiver
from firmware_sim.stage import Stage
from fuzz.bounded import MOST_MEMORY, bounded
from fuzz.search import CORPUS, WEIGHED, found, run, search, weighed
from fuzz.targets import TARGETS
from nmes.core.problems import ProtocolError
from nmes.core.protocol_file import parse
from nmes.devices.sciencemode2.frame import Decoder as Decoder2
from nmes.devices.sciencemode4.frame import Decoder
from nmes.guard.sight.sciencemode2 import ScienceMode2Replies
from nmes.guard.sight.sciencemode4 import ScienceMode4Replies, ScienceMode4Sight
from nmes.ui.key_bytes import KeyBytes

SLICE = 4
OLDER_FLOOD = 2_000
"""Of ScienceMode2 so many bytes: its frames are a quarter as long, and so is what a reader holds back."""
SEED = int(os.environ.get("NMES_SEED") or secrets.randbelow(10**9))
FLOODS = (b"\xf0", b"\x81", b"\x81\xf0", b"\x0f", b"\xf0\x81", b"\xf0\x0f", b"\x1b", b"\x1b[", b"\x1b]", b"\x1b[200~a")
NESTS = (b"[", b"{a: ", b"- ", b"? ", b"a:\n ", b"&a ", b"'", b"- &a [", b"a: |\n", b"<<: ", b"!t ", b"#\n", b"a: b\n")


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found_once_is_found_no_more(name: str) -> None:
    for file, data in {"nothing": b"", **found(name)}.items():
        try:
            run(TARGETS[name], data, memory=True)
        except BaseException as error:
            error.add_note(f"corpus/{name}/{file}")
            raise


def test_every_folder_of_the_corpus_belongs_to_a_target() -> None:
    assert {path.name for path in CORPUS.iterdir() if path.is_dir()} <= set(TARGETS)


@pytest.mark.thorough
@pytest.mark.parametrize("name", TARGETS)
def test_a_few_random_inputs_break_no_law(name: str) -> None:
    drawn, deep = random.Random(name), 0
    for at in range(20 * SLICE):
        deep += run(TARGETS[name], drawn.randbytes(drawn.choice((30, 200, 600))), memory=at == 0)
        if deep and at >= SLICE:
            return
    pytest.fail("none got anywhere: it is not the reader that is tried")


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", TARGETS)
def test_no_input_breaks_a_law(name: str) -> None:
    """Without atheris. NMES_WALKS: so many inputs each, else 3000; `python -m fuzz` goes deeper."""
    search(TARGETS[name], int(os.environ.get("NMES_WALKS", "3000")))


@pytest.mark.thorough
@pytest.mark.parametrize("flood", FLOODS, ids=repr)
def test_a_flood_takes_no_more_time_than_its_bytes(flood: bytes) -> None:
    """Of what each reader has to hold back. The slowest takes 10 µs a byte; a quadratic one would take minutes."""
    data = flood * (8_000 // len(flood))
    newest = (Decoder().feed, Receiver().feed, ScienceMode4Replies().feed)
    older = (Decoder2().feed, framing2.Receiver(framing2.WIRE).feed, ScienceMode2Replies().feed)
    keys = KeyBytes()
    with bounded(memory=True):
        for at in range(0, len(data), 1024):
            for reader in newest + (older if at < OLDER_FLOOD else ()):
                reader(data[at : at + 1024])
            keys.feed(data[at : at + 1024], at / 1e6)


def test_a_device_that_is_flooded_with_requests_takes_no_more_time_than_they_are() -> None:
    """None of its answers is fetched meanwhile; looking through all of them for each would take half a minute."""
    stop = ScienceMode4Sight().halt_frame(1)
    for key, request in (("rehastim1", b"\xc0"), ("p24", stop)):
        device = new_device(key, Stage(keep_trace=False), keep_trace=False)
        with bounded():
            device.receive(request * 8_000, 0)


@pytest.mark.thorough
@pytest.mark.parametrize("nest", NESTS, ids=repr)
def test_a_protocol_of_one_thing_repeated_is_refused_soon(nest: bytes) -> None:
    with bounded(memory=True), pytest.raises(ProtocolError):
        parse(nest * (3_000 // len(nest)), "deep.yaml")


# --- the bounds themselves ---


def _hungry(data: bytes) -> int:
    return len(bytes(MOST_MEMORY)) + len(data)


def test_what_takes_too_much_memory_is_found_by_the_search_too() -> None:
    with pytest.raises(AssertionError, match="64 MB at once"):
        run(_hungry, b"", memory=True)
    with pytest.raises(AssertionError, match="64 MB at once"):
        search(_hungry, 3)


def test_what_takes_too_long_is_found() -> None:
    with pytest.raises(AssertionError, match="s of CPU"), bounded(cpu_s=0.0):
        sum(range(10_000))


def test_of_many_inputs_some_are_weighed_and_always_the_same() -> None:
    inputs = [bytes([at, other]) for at in range(64) for other in range(64)]
    some = [data for data in inputs if weighed(data)]
    assert some == [data for data in inputs if weighed(data)]
    assert 0.5 < len(some) * WEIGHED / len(inputs) < 2
