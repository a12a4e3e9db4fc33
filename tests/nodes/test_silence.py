"""A line that falls silent, or was cut while nobody looked, costs no more than it must."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import text

from jobfair.db import DBAPIError, silence
from jobfair.db import database as databases
from jobfair.db.faults import is_transient
from jobfair.intake import closing
from tests.builders import KEYS
from tests.doors import opened
from tests.nodes.proxy import wire

SLEEP = text("select pg_sleep(1)")


@pytest.mark.parametrize("whole", [True, False], ids=["everything", "one-line"])
async def test_who_waits_at_a_silent_line_is_told_and_the_next_one_served(
    shared_url, whole, monkeypatch
):
    monkeypatch.setattr(silence, "ANSWER_WITHIN", 2.0)
    silenced = []

    def fate(data):
        if b"pg_sleep" in data and not silenced and not whole:
            silenced.append(True)
            return "silence"
        return None

    async with wire(shared_url, lambda: fate) as (line, far), opened(far) as database:
        async with database.snapshot() as session:
            assert await session.scalar(text("select 1")) == 1
        line.silent = whole
        with pytest.raises(DBAPIError) as caught:
            async with asyncio.timeout(10), database.transaction() as session:
                await session.execute(text("select pg_sleep(0)"))
        assert is_transient(caught.value)

        line.silent = False
        line.cut()
        async with asyncio.timeout(10), database.snapshot() as session:
            assert await session.scalar(text("select 1")) == 1


async def test_reports_and_migrations_have_a_longer_deadline_and_nothing_else(shared_url):
    # Guards the way back: the lines of the pool are shared.
    async def deadline(session):
        raw = await (await session.connection()).get_raw_connection()
        return raw.driver_connection.answer_within

    async with opened(shared_url) as database:
        async with database.long_snapshot() as session:
            assert await deadline(session) == silence.LONG_ANSWER_WITHIN
        async with database.transaction(long=True) as session:
            assert await deadline(session) == silence.LONG_ANSWER_WITHIN
        async with database.transaction() as session:
            assert await deadline(session) is None
        async with database.long_snapshot() as session, database.snapshot() as other:
            assert await deadline(other) is None


async def test_a_report_may_take_its_time(shared_url, monkeypatch):
    monkeypatch.setattr(silence, "ANSWER_WITHIN", 0.5)
    async with opened(shared_url) as database:
        with pytest.raises(DBAPIError):
            async with database.transaction() as session:
                await session.execute(SLEEP)
        async with database.long_snapshot() as session:
            assert (await session.execute(SLEEP)).all() == [("",)]


async def test_who_waits_for_a_lock_waits(shared_url):
    async with opened(shared_url) as here, opened(shared_url) as there:
        lock = text("select pg_advisory_xact_lock(1)")
        got = asyncio.Event()

        async def second():
            async with there.transaction() as session:
                await session.execute(lock)
                got.set()

        async with here.transaction() as session:
            await session.execute(lock)
            waiting = asyncio.ensure_future(second())
            await asyncio.sleep(0.8)
            assert not got.is_set()
        await asyncio.wait_for(waiting, 10)


async def test_nobody_is_given_a_line_that_was_cut_while_idle(shared_url):
    async with opened(shared_url) as database:
        async with database.snapshot() as one, database.snapshot() as other:
            await one.execute(text("select 1"))
            await other.execute(text("select 1"))
        with psycopg.connect(shared_url, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            )

        for _ in range(3):
            async with database.transaction() as session:
                assert await session.scalar(text("select 1")) == 1


async def test_a_hung_node_holds_no_lock_for_long(shared_url, monkeypatch):
    options = databases.SERVER_OPTIONS
    short = options.replace("session_timeout=10000", "session_timeout=200")
    assert short != options
    monkeypatch.setattr(databases, "SERVER_OPTIONS", short)
    lock = text("select pg_advisory_xact_lock(1)")
    async with opened(shared_url) as hung, opened(shared_url) as other:

        async def hang():
            async with hung.transaction() as stuck:
                await stuck.execute(lock)
                async with asyncio.timeout(10), other.transaction() as session:
                    await session.execute(lock)

        with pytest.raises(DBAPIError):
            await hang()


async def test_a_closing_may_look_at_every_row(shared_url, monkeypatch):
    monkeypatch.setattr(silence, "ANSWER_WITHIN", 0.5)
    ended = SimpleNamespace(timetable=SimpleNamespace(closes_at=datetime(2026, 1, 1, tzinfo=UTC)))

    async def found(session, fair_id):
        return ended

    async def slow(session, **facts):
        done.append((await session.execute(SLEEP)).all())

    async def passed(_instant):
        return None

    done = []
    clock = SimpleNamespace(until=passed, now=lambda: datetime(2026, 1, 2, tzinfo=UTC))
    monkeypatch.setattr(closing, "fair_by_id", found)
    monkeypatch.setattr(closing, "close_fair", slow)
    async with opened(shared_url) as database:
        await closing.close_when_drained(
            database, clock, None, keys=KEYS, fair_id=1, account_id=None
        )
    assert done == [[("",)]]
