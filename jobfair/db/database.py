"""One database per process: one transaction per act, snapshots for reading.

SQLite: one writing connection (``BEGIN IMMEDIATE``, WAL, ``synchronous=FULL``: acknowledged
means on disk) and a few readers that cannot write. PostgreSQL: READ COMMITTED for writing, where
the subjects lock the fair row, and a read-only REPEATABLE READ snapshot for reading.

Errors do not name the values of a statement (``hide_parameters``): they are what people typed,
and errors are logged.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from prometheus_client import Histogram
from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from jobfair.db.changes import take_changes
from jobfair.db.lookup import PreparedLookup
from jobfair.db.notes import send_note
from jobfair.db.silence import DeadlineConnection, allow_long_answers, check_on_checkout
from jobfair.db.writer import BlockingSession, Result, run_in_transaction

WRITER_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "trusted_schema=OFF",
    "secure_delete=ON",
    "journal_size_limit=67108864",
    "wal_autocheckpoint=4000",
)
READER_PRAGMAS = ("query_only=ON", "busy_timeout=5000", "wal_autocheckpoint=0")
SERVER_OPTIONS = (
    "-c synchronous_commit=on -c idle_in_transaction_session_timeout=10000"
    " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2"
    " -c tcp_user_timeout=10000"
)
"""Acknowledged means on disk, whatever the server's own default. A node that hangs in the middle of
a transaction, or whose machine has vanished, holds the fair's lock for about ten seconds at most;
the others wait in their doors."""

COMMIT_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

LONG_IDLE_TIMEOUT = text("set local idle_in_transaction_session_timeout = '60s'")

ALIVE = {
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "2",
    "tcp_user_timeout": "10000",
    "connect_timeout": "5",
}
"""A connection whose other end has vanished without a word is given up within about ten seconds."""


def _prepare(engine: Engine, pragmas: tuple[str, ...], begin: str) -> None:
    """Let every connection leave transactions to us, and set it up."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _sqlite_engine(url: str, pragmas: tuple[str, ...], begin: str, pool_size: int) -> AsyncEngine:
    # Every transaction is ended by who began it, so nothing is left to be reset on giving a
    # connection back: that would cost the intake's batch a trip to another thread.
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        pool_reset_on_return=None,
        hide_parameters=True,
    )
    _prepare(engine.sync_engine, pragmas, begin)
    return engine


def _server_engine(url: URL, **how: Any) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_timeout=30,
        hide_parameters=True,
        connect_args={"async_creator_fn": DeadlineConnection.connect},
        **how,
    )
    check_on_checkout(engine)
    return engine


