"""One runner at a time: who keeps the clock when several processes share a PostgreSQL.

A session advisory lock on a connection of its own, so it ends with the process and another takes
over at once. A SQLite file has one server anyway (:func:`jobfair.db.safety.only_server`). Nothing
that counts depends on it; two runners at once would only do the same work twice.
"""

import asyncio
from contextlib import suppress

import psycopg

from jobfair.db.database import Database
from jobfair.db.silence import DeadlineConnection

KEY = 0x6A6F6266  # "jobf"
IDLE_TIMEOUT = "10s"
"""A runner asks each second. One that hangs, or whose machine has lost its power, loses the role
after about ten seconds, and notices that before it does anything more."""


class Leader:
    """Asks for the role, and again before every job: losing it is noticed at the next one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: DeadlineConnection | None = None
        self._one_at_a_time = asyncio.Lock()

    async def holds(self) -> bool:
        """Return whether this process keeps the clock, taking the role if it is free."""
        if self._database.is_sqlite:
            return True
        async with self._one_at_a_time:
            try:
                if self._connection is None:
                    self._connection = await self._database.own_connection()
                    await self._connection.execute(
                        "select set_config('idle_session_timeout', %s, false)", [IDLE_TIMEOUT]
                    )
                # The session that has the lock gets it again.
                asked = await self._connection.execute("select pg_try_advisory_lock(%s)", [KEY])
                return (await asked.fetchone()) == (True,)
            except (psycopg.Error, OSError):
                await self.release()
                return False

    async def release(self) -> None:
        """Give the role back: once this returns, another may have it."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with suppress(psycopg.Error, OSError):  # a lost connection has given it back already
                await connection.execute("select pg_advisory_unlock_all()")
            await connection.close()
