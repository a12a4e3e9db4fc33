"""The revisions build exactly the tables the models describe, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import jobfair.app  # noqa: F401 - every model is known once the whole program is
from jobfair.db import Base
from jobfair.db.migrations import _config, newest_revision, revision_of, upgrade
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


def script(revision):
    return ScriptDirectory.from_config(_config()).get_revision(revision)


PREFIXES = """
insert into office (id, slug, name, short_name, regency, city, address, phone, whatsapp, email,
  website, letterhead) values (1, 'a', 'A', 'A', '12.09', 'K', '', '', '', '', '', '[]');
insert into fair (id, office_id, slug, name, short_name, receipt_prefix, time_zone,
  residence_policy, residence_basis, minimum_age, applications_per_applicant, reporting_days,
  sample, texts, recap, created_at, latched_at, latch_seq, ledger_seq, applicants)
  values ({id}, 1, 'fair-{id}', 'F', 'F', '{prefix}', 'Asia/Jakarta', 'local_priority', 'Dasar.',
  18, 0, 30, false, '{{}}', '{{}}', '2026-03-01 00:00:00+00:00', {latched}, {latch}, {seq}, 0)
"""
BEFORE = script("0007").down_revision
CLOSED = "'2026-03-02 00:00:00+00:00'"


async def store_old(database, *fairs):
    """Store fairs as the revision before allowed them: (prefix, latched_at, ledger_seq)."""
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.execute(text("drop table if exists alembic_version"))
    await upgrade(database, BEFORE)
    office, fair = PREFIXES.split(";", 1)
    fair = fair.rstrip("; \n")
    async with database.engine.begin() as connection:
        await connection.execute(text(office))
        for at, (prefix, latched, seq) in enumerate(fairs, 1):
            latch = "null" if latched == "null" else seq
            row = fair.format(id=at, prefix=prefix, latched=latched, latch=latch, seq=seq)
            await connection.execute(text(row))


async def test_one_receipt_prefix_becomes_several(database):
    await store_old(
        database, ("ASH", "null", 0), ("ASH", CLOSED, 7), ("ASH", "null", 0), ("ABCDEF", "null", 0),
        ("ABCDEF", "null", 3), ("ASH2", "null", 0), ("ASH", CLOSED, 2),
    )  # fmt: skip

    await upgrade(database)

    async with database.engine.connect() as connection:
        rows = await connection.execute(
            text("select receipt_prefix, residence_policy, residence_basis from fair order by id")
        )
        assert [tuple(row) for row in rows] == [
            ("ASH3", "open", ""),
            ("ASH", "local_priority", "Dasar."),
            ("ASH4", "open", ""),
            ("ABCDE2", "open", ""),
            ("ABCDEF", "open", ""),
            ("ASH2", "open", ""),
            ("ASH", "local_priority", "Dasar."),
        ]


async def test_two_running_fairs_with_numbers_of_one_prefix_are_named(database):
    await store_old(database, ("ASH", "null", 7), ("ASH", "null", 2))

    with pytest.raises(Misconfigured, match="fair-1 dan fair-2 sama-sama memakai awalan"):
        await upgrade(database)

    assert await revision_of(database) == BEFORE
