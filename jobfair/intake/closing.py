"""Closing a fair without shutting anybody out who was there in time."""

from datetime import timedelta

from jobfair.clock import Clock
from jobfair.db import Database
from jobfair.fairday.actions.closing import close_fair
from jobfair.fairs.queries import fair_by_id
from jobfair.intake.door import PATIENCE, Door
from jobfair.keys import Keys


async def close_when_drained(
    database: Database,
    clock: Clock,
    door: Door | None,
    *,
    keys: Keys,
    fair_id: int,
    account_id: int | None,
) -> None:
    """Set the latch after everything received before the closing instant has been answered.

    In the one process that owns a SQLite database it is enough that its own door has answered.
    Otherwise other doors may hold submissions: then the latch waits until the longest time a
    submission can wait has passed since the closing instant.
    """
    async with database.snapshot() as session:
        found = await fair_by_id(session, fair_id)
    await clock.until(found.timetable.closes_at)
    if door is not None:
        await door.drain()
    if door is None or not database.is_sqlite:
        await clock.until(found.timetable.closes_at + timedelta(seconds=PATIENCE))
    async with database.transaction(long=True) as session:
        await close_fair(
            session, keys=keys, fair_id=fair_id, now=clock.now(), account_id=account_id
        )
