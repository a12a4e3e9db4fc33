"""The schema and how it came to be: numbered revisions, applied in order, each once."""

import logging
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncSession

from jobfair.db.database import Database
from jobfair.db.silence import allow_long_answers
from jobfair.errors import Misconfigured
from jobfair.keys import Keys

logging.getLogger("alembic").setLevel(logging.WARNING)  # or it tells of every look at a revision


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def newest_revision() -> str:
    """Return the revision this program works with."""
    head = _scripts().get_current_head()
    assert head is not None, "the package carries its revisions"
    return head


async def revision_of(database: Database) -> str | None:
    """Return the revision a database is at; None when it is empty."""

    def read(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.report_reader.connect() as connection:
        return await connection.run_sync(read)


async def upgrade(database: Database, to: str = "head", *, keys: Keys | None = None) -> bool:
    """Bring the schema to a revision in one transaction; tell whether it was not the newest.

    ``keys`` are for revisions that seal what stood there plainly; an empty database needs none.

    Raises:
        Misconfigured: the database was made by a newer version of the program.

    """
    before = await revision_of(database)
    _refuse_unknown(before)

    def run(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        config.attributes["keys"] = keys
        command.upgrade(config, to)

    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await allow_long_answers(connection)
        await connection.run_sync(run)
    return before != newest_revision()


async def check_revision(database: Database) -> None:
    """Raise ``Misconfigured`` unless the database is at the newest revision."""
    revision = await revision_of(database)
    _refuse_unknown(revision)
    if revision != newest_revision():
        raise Misconfigured(
            "Basis data belum siap untuk versi program ini. Jalankan: jobfair migrate"
        )


async def rewrite_revision(session: AsyncSession) -> None:
    """Write the revision over itself: nothing changes, but the disk has to take it."""
    await session.execute(text("update alembic_version set version_num = version_num"))


def _refuse_unknown(revision: str | None) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise Misconfigured(
            "Basis data ini dibuat oleh versi program yang lebih baru (%(revision)s). "
            "Pasang versi itu, atau pulihkan cadangan yang sesuai.",
            revision=revision,
        )
