"""A thread that writes: whole transactions, from beginning to commit, away from the event loop.

A statement handed over one at a time comes back through the queue of the loop, and in a rush
that queue is long: a batch of a dozen statements would wait there a dozen times. Here the loop
hands over once and hears once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from jobfair.db.changes import take_changes

Result = TypeVar("Result")
Written = tuple[Result, frozenset[str], float]
"""What the work returned, what it changed, and how many seconds the commit took."""


class Writer:
    """One thread, with an event loop that never waits for anything but the disk."""

    def __init__(self, engine: AsyncEngine) -> None:
        """``engine`` works in place and is used in this thread alone."""
        self._engine = engine
        self._thread: ThreadPoolExecutor | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Written[Result]:
        """Do ``work`` in a transaction in the thread; raises what it or the commit raises."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        return await asyncio.wrap_future(self._thread.submit(self._run, work))

    def _run(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Written[Result]:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        return self._loop.run_until_complete(self._commit(work))

    async def _commit(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Written[Result]:
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            async with session.begin():
                result = await work(session)
                changed = take_changes(session)
                began = time.perf_counter()
            return result, changed, time.perf_counter() - began

    def _end(self) -> None:
        if self._loop is not None:
            self._loop.run_until_complete(self._engine.dispose())
            self._loop.close()
            self._loop = None

    async def close(self) -> None:
        """Close the connection and end the thread; another ``run`` begins anew."""
        if self._thread is not None:
            await asyncio.wrap_future(self._thread.submit(self._end))
            self._thread.shutdown()
            self._thread = None
