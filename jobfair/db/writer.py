"""A thread that writes: whole transactions, from beginning to commit, away from the event loop.

A statement handed over one at a time comes back through the queue of the loop, and in a rush
that queue is long: a batch of a dozen statements would wait there a dozen times. Here the loop
hands over once and hears once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncSession

from jobfair.db.changes import take_changes

Result = TypeVar("Result")
Written = tuple[Result, frozenset[str], float]
"""What the work returned, what it changed, and how many seconds the commit took."""


class BlockingSession(AsyncSession):
    """A session over a synchronous engine: its statements run in the thread that asks."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(expire_on_commit=False)
        self.sync_session.bind = engine

    async def execute(self, *args: Any, **options: Any) -> Any:
        """Run a statement, without the switch that a session in an event loop needs."""
        return self.sync_session.execute(*args, **options)

    async def close(self) -> None:
        """Give the connection back, without a task of its own: this cannot be interrupted."""
        self.sync_session.close()

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        self.sync_session.close()


class Writer:
    """One thread in which nothing ever waits for anything but the disk."""

    def __init__(self, engine: Engine) -> None:
        """``engine`` is used in this thread alone."""
        self._engine = engine
        self._thread: ThreadPoolExecutor | None = None

    async def run(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Written[Result]:
        """Do ``work`` in a transaction in the thread; raises what it or the commit raises."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        return await asyncio.wrap_future(self._thread.submit(self._run, work))

    def _run(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Written[Result]:
        """Take the steps of ``work`` to their end: there is no event loop here, nor need of one."""
        steps = self._commit(work)
        try:
            steps.send(None)
        except StopIteration as done:
            written: Written[Result] = done.value
            return written
        steps.close()
        raise RuntimeError("what is written in one go waits for nothing but its session")

    async def _commit(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Written[Result]:
        session = BlockingSession(self._engine)
        with session.sync_session as plain:
            with plain.begin():
                result = await work(session)
                changed = take_changes(session)
                plain.flush()
                began = time.perf_counter()
            return result, changed, time.perf_counter() - began

    async def close(self) -> None:
        """Close the connection and end the thread; another ``run`` begins anew."""
        if self._thread is not None:
            await asyncio.wrap_future(self._thread.submit(self._engine.dispose))
            self._thread.shutdown()
            self._thread = None
