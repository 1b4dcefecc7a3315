"""From the folder `tests`: `python -m fuzz NAME --seconds 600`. Needs atheris (the extra `fuzz`); see `fuzz.targets`.

What breaks a law is left in `fuzz/corpus/NAME`, and from then on is a plain test. The inputs that led somewhere are
kept in the folder given by `--inputs`, to go on from there another time; what took too long is left there as well.
Bounded are the process (MOST_MB), the time of an input, and of one input in eight what it allocates (`fuzz.bounded`).
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

SEEDS = 50
MOST_MB, MOST_S = 1024, 10
"""An input with which the process takes more memory, or that takes more time, is a finding too [design]."""


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("name", help="which target")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--inputs", type=Path, default=None)
    return parser.parse_args()


def main() -> None:
    """Never returns: the fuzzer ends the process, with 77 if it found something."""
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed (pip install '.[fuzz]'); without it: pytest -m campaign tests/fuzz")
    asked = _asked()
    os.environ["NMES_HOME"] = tempfile.mkdtemp(prefix="nmes-fuzz-")  # nobody's records
    with atheris.instrument_imports(include=["nmes", "firmware_sim", "ruamel.yaml"]):
        from fuzz.search import CORPUS, LONGEST, run, weighed
        from fuzz.targets import TARGETS
    if asked.name not in TARGETS:
        sys.exit(f"there are: {', '.join(TARGETS)}")
    kept, inputs = CORPUS / asked.name, asked.inputs or Path(tempfile.mkdtemp(prefix="nmes-fuzz-"))
    inputs.mkdir(parents=True, exist_ok=True)
    if not any(inputs.iterdir()):
        drawn = random.Random(asked.name)  # from nothing at all it would begin with one byte
        for at in range(SEEDS):
            (inputs / f"seed-{at}").write_bytes(drawn.randbytes(drawn.choice((30, 200, 600))))
    options = {
        "len_control": 0,
        "max_total_time": asked.seconds,
        "max_len": LONGEST,
        "rss_limit_mb": MOST_MB,
        "timeout": MOST_S,
    }
    flags = [f"-{name}={value}" for name, value in options.items()]
    reader = TARGETS[asked.name]
    one = _one(lambda data: run(reader, data, memory=weighed(data)), kept)
    atheris.Setup([sys.argv[0], *flags, f"-artifact_prefix={inputs}/", str(inputs)], one)
    atheris.Fuzz()


def _one(run: Callable[[bytes], int], kept: Path) -> Callable[[bytes], None]:
    def one(data: bytes) -> None:
        try:
            run(data)
        except BaseException:
            kept.mkdir(parents=True, exist_ok=True)
            (kept / f"{sha256(data).hexdigest()[:12]}.hex").write_text(f"{data.hex()}\n")
            raise

    return one


if __name__ == "__main__":
    main()
