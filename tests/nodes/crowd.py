"""Nodes to try: each with a database, feeds, a door and a bus of its own, as a process has."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from sqlalchemy import text

from jobfair.clock import Clock
from jobfair.db import Database, topics
from jobfair.intake.door import Door
from jobfair.live.bus import Bus
from jobfair.live.feed import Hub
from jobfair.tally.queries.counters import tally_fair
from tests.builders import KEYS
from tests.doors import running
from tests.readers import reading


@dataclass
class Node:
    """One node; ``seen`` is what a page of it showed, in order."""

    database: Database
    clock: Clock
    hub: Hub = field(default_factory=Hub)
    seen: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.database.announce = self.hub.announce
        self.door = Door(self.database, self.clock, KEYS)
        self.bus = Bus(self.database, self.hub)

    async def count(self, fair_id: int) -> str:
        async with self.database.snapshot() as session:
            tally = await tally_fair(session, fair_id, now=self.clock.now())
        return str(tally.applications)

    @contextlib.asynccontextmanager
    async def watching(self, fair_id: int) -> AsyncIterator[None]:
        """Keep a page open that shows the number of applications."""

        async def look() -> None:
            async with reading(
                self.hub, topics.fair(fair_id), "count", lambda: self.count(fair_id)
            ) as slot:
                while True:
                    self.seen.append(int(await slot.take()))

        async with doing(look()):
            await until(lambda: bool(self.seen))
            yield


@contextlib.asynccontextmanager
async def doing(work) -> AsyncIterator[asyncio.Task[None]]:
    """Do something beside the test."""
    task = asyncio.ensure_future(work)
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def crowd(url: str, clock: Clock, count: int = 2) -> AsyncIterator[list[Node]]:
    """Run ``count`` nodes that hear each other."""
    async with contextlib.AsyncExitStack() as stack:
        made = []
        for _ in range(count):
            node = Node(Database(url), clock)
            stack.push_async_callback(node.database.close)
            await stack.enter_async_context(running(node.door))
            await stack.enter_async_context(doing(node.bus.run()))
            made.append(node)
        await until(lambda: all(node.bus.hears for node in made))
        yield made


async def until(true: Callable[[], bool | Awaitable[bool]], seconds: float = 60) -> None:
    """Wait until something is so; ask again and again."""
    async with asyncio.timeout(seconds):
        while True:
            answer = true()
            if await answer if isinstance(answer, Awaitable) else answer:
                return
            await asyncio.sleep(0.01)


LISTENING = "query = 'listen jobfair_changes' or query like 'select pg_try_advisory_lock%'"


async def cut_listeners(database: Database) -> int:
    """End the connections on which nodes of this database listen; return how many."""
    async with database.engine.begin() as connection:
        cut = await connection.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                f"where datname = current_database() and ({LISTENING}) and state = 'idle'"
            )
        )
        return len(cut.all())
