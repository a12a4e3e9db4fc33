"""The revisions build exactly the tables the models describe, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

import jobfair.app  # noqa: F401 - every model is known once the whole program is
from jobfair.db import Base
from jobfair.db.migrations import newest_revision, revision_of, upgrade
from jobfair.errors import Misconfigured


async def test_the_revisions_build_what_the_models_say(database):
    def differences(connection: Connection) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)

    await upgrade(database)

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_upgrading_twice_changes_nothing(database):
    await upgrade(database)

    assert await upgrade(database) is False
    assert await revision_of(database) == newest_revision()


async def test_a_newer_database_is_refused_by_name(database):
    await upgrade(database)
    async with database.engine.begin() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))

    with pytest.raises(Misconfigured, match="9999"):
        await upgrade(database)
