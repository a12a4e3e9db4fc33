"""Defects of the closing: of the rule, the lock, the drain and the constraint."""

import asyncio
import re
from typing import Any

from sqlalchemy import event, text

from jobfair.applications.queries import ledger
from jobfair.db import Database
from jobfair.db import database as connecting
from jobfair.fairday.actions import closing as fairday
from jobfair.fairday.actions.closing import close_fair
from jobfair.fairs import queries as fairs
from jobfair.fairs import rules
from jobfair.fairs.models import Fair
from jobfair.fairs.queries import LockedFair, fair_by_id
from jobfair.intake import closing
from tests.builders import EDGE
from tests.rigs.closing import Race
from tests.rigs.defects import Patch, planted


@planted(
    "closing-counts-in",
    rig="closing",
    breaks="The window is judged with `<=`: the closing instant itself is still in.",
)
def the_closing_instant_counts_in(patch: Patch) -> None:
    judge = rules.phase_at

    def generous(now: Any, timetable: Any) -> Any:
        return judge(now - EDGE if now == timetable.closes_at else now, timetable)

    patch(rules, "phase_at", generous)


@planted(
    "no-lock",
    rig="closing",
    breaks="Neither the intake nor the closing locks the fair: rows come in after the count.",
)
def no_lock(patch: Patch) -> None:
    """On SQLite the lock is BEGIN IMMEDIATE.

    What is left then is what Python's driver does by itself: reading outside of any transaction,
    BEGIN before the first write.
    """

    async def look_and_dawdle(session: Any, fair_id: int) -> Any:
        found = await fair_by_id(session, fair_id)
        row = await session.get_one(Fair, fair_id)
        await asyncio.sleep(0.02)
        return LockedFair(row, found)

    add = ledger.add_applications

    async def add_late(session: Any, rows: Any) -> None:
        if session.get_bind().dialect.name != "sqlite":
            await asyncio.sleep(0.25 * (len(rows) % 2))  # beyond the latch, half of the batches
        await add(session, rows)

    patch(ledger, "add_applications", add_late)
    patch(fairs, "_LOCKED_LEDGER", fairs._LEDGER)
    patch(fairday, "lock_fair", look_and_dawdle)

    def by_the_driver_alone(engine: Any, pragmas: Any, begin: str = "") -> None:
        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _: Any) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
            connection.isolation_level = ""

    patch(connecting, "_prepare", by_the_driver_alone)


@planted(
    "no-drain",
    rig="closing",
    breaks="The latch is set at the closing instant: who waits in the queue is shut out.",
)
def no_drain(patch: Patch) -> None:
    async def at_once(
        database: Database,
        clock: Any,
        door: Any,
        *,
        keys: Any,
        fair_id: int,
        account_id: int | None,
    ) -> None:
        async with database.snapshot() as session:
            found = await fair_by_id(session, fair_id)
        await clock.until(found.timetable.closes_at)
        async with database.transaction() as session:
            await close_fair(
                session, keys=keys, fair_id=fair_id, now=clock.now(), account_id=account_id
            )

    patch(closing, "close_when_drained", at_once)


@planted(
    "no-unique",
    rig="closing",
    breaks="Looked up and then written, without lock and without UNIQUE: pairs are doubled.",
)
def no_unique(patch: Patch) -> None:
    no_lock(patch)
    prepare = Race.prepare

    async def prepare_without(self: Race) -> None:
        await _drop_constraints(self.database)
        await prepare(self)

    patch(Race, "prepare", prepare_without)


async def _drop_constraints(database: Database) -> None:
    """Make the table of applications anew without any UNIQUE."""
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
            without = re.sub(r",\s*CONSTRAINT \w+ UNIQUE \([^)]*\)", "", str(made))
            assert "UNIQUE" not in without
            await connection.execute(text("drop table application"))
            await connection.execute(text(without))
