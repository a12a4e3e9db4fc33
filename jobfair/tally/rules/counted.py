"""What is counted from the rows, before it becomes tables; and the rule of how far one came."""

from collections.abc import Iterable
from dataclasses import dataclass

from jobfair.applications.rules import REACHED, Stage

STEPS = ("applied", "reviewed", "shortlisted", "interview", "accepted")


def reached(trail: Iterable[Stage]) -> int:
    """Return how far an application came: an index of ``STEPS``.

    ``trail`` are its stages in order, steps that were undone left out. Accepted is only what
    stands as accepted: an acceptance that was taken back is not reached, and neither is a step
    that only followed from it. A step before it stays reached when the application was later
    marked unsuitable or withdrawn; it does not when the company went back to an earlier step.
    """
    stages = list(trail)
    now = stages[-1] if stages else Stage.NEW
    if now in REACHED:
        return REACHED.index(now) + 1
    steps = [one for one in stages if one in REACHED and one is not Stage.ACCEPTED]
    came = REACHED.index(steps[-1]) + 1 if steps else 0
    return max(came, 1) if now is Stage.UNSUITABLE else came


@dataclass(frozen=True)
class Cell:
    """People who are alike in everything the record tells apart."""

    sex: str
    education: str
    age: str
    district: str
    disabled: int
    level: int
    recorded: tuple[int, ...]
    """For each step of ``REACHED``: 1 when it was recorded for an application that came so far."""
    applicants: int
    applications: int
    most: int
    """Applications of the most active one of them."""


@dataclass(frozen=True)
class Reached:
    """Applications of one position that stand at one stage and came equally far."""

    position_id: int
    stage: Stage
    level: int
    recorded: tuple[int, ...]
    """For each step of ``REACHED``: 1 when it was recorded itself."""
    n: int


@dataclass(frozen=True)
class Offer:
    """A position of the fair with what the record says of its company."""

    id: int
    slug: str
    title: str
    kbji: str
    sector: str
    openings: int
    disability_friendly: bool
    state: str
    """``OFFERED``, ``PULLED`` or ``SUSPENDED``."""
    company_id: int
    company_slug: str
    company: str
    kbli: str
