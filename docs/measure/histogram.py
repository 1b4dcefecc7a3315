"""Times as figures and pictures: percentiles, a histogram as text, the same as an SVG without a script in it.

Bins are 1, 2, 5 to a decade: a latency is judged by its worst part, and that is far from its middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

EDGES_US: Final = (0, *(factor * 10**power for power in range(1, 6) for factor in (1, 2, 5)), 10**6)
BAR: Final = 46
ROW_PX, LEFT_PX, WIDE_PX, SIDE_PX = 16, 130, 420, 70


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured, each time in µs, and what 99 of 100 must stay under; None: no limit was promised."""

    name: str
    took_us: tuple[int, ...]
    limit_us: int | None = None

    def percentile(self, of_1000: int) -> int:
        """The smallest time that at least so many in a thousand do not exceed."""
        ordered = sorted(self.took_us)
        return ordered[max(0, -(-len(ordered) * of_1000 // 1000) - 1)]

    @property
    def holds(self) -> bool:
        return self.limit_us is None or self.percentile(990) < self.limit_us

    @property
    def bins(self) -> list[tuple[str, int]]:
        """Names of the bins from the first to the last that has anything, with how many are in each."""
        counted = [sum(low <= time < high for time in self.took_us) for low, high in pairwise(EDGES_US)]
        counted.append(sum(time >= EDGES_US[-1] for time in self.took_us))
        names = [f"{_ms(low)} to {_ms(high)} ms" for low, high in pairwise(EDGES_US)] + [f"over {_ms(EDGES_US[-1])} ms"]
        used = [place for place, count in enumerate(counted) if count]
        return list(zip(names, counted, strict=True))[used[0] : used[-1] + 1]

    def figures(self) -> str:
        limit = f" (limit {_ms(self.limit_us)})" if self.limit_us is not None else ""
        return (
            f"{self.name}: {len(self.took_us)} times, p50 {_ms(self.percentile(500))} ms, "
            f"p99 {_ms(self.percentile(990))} ms{limit}, max {_ms(max(self.took_us))} ms"
        )


def as_text(all_of_it: Sequence[Measured]) -> str:
    lines: list[str] = []
    for one in all_of_it:
        most = max(count for _, count in one.bins)
        lines += [one.figures(), ""]
        lines += [f"  {name:>18}  {'█' * -(-count * BAR // most):<{BAR}} {count}" for name, count in one.bins]
        lines.append("")
    return "\n".join(lines)


def as_svg(all_of_it: Sequence[Measured]) -> str:
    parts: list[str] = []
    y = 10
    for one in all_of_it:
        y += 2 * ROW_PX
        parts.append(_text(10, y, one.figures(), "bold"))
        most = max(count for _, count in one.bins)
        for name, count in one.bins:
            y += ROW_PX
            bar = -(-count * WIDE_PX // most)
            parts.append(_text(10, y, name))
            parts.append(f'<rect x="{LEFT_PX}" y="{y - 11}" width="{bar}" height="13" fill="#3a6ea5"/>')
            parts.append(_text(LEFT_PX + bar + 6, y, str(count)))
    wide, high = LEFT_PX + WIDE_PX + SIDE_PX, y + ROW_PX
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" '
        f'font-family="sans-serif" font-size="11">\n<rect width="{wide}" height="{high}" fill="#ffffff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _text(x: int, y: int, said: str, weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" font-weight="{weight}" fill="#1a1a1a">{said}</text>'


def _ms(time_us: int) -> str:
    return f"{time_us / 1000:g}"
