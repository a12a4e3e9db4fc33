"""The ledger and the trails as lists that only grow: is there one order of everything?

After Elle (Kingsbury and Alvaro, 2020): a list that is only appended to tells by any reading who
wrote before whom. So each operation that wrote or read is put after what it saw and before what
it did not see yet, and before everything that began after it had ended. If these demands go
round in a circle, no order of whole operations explains the run.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import zip_longest
from math import inf

Mark = tuple[str, int]
"""A step of a trail: the stage and the instant (microseconds) it was taken at."""


@dataclass(slots=True)
class Look:
    """One consistent reading: the ledger up to ``seq``, a stretch of it, and some trails."""

    process: int
    start: float
    end: float
    seq: int
    after: int
    receipts: list[str]
    """What stands in the ledger behind place ``after``."""
    trails: dict[str, list[Mark]]


@dataclass
class Writers:
    """When what the database holds was written: intervals, from asking to the first answer."""

    rows: dict[int, tuple[float, float]]
    """By place in the ledger; rows that were there before the run are left out."""
    marks: dict[tuple[str, Mark], tuple[float, float]]
    """By receipt and step."""


@dataclass
class Lists:
    """What the database holds in the end."""

    receipts: Sequence[str]
    trails: dict[str, list[Mark]] = field(default_factory=dict)


def misread(looks: Sequence[Look], lists: Lists) -> Iterator[str]:
    """Say which readings are not the beginning of what is there in the end."""
    known = set(lists.receipts)
    for look in looks:
        upto = look.after + len(look.receipts)
        true = lists.receipts[look.after : upto]
        if upto != look.seq and look.receipts:
            yield f"hole: the ledger went to {look.seq}, and {upto} was read to the end"
        if strangers := set(look.receipts) - known:
            yield f"aborted: {sorted(strangers)[:3]} was read and is not in the ledger"
        elif list(true) != look.receipts:
            pairs = enumerate(zip_longest(look.receipts, true), look.after + 1)
            at, (was, now) = next(one for one in pairs if one[1][0] != one[1][1])
            yield f"prefix: at place {at} stood {was}, now {now}"
        for receipt, marks in look.trails.items():
            if lists.trails.get(receipt, [])[: len(marks)] != marks:
                yield f"prefix: the trail of {receipt} was not as it is now"


class _Graph:
    """Operations with their time, and who must come before whom."""

    def __init__(self) -> None:
        self.starts, self.ends = array("d"), array("d")
        self.froms, self.tos = array("l"), array("l")
        self.names: list[str] = []

    def node(self, times: tuple[float, float], name: str) -> int:
        self.starts.append(times[0])
        self.ends.append(times[1])
        self.names.append(name)
        return len(self.names) - 1

    def before(self, first: int | None, second: int | None) -> None:
        if first is not None and second is not None and first != second:
            self.froms.append(first)
            self.tos.append(second)

    def circle(self) -> list[str]:
        """Return operations none of which can come first; empty when there is an order.

        Takes, of those that nobody must precede any more, always the one that began first; if
        even that began after another had ended that is still to come, nobody can go on.
        """
        size = len(self.names)
        waits = array("l", bytes(8 * size))
        follow: list[list[int]] = [[] for _ in range(size)]
        for first, second in zip(self.froms, self.tos, strict=True):
            waits[second] += 1
            follow[first].append(second)
        free = [(self.starts[at], at) for at in range(size) if not waits[at]]
        heapify(free)
        by_end = sorted(range(size), key=self.ends.__getitem__)
        placed, oldest = bytearray(size), 0
        while oldest < size:
            if not free or free[0][0] > self.ends[by_end[oldest]]:
                return self._around(placed, by_end[oldest])
            _, at = heappop(free)
            placed[at] = 1
            for second in follow[at]:
                waits[second] -= 1
                if not waits[second]:
                    heappush(free, (self.starts[second], second))
            while oldest < size and placed[by_end[oldest]]:
                oldest += 1
        return []

    def _around(self, placed: bytearray, at: int) -> list[str]:
        """Walk back from an operation to what it waits for, until somebody comes twice."""
        before: dict[int, int] = {}
        for first, second in zip(self.froms, self.tos, strict=True):
            if not placed[first]:
                before.setdefault(second, first)
        held = at
        walk: list[int] = []
        while at not in walk:
            walk.append(at)
            at = before.get(at, held)
        return [self.names[one] for one in walk[walk.index(at) :]]


def contradictions(looks: Sequence[Look], lists: Lists, writers: Writers) -> Iterator[str]:
    """Say if no order of all writings and readings explains what was seen."""
    graph = _Graph()
    anytime = (-inf, inf)
    rows: dict[int, int] = {}
    place = {receipt: at for at, receipt in enumerate(lists.receipts, 1)}
    last = None
    for seq, times in sorted(writers.rows.items()):
        rows[seq] = graph.node(times, f"row {seq}")
        graph.before(last, rows[seq])
        last = rows[seq]
    marks: dict[tuple[str, int], int] = {}
    for receipt, trail in lists.trails.items():
        last = rows.get(place.get(receipt, 0))
        for at, mark in enumerate(trail):
            times = writers.marks.get((receipt, mark), anytime)
            node = graph.node(times, f"{receipt} to {mark[0]}")
            marks[receipt, at] = node
            graph.before(last, node)
            last = node
    for look in looks:
        node = graph.node((look.start, look.end), f"look of {look.process} at {look.seq}")
        graph.before(rows.get(look.seq), node)
        graph.before(node, rows.get(look.seq + 1))
        for receipt, seen in look.trails.items():
            graph.before(marks.get((receipt, len(seen) - 1)), node)
            graph.before(node, marks.get((receipt, len(seen))))
    if circle := graph.circle():
        yield f"cycle: {' < '.join([*circle[:6], circle[0]])}"
