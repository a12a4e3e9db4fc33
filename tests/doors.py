"""Doors to knock at: one, or several processes' worth of them on one database."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import func, select

from jobfair.applications.actions.accepting import Receipt
from jobfair.applications.models import Application
from jobfair.clock import Clock
from jobfair.db import Database
from jobfair.intake.door import Arrival, Door
from tests.builders import KEYS, Staged, stage


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """Give a database for a while: connections of its own, closed afterwards."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def running(door: Door) -> AsyncIterator[Door]:
    """Serve a door's queue for a while."""
    task = asyncio.create_task(door.run())
    try:
        yield door
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def nodes(url: str, clock: Clock, count: int) -> AsyncIterator[list[Door]]:
    """Run ``count`` doors, each with connections of its own, as so many processes would."""
    async with contextlib.AsyncExitStack() as stack:
        made = []
        for _ in range(count):
            database = Database(url)
            stack.push_async_callback(database.close)
            made.append(await stack.enter_async_context(running(Door(database, clock, KEYS))))
        yield made


async def staged(database: Database, **more: Any) -> Staged:
    """Store a fair, as :func:`tests.builders.stage` does, and commit."""
    async with database.transaction() as session:
        return await stage(session, **more)


async def count_rows(database: Database) -> int:
    """Return how many applications there are."""
    async with database.snapshot() as session:
        return await session.scalar(select(func.count()).select_from(Application)) or 0


async def apply(
    door: Door,
    made: Staged,
    who: int = 0,
    what: int = 0,
    answers: tuple[str, ...] = (),
    *,
    arrival: Arrival | None = None,
) -> Receipt:
    """Apply as one of the staged applicants to one of the staged positions."""
    return await door.submit(
        fair_id=made.fair.id,
        applicant_id=made.applicants[who].id,
        position_id=made.positions[what].id,
        answers=answers,
        arrival=arrival,
    )
