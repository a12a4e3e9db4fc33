"""One clock for several nodes: the database's, followed by each of them.

Which instant an application gets must not depend on the node that took it. A node that is behind
moves forward at once; one that is a little ahead runs slower until it is not, for instants handed
out never go back. A node that is far ahead takes no applications until it is right again.
"""

import asyncio
import logging
from datetime import timedelta

from jobfair.clock import AnchoredClock
from jobfair.db import Database, DBAPIError, NoConnection
from jobfair.db.offset import measure_offset
from jobfair.intake.door import Door

log = logging.getLogger(__name__)

EVERY = 5.0
TOLERATED = timedelta(milliseconds=250)


class Timekeeper:
    """One per process. :meth:`follow` once before opening the door, then :meth:`run`."""

    def __init__(self, database: Database, clock: AnchoredClock, door: Door) -> None:
        self._database = database
        self._clock = clock
        self._door = door
        self.ahead = timedelta(0)
        """How far the database was ahead of us at the last measurement; negative: we are."""

    async def follow(self) -> None:
        """Measure and slew the clock; the door is closed while this node is too far ahead.

        Raises:
            DBAPIError, NoConnection, OSError: the database is out of reach; nothing has changed.

        """
        offset = await measure_offset(self._database, self._clock)
        self.ahead = offset.ahead
        if offset.ahead > TOLERATED:
            log.warning(
                "the clock moves %.3f s forward, to the database's", offset.ahead.total_seconds()
            )
        if offset.certain:
            self._clock.slew(offset.ahead)
        within = offset.ahead >= -TOLERATED - offset.uncertainty
        if within is not self._door.accepting:
            log.error("the clock is %s with the database's", "right again" if within else "at odds")
        self._door.accepting = within

    async def run(self) -> None:
        """Follow until cancelled. While the database is out of reach, the clock runs on."""
        while True:
            try:
                await self.follow()
            except (DBAPIError, NoConnection, OSError) as error:
                log.warning("the database's clock was not read: %s", type(error).__name__)
            await asyncio.sleep(EVERY)
