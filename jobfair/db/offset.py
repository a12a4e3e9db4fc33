"""How far this machine's clock is from the database's, which is the clock of all nodes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from jobfair.clock import Clock
from jobfair.db.database import Database

TRIES = 5
NOW = select(func.clock_timestamp())


@dataclass(frozen=True)
class Offset:
    """One measurement: the database is ``ahead`` of us, give or take ``uncertainty``."""

    ahead: timedelta
    uncertainty: timedelta

    @property
    def certain(self) -> bool:
        """Return whether the clocks differ at all, as far as this measurement can tell."""
        return abs(self.ahead) > self.uncertainty


async def database_now(database: Database) -> datetime:
    """Return the database's present instant (PostgreSQL)."""
    instant: datetime = (await database.lookup.execute(NOW, {})).scalar_one()
    return instant


async def measure_offset(database: Database, clock: Clock) -> Offset:
    """Ask a few times and return what the quickest answer tells (PostgreSQL).

    The clock was read between question and answer: the middle is taken, and half of the round
    trip is the uncertainty.
    """
    found: list[Offset] = []
    for _ in range(TRIES):
        asked = clock.now()
        answer = await database_now(database)
        way = clock.now() - asked
        found.append(Offset(answer - (asked + way / 2), way / 2))
    return min(found, key=lambda offset: offset.uncertainty)
