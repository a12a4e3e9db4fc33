"""A PostgreSQL of its own for a benchmark, with what was filled into SQLite carried over."""

import asyncio
import contextlib
from collections.abc import Iterator

from sqlalchemy import Connection, insert, select, text

from bench.history import reading
from jobfair.db import Base, Database
from jobfair.db.migrations import upgrade
from tests.postgres import own_server

AT_ONCE = 5000


@contextlib.contextmanager
def carried_over(address: str) -> Iterator[str]:
    """Give the address of a PostgreSQL that commits to the disk and holds the same rows."""
    with own_server(on_disk=True) as server, reading(address) as source:
        asyncio.run(_carry(source, server.address))
        yield server.address


async def _carry(source: Connection, address: str) -> None:
    database = Database(address)
    await upgrade(database)
    async with database.engine.begin() as target:
        await target.execute(text("set session_replication_role = replica"))  # in any order
        for table in Base.metadata.sorted_tables:
            await target.execute(table.delete())
            for rows in source.execute(select(table)).mappings().partitions(AT_ONCE):
                await target.execute(insert(table), [dict(row) for row in rows])
            if "id" in table.c:
                newest = f"select setval('{table.name}_id_seq', max(id)) from {table.name}"
                await target.execute(text(newest))
        await target.execute(text("set session_replication_role = origin"))
    async with database.engine.connect() as vacuuming:
        await vacuuming.execution_options(isolation_level="AUTOCOMMIT")
        await vacuuming.execute(text("vacuum analyze"))
    await database.close()
