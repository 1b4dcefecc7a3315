"""What is allowed and doubtful: warnings of `nmes protocols check`, never fatal, each placed at its line.

Separate from the rules, because a rule protects and a doubt only asks to look again. Every threshold is this project's
choice [design] unless its source stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from nmes.core.problems import Problem
from nmes.core.protocol import Channel, Protocol, Stage
from nmes.core.protocol_screening_rules import list_of
from nmes.core.screening import CATALOGUE, MEANS, Severity
from nmes.core.sides import leaves_it_open
from nmes.core.yaml_tree import Path, Tree

Found = Iterator[Problem]

MANY_TO_VERIFY_PERCENT = 25
LONG_PHASE_US = 500
HIGH_DUTY_PERCENT = 50
HIGH_AMPLITUDE_UA = 100_000
NEAR_DENSITY_UA_PER_CM2 = 1_500  # the limit is 2 mA/cm² [source: P24 p. 7]
ELECTRODE_FLOOR_UA = 15_000  # under it the P24 does not notice a lifted pad [source: P24 instructions v1.1]
SHORT_HOLD_MS = 1_000

_CLEARANCES = {
    "surgeon_clearance_missing": "surgeon",
    "medical_clearance_missing": "medical",
    "midwife_protocol_missing": "midwife",
}


def doubts(protocol: Protocol, tree: Tree) -> list[Problem]:
    """Everything a careful colleague would ask about, in the order of the file."""
    found = [*_origins(protocol, tree), *_whole(protocol, tree)]
    for index, channel in enumerate(protocol.channels):
        found += _channel(protocol, tree, ("channels", index), channel)
    for index, stage in enumerate(protocol.stages):
        found += _stage(tree, ("stages", index), stage)
    return sorted(found, key=lambda problem: (problem.line, problem.column))


def _origins(protocol: Protocol, tree: Tree) -> Found:
    tags = [entry.tag for entry in protocol.provenance.values()]
    count = tags.count("verify")
    if count * 100 > MANY_TO_VERIFY_PERCENT * len(tags):
        reason = f"{count} of {len(tags)} values are still to be verified"
        yield tree.problem(("provenance",), reason, "read their sources", at_key=True)
    secondary = {citation.key for citation in protocol.citations if citation.secondary}
    read = [entry for entry in protocol.provenance.values() if entry.tag == "source"]
    copied = sum(set(entry.cite) <= secondary for entry in read)
    if copied:
        reason = f"{copied} of {len(read)} sourced values were read only in texts that repeat the original"
        yield tree.problem(("provenance",), reason, "read the originals", at_key=True)
    cited = {key for entry in protocol.provenance.values() for key in entry.cite}
    cited |= {key for one in (*protocol.evidence_for, *protocol.evidence_against) for key in one.cite}
    for index, citation in enumerate(protocol.citations):
        if citation.key not in cited:
            yield tree.problem(
                ("citations", index, "key"), "nothing cites this", "cite it where it was read, or remove it"
            )


def _whole(protocol: Protocol, tree: Tree) -> Found:
    if not protocol.evidence_against:
        accepted = "look for evidence against it, or for what was not shown"
        yield tree.problem(("evidence_against",), "nothing that speaks against it is listed", accepted)
    for name in ("first_session", "progression", "deload"):
        if protocol.kind != "assessment" and not getattr(protocol, name):
            yield tree.problem((name,), "there are no rules for this", "add some")
    yield from _lists(protocol, tree)
    for index, code in enumerate(protocol.contraindications):
        clearance = _CLEARANCES.get(code)
        if clearance and protocol.clearance == "none":
            reason = "this is asked, and clearance says that nobody has to agree"
            yield tree.problem(
                ("contraindications", index), reason, f"write clearance: {clearance}, or remove the code"
            )


def _lists(protocol: Protocol, tree: Tree) -> Found:
    """Codes in a list that promises more, or less, than the catalogue does. A medical review fits both."""
    for name, codes in (("contraindications", protocol.contraindications), ("precautions", protocol.precautions)):
        for index, code in enumerate(codes):
            severity, fitting = CATALOGUE[code].severity(protocol.kind), list_of(code, protocol.kind)
            if fitting != name and severity is not Severity.REVIEW:
                reason = f"the catalogue decides, not the list, and for {protocol.kind} this means {MEANS[severity]}"
                yield tree.problem((name, index), reason, f"move it to {fitting}")


def _channel(protocol: Protocol, tree: Tree, path: Path, channel: Channel) -> Found:
    if leaves_it_open(channel.side):
        reason = "no side of the body can be read in this, so the side that is read back fits it whichever it is"
        yield tree.problem((*path, "side"), reason, "write left, right, both, or words such as affected leg")
    if channel.waveform.phase_us > LONG_PHASE_US:
        accepted = f"most protocols stay at or under {LONG_PHASE_US} µs"
        yield tree.problem((*path, "waveform", "phase_us"), "this phase is unusually long", accepted)
    amplitude = (*path, "max_amplitude_ma")
    if channel.max_amplitude_ua > HIGH_AMPLITUDE_UA:
        yield tree.problem(amplitude, "this is more than most people ever need", "check the number and its origin")
    if channel.max_amplitude_ua < ELECTRODE_FLOOR_UA:
        reason = f"under {ELECTRODE_FLOOR_UA // 1000} mA the P24 does not notice a lifted pad"
        yield tree.problem(amplitude, reason, "watch the pads all the time, or allow more")
    most = max((_density_ua_per_cm2(channel, stage) for stage in protocol.stages), default=0)
    if most > NEAR_DENSITY_UA_PER_CM2:
        reason = f"at its maximum this gives {most / 1000:.1f} mA/cm² r.m.s. on these pads; the limit is 2"
        yield tree.problem((*path, "pad_cm2"), reason, "use larger pads, or a lower maximum")


def _density_ua_per_cm2(channel: Channel, stage: Stage) -> int:
    """r.m.s. current over the train by pad area, both phases; the second one counts less if it is lower and longer."""
    shape, mhz = channel.waveform, stage.band_mhz(None)[1]
    if stage.burst is not None:
        mhz = int(stage.burst.pulses * stage.burst.per_second * 1000)
    on_ppb = shape.phase_us * mhz * (1 + (shape.ratio or 1)) // (shape.ratio or 1)  # of the time, in 1e-9
    return int((channel.max_amplitude_ua**2 * on_ppb / 1e9) ** 0.5 / float(channel.pad_cm2))


def _stage(tree: Tree, path: Path, stage: Stage) -> Found:
    if stage.ramp_down_ms > stage.ramp_up_ms:
        reason = "the ramp down is longer than the ramp up"
        yield tree.problem((*path, "ramp_down_s"), reason, "check that the two are not exchanged")
    if stage.continuous:
        return
    hold_ms = stage.on_ms - stage.ramp_up_ms - stage.ramp_down_ms
    if hold_ms < SHORT_HOLD_MS:
        reason = f"only {hold_ms / 1000:g} s of each contraction are at full strength"
        yield tree.problem((*path, "on_s"), reason, "give more on time, or shorter ramps")
    if stage.on_ms * 100 > HIGH_DUTY_PERCENT * (stage.on_ms + stage.off_ms):
        reason = f"the muscle works {stage.on_ms * 100 // (stage.on_ms + stage.off_ms)} % of the time and tires soon"
        yield tree.problem((*path, "off_s"), reason, "give as much rest as work, or more")
