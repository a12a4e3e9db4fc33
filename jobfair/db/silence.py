"""A connection to a PostgreSQL that may stop answering although the connection is not cut.

The operating system notices a machine that is gone, but not a server that hangs or a proxy that
passes nothing on: a statement would wait for ever and hold a place in the pool. So each statement
has a deadline; when it passes, the connection is aborted, with the effects of any lost connection.
"""

import asyncio
import contextlib
import os
import select
import socket
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

ANSWER_WITHIN = 12.0
"""Seconds; more than a node that hangs may hold a lock (see ``SERVER_OPTIONS``)."""
LONG_ANSWER_WITHIN = 600.0
"""Seconds for a statement that may look at every row: of a report, a check or a migration."""


KEY = 0x6A6F6266  # "jobf"


class DeadlineConnection(psycopg.AsyncConnection[Any]):
    """Aborts itself when an answer does not come within ``answer_within`` seconds."""

    answer_within: float | None = None

    async def wait(self, gen: PQGen[RV], *args: Any, **more: Any) -> RV:
        """Wait as the driver does, until the deadline."""
        within = self.answer_within or ANSWER_WITHIN
        timer = asyncio.get_running_loop().call_later(within, self._abort)
        try:
            return await super().wait(gen, *args, **more)
        finally:
            timer.cancel()

    async def takes_role(self) -> bool:
        """Return whether this process keeps the clock, taking that role if it is free.

        A session advisory lock, so it ends with its connection. Nothing that counts depends on it:
        two at once would only do the same work twice.
        """
        asked = await self.execute("select pg_try_advisory_lock(%s)", [KEY])
        return await asked.fetchone() == (True,)

    def _abort(self) -> None:
        # Below the driver, which then finds its connection cut.
        with (
            contextlib.suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(self.pgconn.socket)) as cut,
        ):
            cut.shutdown(socket.SHUT_RDWR)


async def allow_long_answers(connection: AsyncConnection) -> None:
    """Give the statements of a PostgreSQL connection more time, until it is given back."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    driver.answer_within = LONG_ANSWER_WITHIN


def check_on_checkout(engine: AsyncEngine) -> None:
    """Replace connections of the pool that were closed, or have data to read, while idle."""

    @event.listens_for(engine.sync_engine, "checkout")
    def check(connection: Any, *_: Any) -> None:
        driver = connection.driver_connection
        driver.answer_within = None
        poll = select.poll()
        if not driver.closed:
            poll.register(driver.pgconn.socket, select.POLLIN | select.POLLRDHUP)
        if driver.closed or poll.poll(0):
            raise DisconnectionError
