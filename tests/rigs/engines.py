"""Empty databases for rigs that are run by command; under pytest there is ``database_url``."""

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator

from jobfair.db import Database
from jobfair.db.migrations import upgrade
from tests.postgres import FAST, own_server

ENGINES = ("sqlite", "postgresql")


@contextlib.contextmanager
def empty(engine: str, settings: tuple[str, ...] = FAST) -> Iterator[str]:
    """Give the address of a database with the newest schema; all is gone afterwards.

    ``settings`` say how durable a PostgreSQL is; SQLite always is.
    """
    with contextlib.ExitStack() as stack:
        if engine == "sqlite":
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="jf-rig-"))
            url = f"sqlite:///{folder}/fair.sqlite"
        else:
            url = stack.enter_context(own_server(settings)).address
        asyncio.run(_build(url))
        yield url


async def _build(url: str) -> None:
    database = Database(url)
    await upgrade(database)
    await database.close()
