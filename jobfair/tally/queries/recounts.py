"""When the kept numbers of a fair were last held against its rows, and what came of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobfair.clock import Clock
from jobfair.db import Database
from jobfair.fairs.queries import fair_by_id
from jobfair.tally.queries.recount import differences
from jobfair.tally.queries.rows import Difference

AT_MOST_EVERY = timedelta(minutes=1)
SMALL_LEDGER = 20_000
"""Applications up to which a page view may recount by itself: some hundredths of a second."""


@dataclass(frozen=True)
class Checked:
    """What a recount found, and the ledger sequence it is true for."""

    seq: int
    at: datetime
    differences: Sequence[Difference]


class Recounts:
    """The newest recount of each fair in this process."""

    def __init__(self) -> None:
        self._newest: dict[int, Checked] = {}
        self._one_at_a_time = asyncio.Lock()

    def newest(self, fair_id: int) -> Checked | None:
        """Return the newest recount, or None when there was none since the start."""
        return self._newest.get(fair_id)

    async def latest_or_recount(
        self, database: Database, clock: Clock, *, fair_id: int, seq: int, asked: bool = False
    ) -> Checked | None:
        """Return a recount, a new one when the ledger has grown and the last is old enough.

        Unless somebody asked for it, a large ledger is not counted again.
        """
        async with self._one_at_a_time:
            last = self._newest.get(fair_id)
            if last is not None:
                if clock.now() - last.at < AT_MOST_EVERY:
                    return last
                if last.seq == seq and not asked:
                    return last
            if seq > SMALL_LEDGER and not asked:
                return last
            async with database.long_snapshot() as session:
                counted_at = (await fair_by_id(session, fair_id)).ledger_seq
                found = await differences(session, fair_id)
            self._newest[fair_id] = Checked(counted_at, clock.now(), tuple(found))
            return self._newest[fair_id]
