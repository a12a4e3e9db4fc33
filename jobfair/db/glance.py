"""Looking up a few rows by one statement made beforehand: who is asking, where they apply.

One statement sees one consistent state by itself. A session with its transaction costs about ten
times what such a statement costs, and these are asked with every request.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Result
from sqlalchemy.ext.asyncio import AsyncEngine


class Glance:
    """Takes the place of a session in queries that ask one statement and nothing else."""

    def __init__(self, engine: Engine | AsyncEngine) -> None:
        """``engine`` commits by itself. A plain one (SQLite) is asked in place, in this thread."""
        self._engine = engine
        self._connection: Connection | None = None

    async def execute(self, statement: Executable, facts: Mapping[str, Any]) -> Result[Any]:
        """Return what is found; take all of it before awaiting anything else."""
        if isinstance(self._engine, AsyncEngine):
            async with self._engine.connect() as connection:
                found = await connection.execute(statement, facts)
                return found.freeze()()
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            return self._connection.execute(statement, facts)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the connection back; the next look opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
