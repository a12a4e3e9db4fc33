"""How long commits take, in the shape a metrics collector reads: counts up to each bound."""

from bisect import bisect_left

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""


class CommitTimes:
    """Counts of this process since it started; the last count is of all that took longer."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        """Count one commit."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds
