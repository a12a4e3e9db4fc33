"""SQLite read where it is asked for, without another thread.

Handing a statement to a thread and its rows back costs about twenty times what looking up a few
rows costs, and in WAL mode a reader never waits for the writer. So pages read in the event loop
itself; what looks at many rows reads in a thread (``Database.survey``), and so does everything
that writes, for a commit waits for the disk.
"""

import sqlite3
from typing import Any

from sqlalchemy.connectors.asyncio import AsyncIODBAPIConnection
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool


class _Cursor(sqlite3.Cursor):
    async def _async_soft_close(self) -> None:
        """Do nothing: SQLAlchemy asks this of drivers whose rows come from another thread."""


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


class InPlace(SQLiteDialect_pysqlite):
    """The plain SQLite driver under an asynchronous engine: its calls simply never wait."""

    driver = "inplace"
    is_async = True
    supports_statement_cache = True

    def create_connect_args(self, url: URL) -> Any:
        """Return what the driver is called with."""
        words, options = super().create_connect_args(url)
        return words, {**options, "factory": _Connection}

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:  # noqa: ARG003 - the dialect's interface
        """Let who finds every connection taken wait without holding up the loop."""
        return AsyncAdaptedQueuePool

    def get_driver_connection(self, connection: Any) -> AsyncIODBAPIConnection:
        """There is nothing between the driver and the dialect."""
        driver: AsyncIODBAPIConnection = connection
        return driver


registry.register("sqlite.inplace", __name__, InPlace.__name__)
IN_PLACE = "sqlite+inplace"
