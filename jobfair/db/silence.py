"""A connection to a PostgreSQL that may fall silent without being cut.

The system notices a machine that is gone, for nothing confirms what we send. It does not notice a
server that hangs, or a middleman who takes everything and passes on nothing: whoever waits for an
answer then would wait for ever, and hold a place in the pool. So who has waited for some seconds
asks about the statement over another connection. While the server works on it, or waits for a
lock, it may take as long as it needs; else the line is hung up, and everything goes on as after
any lost connection.
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
IDLE = "select 1 from pg_stat_activity where pid = %s and state not like 'idle%%'"


class Line(psycopg.AsyncConnection[Any]):
    """Waits for no answer that cannot come."""

    another: Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]
    _asking: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, *args: Any, **how: Any) -> Self:
        """Connect, as ``connect`` does."""
        line = await cls.connect(*args, **how)

        line.another = partial(psycopg.AsyncConnection.connect, *args, **how | {"autocommit": True})
        return line

    async def wait(self, gen: PQGen[RV], *args: Any, **more: Any) -> RV:
        """Wait as the driver does, and have an eye on the clock."""
        timer = asyncio.get_running_loop().call_later(SUSPECT_AFTER, self._suspect)
        try:
            return await super().wait(gen, *args, **more)
        finally:
            timer.cancel()
            if self._asking is not None:
                self._asking.cancel()
                self._asking = None

    @property
    def is_cut(self) -> bool:
        """Tell whether an idle line has ended, or at least has something to say."""
        if self.closed:
            return True
        ear = select.poll()
        ear.register(self.pgconn.socket, select.POLLIN | select.POLLRDHUP)
        return bool(ear.poll(0))

    def _suspect(self) -> None:
        self._asking = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        while True:
            if not await self._is_worked_on():
                self._hang_up()
                return
            await asyncio.sleep(SUSPECT_AFTER)

    async def _is_worked_on(self) -> bool:
        """Ask the server; no answer is an answer as well."""
        asking = asyncio.ensure_future(self._ask())
        try:
            await asyncio.wait({asking}, timeout=ANSWER_WITHIN)
            return asking.done() and not asking.exception() and asking.result()
        finally:
            asking.cancel()

    async def _ask(self) -> bool:
        async with await self.another() as other:
            found = await other.execute(IDLE, [self.info.backend_pid])
            return await found.fetchone() is not None

    def _hang_up(self) -> None:
        """End the line below the driver, who then finds it cut."""
        with (
            contextlib.suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(self.pgconn.socket)) as line,
        ):
            line.shutdown(socket.SHUT_RDWR)


def watch(engine: AsyncEngine) -> None:
    """Let nobody have a line of the pool that was cut while it was idle."""

    @event.listens_for(engine.sync_engine, "checkout")
    def look(connection: Any, *_: Any) -> None:
        if connection.driver_connection.is_cut:
            raise DisconnectionError
