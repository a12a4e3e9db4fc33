"""Whole transactions in a thread, from beginning to commit, away from the event loop.

A statement handed over one at a time comes back through the queue of the loop, and in a rush
that queue is long: a batch of a dozen statements would wait there a dozen times. Here the loop
hands over once and hears once.
"""

import time
from collections.abc import Awaitable, Callable
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


def run_in_transaction(
    engine: Engine, work: Callable[[AsyncSession], Awaitable[Result]]
) -> Written[Result]:
    """Do ``work`` in a transaction, to its end: there is no event loop here, nor need of one."""
    steps = _commit(engine, work)
    try:
        steps.send(None)
    except StopIteration as done:
        written: Written[Result] = done.value
        return written
    steps.close()
    raise RuntimeError("what is written in one go waits for nothing but its session")


async def _commit(
    engine: Engine, work: Callable[[AsyncSession], Awaitable[Result]]
) -> Written[Result]:
    session = BlockingSession(engine)
    with session.sync_session as plain:
        with plain.begin():
            result = await work(session)
            changed = take_changes(session)
            plain.flush()
            began = time.perf_counter()
        return result, changed, time.perf_counter() - began
