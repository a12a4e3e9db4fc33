"""Which positions a record names: the most wanted, and those with too few applications."""

from collections.abc import Sequence

from jobfair.tally.rules.record import PositionRow

TOP = 10


def top_positions(positions: Sequence[PositionRow]) -> tuple[str, ...]:
    """Return the slugs of the offered positions with the most applications, at most ``TOP``.

    None without an application, and none that was pulled or suspended: the paper must not
    advertise it. Equal numbers are put in the order of the list given.
    """
    wanted = [row for row in positions if row.takes_part and row.applications]
    wanted.sort(key=lambda row: -row.applications)
    return tuple(row.slug for row in wanted[:TOP])


def short_positions(positions: Sequence[PositionRow]) -> tuple[str, ...]:
    """Return the slugs of positions with fewer applications than openings, most missing first."""
    short = [row for row in positions if row.takes_part and row.applications < row.openings]
    short.sort(key=lambda row: row.applications - row.openings)
    return tuple(row.slug for row in short)
