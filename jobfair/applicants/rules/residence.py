"""Which address counts: a gate is not opened by editing one's own profile."""

from collections.abc import Sequence
from datetime import datetime

Move = Sequence[str]
"""When a profile was changed, as ISO text, and the district it held until then."""


def move_from(district: str, at: datetime) -> Move:
    """Return the record of a changed district."""
    return (at.isoformat(), district)


def district_at(district: str, moves: Sequence[Move], at: datetime | None) -> str:
    """Return the district a profile held at an instant; of one made later, the first it held.

    ``moves`` are in order, ``district`` is the present one. Without an instant that one counts.
    """
    if at is not None:
        for moved_at, held in moves:
            if datetime.fromisoformat(moved_at) >= at:
                return held
    return district
