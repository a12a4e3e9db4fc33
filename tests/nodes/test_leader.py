"""One runner at a time; when it ends, is cut off or hangs, another takes over."""

import asyncio

import pytest
from sqlalchemy import select, text

from jobfair.audit.models import AuditEntry
from jobfair.db import Database, leader
from jobfair.db.leader import Leader
from jobfair.fairs.actions import announce_phase
from tests.doors import staged
from tests.nodes.crowd import until


@pytest.fixture
async def candidates(shared_url):
    databases = [Database(shared_url), Database(shared_url)]
    made = [Leader(database) for database in databases]
    yield made
    for one in made:
        await one.release()
    for database in databases:
        await database.close()


async def test_one_of_two_runs_and_the_other_takes_over(candidates):
    first, second = candidates
    assert await first.holds()
    assert not await second.holds()
    assert await first.holds()

    await first.release()

    await until(second.holds)
    assert not await first.holds()


async def test_asked_by_several_jobs_at_once_it_takes_the_role_once(candidates):
    first, second = candidates

    assert await asyncio.gather(*(first.holds() for _ in range(5))) == [True] * 5
    await first.release()
    await until(second.holds)


async def test_a_runner_that_is_cut_off_notices_and_steps_down(candidates):
    first, second = candidates
    assert await first.holds()
    pid = first._connection.info.backend_pid
    async with second._database.engine.begin() as connection:
        await connection.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    assert await second.holds()
    assert not await first.holds()


async def test_a_runner_that_hangs_loses_the_role(candidates, monkeypatch):
    first, second = candidates
    monkeypatch.setattr(leader, "IDLE_TIMEOUT", "100ms")
    assert await first.holds()
    monkeypatch.undo()

    await until(second.holds)

    assert not await first.holds()


async def test_two_clocks_that_ring_at_once_write_one_entry(shared_url, clock):
    databases = [Database(shared_url) for _ in range(4)]
    made = await staged(databases[0])

    async def ring(database):
        async with database.transaction() as session:
            await announce_phase(session, fair_id=made.fair.id, now=clock.now())
            await asyncio.sleep(0.1)

    await asyncio.gather(*map(ring, databases))

    async with databases[0].snapshot() as session:
        entries = (await session.scalars(select(AuditEntry.act))).all()
    assert entries == ["opened"]
    for database in databases:
        await database.close()
