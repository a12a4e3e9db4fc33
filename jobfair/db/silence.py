"""A connection to a PostgreSQL that may stop answering although the connection is not cut.

The operating system notices a machine that is gone, but not a server that hangs or a proxy that
passes nothing on: a statement would wait for ever and hold a place in the pool. So after some
seconds the server is asked about the statement over another connection. While it works on it, or
waits for a lock, the statement may take as long as it needs; otherwise its connection is aborted,
with the effects of any lost connection. A time limit would cut long closings and recounts as well.
"""

import asyncio
import contextlib
import os
import select
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Self

import psycopg
from psycopg.abc import RV, PQGen
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine

SUSPECT_AFTER = 5.0
ANSWER_WITHIN = 5.0
WORKING = "select 1 from pg_stat_activity where pid = %s and state not like 'idle%%'"


class WatchedConnection(psycopg.AsyncConnection[Any]):
    """Aborts itself when it waits for an answer that cannot come."""

    connect_another: Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]
    _watch: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, *args: Any, **how: Any) -> Self:
        """Connect, as ``connect`` does."""
        connection = await cls.connect(*args, **how)
        connection.connect_another = partial(
            psycopg.AsyncConnection.connect, *args, **how | {"autocommit": True}
        )
        return connection

    async def wait(self, gen: PQGen[RV], *args: Any, **more: Any) -> RV:
        """Wait as the driver does; after ``SUSPECT_AFTER`` seconds the server is asked."""
        timer = asyncio.get_running_loop().call_later(SUSPECT_AFTER, self._start_watch)
        try:
            return await super().wait(gen, *args, **more)
        finally:
            timer.cancel()
            if self._watch is not None:
                self._watch.cancel()
                self._watch = None

    @property
    def closed_by_peer(self) -> bool:
        """Return whether an idle connection has ended, or has unexpected data to read."""
        if self.closed:
            return True
        poll = select.poll()
        poll.register(self.pgconn.socket, select.POLLIN | select.POLLRDHUP)
        return bool(poll.poll(0))

    def _start_watch(self) -> None:
        self._watch = asyncio.ensure_future(self._abort_when_idle())

    async def _abort_when_idle(self) -> None:
        while await self._is_worked_on():  # noqa: ASYNC110 - no event tells when it has ended
            await asyncio.sleep(SUSPECT_AFTER)
        # Below the driver, which then finds its connection cut.
        with (
            contextlib.suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(self.pgconn.socket)) as cut,
        ):
            cut.shutdown(socket.SHUT_RDWR)

    async def _is_worked_on(self) -> bool:
        """Ask the server; no answer in time, or an error, counts as no."""
        asking = asyncio.ensure_future(self._ask())
        try:
            await asyncio.wait({asking}, timeout=ANSWER_WITHIN)
            return asking.done() and not asking.exception() and asking.result()
        finally:
            asking.cancel()

    async def _ask(self) -> bool:
        async with await self.connect_another() as other:
            found = await other.execute(WORKING, [self.info.backend_pid])
            return await found.fetchone() is not None


def check_on_checkout(engine: AsyncEngine) -> None:
    """Replace connections of the pool that were closed while they were idle."""

    @event.listens_for(engine.sync_engine, "checkout")
    def check(connection: Any, *_: Any) -> None:
        if connection.driver_connection.closed_by_peer:
            raise DisconnectionError