class Database:
    """Transactions and snapshots, and what to do once a transaction has committed."""

    def __init__(self, url: str) -> None:
        made = make_url(url)
        if made.get_backend_name() == "sqlite":
            made = made.set(drivername="sqlite+aiosqlite")
            address = made.render_as_string(hide_password=False)
            self.engine = _sqlite_engine(address, WRITER_PRAGMAS, "BEGIN IMMEDIATE", 1)
            self.report_reader = _sqlite_engine(address, READER_PRAGMAS, "BEGIN", 2)
            self._engines = [self.engine, self.report_reader]
            plain = made.set(drivername="sqlite")
            # The pool grows as needed: waiting for a connection would hold up the event loop.
            self.page_reader = create_engine(
                plain, pool_size=4, max_overflow=-1, hide_parameters=True
            )
            _prepare(self.page_reader, READER_PRAGMAS, "BEGIN")
            self.lookup_engine: Engine | AsyncEngine = self.page_reader
            self._snapshots: Callable[[], AsyncSession] = partial(BlockingSession, self.page_reader)
            self.write_engine = create_engine(plain, pool_size=1, hide_parameters=True)
            _prepare(self.write_engine, WRITER_PRAGMAS, "BEGIN IMMEDIATE")
        else:
            made = made.set(drivername="postgresql+psycopg")
            given = str(made.query.get("options", ""))
            made = made.update_query_dict(
                {**ALIVE, **made.query, "options": f"{given} {SERVER_OPTIONS}".strip()}
            )
            self.engine = _server_engine(made, pool_size=6, max_overflow=2)
            self.report_reader = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self.page_reader = self.report_reader.sync_engine
            self._snapshots = async_sessionmaker(self.report_reader, expire_on_commit=False)
            # A pool of its own: switching a connection to autocommit and back costs as much as
            # the statement.
            self.lookup_engine = _server_engine(
                made,
                pool_size=3,
                max_overflow=1,
                pool_reset_on_return=None,
                isolation_level="AUTOCOMMIT",
                skip_autocommit_rollback=True,
            )
            self._engines = [self.engine, self.lookup_engine]
            self.write_engine = self.engine.sync_engine
        self.url = made
        self.is_sqlite = made.get_backend_name() == "sqlite"
        self.node = secrets.token_hex(8)
        """Identifies this process among those that share the database."""
        self.lookup = PreparedLookup(self.lookup_engine)
        """Asks single statements that are asked with every request."""
        self.commit_seconds = Histogram(
            "jobfair_commit_seconds",
            "Time a transaction took to commit.",
            buckets=COMMIT_BUCKETS,
            registry=None,
        )
        self._observe_commit = self.commit_seconds.observe
        self.announce: Callable[[frozenset[str]], None] = lambda _: None
        self._writing_thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._writing = async_sessionmaker(self.engine, expire_on_commit=False)
        self._long_snapshots = async_sessionmaker(self.report_reader, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self, *, long: bool = False) -> AsyncIterator[AsyncSession]:
        """Commit on leaving, roll back on any error; announce changes only after the commit.

        On PostgreSQL the other nodes are told in the very same transaction. ``long`` lets its
        statements take ten minutes, as a closing needs that looks at every row of a large fair.
        """
        async with self._writing() as session:
            async with session.begin() as transaction:
                if long and not self.is_sqlite:
                    await allow_long_answers(await session.connection())
                yield session
                changed = take_changes(session) if transaction.is_active else frozenset()
                if changed and not self.is_sqlite:
                    await send_note(session, self.node, changed)
                began = time.perf_counter()
            self._observe_commit(time.perf_counter() - began)
            if changed:
                self.announce(changed)

    async def write(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        """Do ``work`` in a transaction and return what it returns: for many, one after another.

        Like :meth:`transaction`, but on SQLite the whole of it runs in the writer's thread, so
        ``work`` may await nothing but its session. Both ways of writing share one queue.
        """
        if not self.is_sqlite:
            async with self.transaction() as session:
                return await work(session)
        async with self.engine.connect():
            result, changed, took = await asyncio.get_running_loop().run_in_executor(
                self._writing_thread, run_in_transaction, self.write_engine, work
            )
        self._observe_commit(took)
        if changed:
            self.announce(changed)
        return result

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """Read one consistent state; nothing written here is kept.

        On SQLite the statements run in the event loop's own thread: handing one to another thread
        costs about twenty times what looking up a few rows costs, and in WAL mode a reader never
        waits for the writer.
        """
        async with self._snapshots() as session:
            yield session

    @asynccontextmanager
    async def long_snapshot(self) -> AsyncIterator[AsyncSession]:
        """Read one consistent state as a snapshot does, where many rows are looked at.

        On SQLite it runs in a thread of its own. On PostgreSQL each statement may take ten minutes,
        and a minute may pass between two: it holds no lock.
        """
        async with self._long_snapshots() as session, session.begin():
            if not self.is_sqlite:
                await session.execute(LONG_IDLE_TIMEOUT)
                await allow_long_answers(await session.connection())
            yield session

    async def own_connection(self) -> DeadlineConnection:
        """Return an autocommit connection outside the pool (PostgreSQL); the caller closes it.

        Raises:
            psycopg.Error: the server is out of reach.

        """
        _, how = self.engine.dialect.create_connect_args(self.url)
        return await DeadlineConnection.connect(**how, autocommit=True)

    async def version(self) -> str:
        """Return name and version of the database library or server."""
        async with self.report_reader.connect() as connection:
            if self.is_sqlite:
                return f"SQLite {await connection.scalar(text('select sqlite_version()'))}"
            return f"PostgreSQL {await connection.scalar(text('show server_version'))}"

    async def close(self) -> None:
        """Give all connections back; SQLite folds its log into the file."""
        await asyncio.to_thread(self._writing_thread.shutdown)
        self.lookup.close()
        if self.is_sqlite:
            self.page_reader.dispose()
            self.write_engine.dispose()
        for engine in self._engines:
            await engine.dispose()
