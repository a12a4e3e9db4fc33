from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from jobfair.db import Database
from jobfair.loading import Mistake, load_fair
from tests.loading.folders import NOW, contents, write_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "kisaran-2026")


@pytest.fixture
async def loaded(sqlite_url: str, folder: Path) -> AsyncIterator[Database]:
    """Give a database with the small fair in it, as a draft."""
    database = Database(sqlite_url)
    assert (await load_fair(database, folder, now=NOW)).mistakes == ()
    yield database
    await database.close()


@pytest.fixture
def refused(loaded: Database, folder: Path) -> Callable[[], Awaitable[tuple[Mistake, ...]]]:
    """Load the folder, which must change nothing, and return the mistakes."""

    async def load() -> tuple[Mistake, ...]:
        before = await contents(loaded)
        report = await load_fair(loaded, folder, now=NOW, publish=True)
        assert report.changes == ()
        assert await contents(loaded) == before
        return report.mistakes

    return load
