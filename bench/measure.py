"""Numbers: percentiles from due instants, and ratios of things measured side by side."""

import math
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that ``share`` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return by how much the second number grows per unit of the first (least squares)."""
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def latencies(values: Sequence[float]) -> str:
    marks = " ".join(
        f"{name} {percentile(values, share) * 1000:.0f}"
        for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999))
    )
    return f"{marks} max {max(values, default=float('nan')) * 1000:.0f} ms (n {len(values)})"


def spread(values: Sequence[float], unit: str = "") -> str:
    """Return "median (least to most)"."""
    middle = statistics.median(values)
    digits = 2 if middle < 10 else 0
    return f"{middle:.{digits}f}{unit} ({min(values):.{digits}f} to {max(values):.{digits}f})"


@dataclass
class SideBySide:
    """Several ways measured in turn, so that a busy machine hurts all of them alike.

    The order is turned round with every pair. Each way gives a rate: more is better.
    """

    ways: dict[str, Callable[[], Awaitable[float]]]
    rates: dict[str, list[float]] = field(default_factory=dict)

    async def run(self, pairs: int) -> None:
        self.rates = {name: [] for name in self.ways}
        for turn in range(pairs):
            names = list(self.ways)
            for name in names if turn % 2 == 0 else reversed(names):
                self.rates[name].append(await self.ways[name]())

    def ratio(self, one: str, other: str) -> list[float]:
        pairs = zip(self.rates[one], self.rates[other], strict=True)
        return [ours / theirs if theirs else math.inf for ours, theirs in pairs]

    def tell(self, ours: str = "ours", unit: str = "/s") -> None:
        for name, rates in self.rates.items():
            against = "" if name == ours else f"   {ours} is x {spread(self.ratio(ours, name))}"
            print(f"  {name:<28}{spread(rates, unit):<28}{against}", flush=True)
