"""The stage of each application as a register: is there an order that explains all answers?

Reviewers, applicants and readers work at the same time; each answer must be right at some
instant between asking and hearing (linearizability). Applications do not depend on each other,
so each is searched alone, which keeps the search short.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf

NOWHERE = ""
"""The stage before the application was sent."""
NEW, ACCEPTED, WITHDRAWN = "new", "accepted", "withdrawn"
LOOKS = ("look", "fail")


@dataclass(slots=True)
class Step:
    """One operation on one application."""

    start: float
    end: float
    """Infinite when the outcome is unknown: it may have happened at any time, or not."""
    does: str
    """``apply``, ``move``, ``withdraw``, ``look`` or ``fail`` (a move that was refused)."""
    seen: str = ""
    to: str = ""

    def after(self, stage: str) -> str | None:
        """Return the stage this leaves behind, or None if it cannot have happened at ``stage``."""
        if self.does == "apply":
            return NEW if stage in (NOWHERE, WITHDRAWN) else stage
        if stage == NOWHERE:
            return None
        if self.does == "look":
            return stage if stage == self.to else None
        if self.does == "withdraw":
            return None if stage == ACCEPTED else WITHDRAWN
        if self.does == "fail":
            return None if stage in (self.seen, self.to) else stage
        return self.to if stage in (self.seen, self.to) else None


def explained(steps: Iterable[Step]) -> bool:
    """Return whether some order of the steps explains them all.

    Depth first; a state that was reached before is not entered again. What only looks is taken
    at once where it fits, for putting it later could not help anybody; of steps that do the same
    the one that ended first goes first.
    """
    order = sorted(steps, key=lambda step: step.start)
    must = sum(1 << at for at, step in enumerate(order) if step.end != inf)
    stack, been = [(0, 0, NOWHERE)], set()
    while stack:
        done, first, stage = stack.pop()
        if done & must == must:
            return True
        while done >> first & 1:
            first += 1
        branches: dict[tuple[str, str, str], tuple[int, str]] = {}
        for at in _next(order, done, first):
            step = order[at]
            after = step.after(stage)
            if after is None:
                continue
            if step.does in LOOKS:
                branches = {("", "", ""): (at, after)}
                break
            same = (step.does, step.seen, step.to)
            if same not in branches or order[branches[same][0]].end > step.end:
                branches[same] = (at, after)
        for at, after in sorted(branches.values(), key=lambda branch: -order[branch[0]].end):
            reached = (done | 1 << at, after)
            if reached not in been:
                been.add(reached)
                stack.append((reached[0], first, after))
    return False


def _next(order: list[Step], done: int, first: int) -> Iterator[int]:
    """Give what may come next: whatever began before all that is left had ended."""
    horizon = inf
    for at in range(first, len(order)):
        if done >> at & 1:
            continue
        if order[at].start > horizon:
            return
        horizon = min(horizon, order[at].end)
        yield at


def unexplained(registers: dict[str, list[Step]]) -> Iterator[str]:
    """Say which applications no order explains."""
    for receipt, steps in registers.items():
        if not explained(steps):
            yield f"stage: no order of {len(steps)} operations on {receipt} explains the answers"
