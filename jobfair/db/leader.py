"""One runner at a time: who keeps the clock when several processes share a database.

PostgreSQL: a session advisory lock on a connection of its own, so it ends with the process and
another takes over at once. SQLite: a lock on a file beside the database. Nothing that counts
depends on it; two runners at once would only do the same work twice.
"""

import asyncio
import fcntl
from contextlib import suppress
from pathlib import Path
from typing import IO

import psycopg

from jobfair.db.database import Database
from jobfair.db.silence import WatchedConnection

KEY = 0x6A6F6266  # "jobf"
IDLE_TIMEOUT = "10s"
"""A runner asks each second. One that hangs, or whose machine has lost its power, loses the role
after about ten seconds, and notices that before it does anything more."""


class Leader:
    """Asks for the role, and again before every job: losing it is noticed at the next one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._path = Path(f"{database.url.database}.runner") if database.is_sqlite else None
        self._file: IO[str] | None = None
        self._connection: WatchedConnection | None = None
        self._leads = False
        self._one_at_a_time = asyncio.Lock()

    async def holds(self) -> bool:
        """Return whether this process keeps the clock, taking the role if it is free."""
        if self._path is not None:
            return self._holds_file(self._path)
        return await self._holds_connection()

    def _holds_file(self, path: Path) -> bool:
        if self._file is not None:
            return True
        file = path.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    async def _holds_connection(self) -> bool:
        async with self._one_at_a_time:
            try:
                if self._connection is None:
                    self._connection = await self._database.own_connection()
                    await self._connection.execute(
                        "select set_config('idle_session_timeout', %s, false)", [IDLE_TIMEOUT]
                    )
                if self._leads:
                    await self._connection.execute("select 1")
                else:
                    asked = await self._connection.execute("select pg_try_advisory_lock(%s)", [KEY])
                    self._leads = (await asked.fetchone() or [False])[0]
            except (psycopg.Error, OSError):
                await self._disconnect()
            return self._leads

    async def release(self) -> None:
        """Give the role back: once this returns, another may have it."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None and self._leads:
            with suppress(psycopg.Error, OSError):  # a lost connection has given it back already
                await self._connection.execute("select pg_advisory_unlock(%s)", [KEY])
        await self._disconnect()

    async def _disconnect(self) -> None:
        self._leads = False
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()
