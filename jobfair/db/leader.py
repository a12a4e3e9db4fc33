"""One runner at a time: who keeps the clock when several processes share a database.

PostgreSQL: a session advisory lock on a connection of its own, so it ends with the process and
another takes over at once. SQLite: a lock on a file beside the database. Nothing that counts
depends on it; two runners at once would only ring twice.
"""

import fcntl
from pathlib import Path
from typing import IO

import psycopg

from jobfair.db.database import Database

KEY = 0x6A6F6266  # "jobf"


class Leader:
    """Asks for the role, and again before every job: losing it is noticed at the next one."""

    def __init__(self, database: Database) -> None:
        self._url = database.url
        self._path = Path(f"{database.url.database}.runner") if database.is_sqlite else None
        self._file: IO[str] | None = None
        self._connection: psycopg.AsyncConnection[tuple[bool]] | None = None

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
        try:
            if self._connection is not None:
                await self._connection.execute("select 1")
                return True
            address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
            connection = await psycopg.AsyncConnection.connect(
                address, autocommit=True, keepalives_idle=5, keepalives_interval=2
            )
            row = await (
                await connection.execute("select pg_try_advisory_lock(%s)", (KEY,))
            ).fetchone()
            if row is not None and row[0]:
                self._connection = connection
                return True
            await connection.close()
        except psycopg.Error:
            await self.release()
        return False

    async def release(self) -> None:
        """Give the role back."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()
