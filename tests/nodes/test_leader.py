"""One runner at a time; when it ends, is cut off or hangs, another takes over."""

import asyncio

from sqlalchemy import select, text

from jobfair.audit.models import AuditEntry
from jobfair.db import Database
from jobfair.fairs.actions import announce_phase
from jobfair.live import bus
from tests.doors import staged
from tests.nodes.crowd import crowd, until


def leads(*nodes):
    return [node.bus.leads for node in nodes]


async def role_of(connection):
    """Return the process of the server that serves who has the role."""
    found = await connection.execute(
        text(
            "select pid from pg_locks join pg_database on pg_database.oid = database"
            " where locktype = 'advisory' and granted and datname = current_database()"
        )
    )
    return found.scalar_one()


async def test_one_of_two_runs_and_the_other_takes_over(shared_url, clock):
    async with crowd(shared_url, clock, count=1) as (second,):
        await until(lambda: second.bus.leads)
        async with crowd(shared_url, clock, count=1) as (first,):
            await asyncio.sleep(3 * bus.PULSE)
            assert leads(first, second) == [False, True]
    async with crowd(shared_url, clock, count=2) as both:
        await until(lambda: sorted(leads(*both)) == [False, True])


async def test_a_runner_that_is_cut_off_steps_down_and_the_other_takes_over(shared_url, clock):
    async with crowd(shared_url, clock, count=1) as (first,):
        await until(lambda: first.bus.leads)
        async with crowd(shared_url, clock, count=1) as (second,):
            async with second.database.engine.begin() as connection:
                pid = await role_of(connection)
                await connection.execute(
                    text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid}
                )
            await until(lambda: not first.bus.leads)
            await until(lambda: sorted(leads(first, second)) == [False, True])


async def test_a_runner_that_hangs_loses_the_role(shared_url, clock, monkeypatch):
    monkeypatch.setattr(bus, "IDLE_TIMEOUT", "100ms")
    monkeypatch.setattr(bus, "PULSE", 60.0)
    async with crowd(shared_url, clock, count=1) as (hung,):
        await until(lambda: hung.bus.leads)
        async with await hung.database.own_connection() as other:
            await until(other.takes_role)
            await until(lambda: not hung.bus.leads)
            await asyncio.sleep(0.3)
            assert not hung.bus.leads


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
