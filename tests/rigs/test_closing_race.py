"""In time is in, too late is out, and what was frozen is what is there (P2 to P5, P9)."""

import re
import time

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine

from jobfair.applications.actions import accepting
from jobfair.db import Database
from jobfair.db import database as connecting
from jobfair.fairday import actions as fairday
from jobfair.fairday.actions import close_fair
from jobfair.fairs import rules
from jobfair.fairs.queries import fair_by_id
from jobfair.intake import closing, door
from tests.builders import EDGE
from tests.rigs.closing import PATIENCE, drained, race, slow_down

pytestmark = pytest.mark.rig
TRIALS, MOST = 40, 15


@pytest.fixture(autouse=True)
def hurried(monkeypatch, rng):
    """Let a closing take parts of a second instead of ten, and writing longer than judging."""
    monkeypatch.setattr(door, "PATIENCE", PATIENCE)
    monkeypatch.setattr(closing, "PATIENCE", PATIENCE)
    slow_down(monkeypatch, rng)


async def test_the_closing_race(database_url):
    accepted = closed = busy = 0
    began = time.monotonic()
    async with race(database_url, seed=1) as running:
        for number in range(TRIALS):
            assert await running.trial() == [], f"trial {number}"
            accepted += running.told.accepted
            closed += running.told.closed
            busy += running.told.busy
    print(
        f"{TRIALS} closings, {accepted} in, {closed} out, {busy} busy, {time.monotonic() - began}"
    )
    assert accepted > TRIALS * 5, "hardly anybody came: this proves little"
    assert closed > TRIALS, "nobody came too late: this proves little"


async def caught(url: str, *expected: str, closer=drained) -> None:
    """Run closings with a defect in them until the checker says one of the ``expected`` things."""
    said: set[str] = set()
    async with race(url, seed=2) as running:
        for _ in range(MOST):
            problems = await running.trial(closer)
            if any(words in problem for problem in problems for words in expected):
                return
            said |= set(problems)
    pytest.fail(f"the checker missed the planted defect in {MOST} closings, only said {said}")


async def test_control_the_closing_instant_counted_in(database_url, monkeypatch):
    judge = rules.phase_at

    def generous(now, timetable):
        return judge(now - EDGE if now == timetable.closes_at else now, timetable)

    monkeypatch.setattr(rules, "phase_at", generous)

    await caught(database_url, "too late")


async def test_control_no_lock_on_the_fair(database_url, monkeypatch):
    # Without the lock a writer judges the fair open, the closer counts and latches, and the
    # writer writes. On SQLite the lock is BEGIN IMMEDIATE; what is left then is what Python's
    # driver does by itself: reading outside of any transaction, BEGIN before the first write.
    take_the_lock_away(monkeypatch)

    await caught(database_url, "latch_seq: kept", "frozen at", "ledger_seq: kept")


async def test_control_the_latch_without_waiting(database_url):
    async def at_once(race, fair_id, closes):
        await race.clock.until(closes)
        async with race.database.transaction() as session:
            await close_fair(session, fair_id=fair_id, now=race.clock.now(), account_id=None)

    await caught(database_url, "shut out", closer=at_once)


async def test_control_looked_up_and_then_written_without_constraint(database_url, monkeypatch):
    take_the_lock_away(monkeypatch)
    await drop_constraints(database_url)

    await caught(database_url, "pairs: kept")


def take_the_lock_away(monkeypatch) -> None:
    monkeypatch.setattr(accepting, "lock_fair", fair_by_id)
    monkeypatch.setattr(fairday, "lock_fair", fair_by_id)

    def by_the_driver_alone(url, pragmas, begin, pool_size):
        engine = create_async_engine(url, pool_size=pool_size, max_overflow=0)

        @event.listens_for(engine.sync_engine, "connect")
        def prepare(connection, _):
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
            connection.isolation_level = ""

        return engine

    monkeypatch.setattr(connecting, "_sqlite_engine", by_the_driver_alone)


async def drop_constraints(url: str) -> None:
    """Make the table of applications anew without any UNIQUE."""
    database = Database(url)
    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            names = await connection.scalars(
                text(
                    "select conname from pg_constraint"
                    " where conrelid = 'application'::regclass and contype = 'u'"
                )
            )
            for name in names.all():
                await connection.execute(text(f'alter table application drop constraint "{name}"'))
        else:
            made = await connection.scalar(
                text("select sql from sqlite_master where name = 'application'")
            )
            without = re.sub(r",\s*CONSTRAINT \w+ UNIQUE \([^)]*\)", "", made)
            assert "UNIQUE" not in without
            await connection.execute(text("drop table application"))
            await connection.execute(text(without))
    await database.close()
