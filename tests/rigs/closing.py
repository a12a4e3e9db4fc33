"""The closing second: many nodes, real clock, one closer, and a checker that trusts nobody.

Nodes are doors with connections of their own. What the senders were told, what the rows say and
what was frozen are three witnesses; :func:`Race.trial` returns everything they disagree about.

By command: ``python -m tests.rigs.closing --races 400 --engine sqlite`` (or ``postgresql``).
"""

import argparse
import asyncio
import contextlib
import random
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.exc import MultipleResultsFound

from jobfair.applicants.models import Applicant
from jobfair.applications.actions.accepting import Receipt
from jobfair.applications.actions.stages import move_stage, withdraw
from jobfair.applications.queries import ledger
from jobfair.applications.rules import Stage
from jobfair.clock import AnchoredClock, Clock, ControlledClock
from jobfair.db import Database, DBAPIError
from jobfair.errors import InternalFault, JobFairError, Overloaded, Refused
from jobfair.fairs.models import Fair
from jobfair.intake import closing
from jobfair.intake import door as doors
from jobfair.intake.door import Door
from jobfair.positions.models import Position
from jobfair.tally.queries.frozen import closing_of
from tests.builders import (
    KEYS,
    Staged,
    make_account,
    make_fair,
    make_position,
    make_window,
    stage,
)
from tests.doors import running
from tests.recount import problems_of, rows_of
from tests.rigs.defects import Patch, plant
from tests.rigs.engines import ENGINES, empty
from tests.rigs.stamps import Stamps, stamp

WINDOW = timedelta(milliseconds=250)
PATIENCE = 0.2
AFTERWARDS = timedelta(milliseconds=60)
"""For how long people keep trying after the closing."""
NODES, SENDERS = 16, 2
PEOPLE, POSITIONS = 12, 12


@dataclass
class AuditLine:
    """What the senders of one trial were told."""

    receipts: dict[str, datetime] = field(default_factory=dict)
    in_time_but_refused: list[datetime] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    accepted: int = 0
    closed: int = 0
    busy: int = 0


def hurry(patch: Patch, rng: random.Random) -> None:
    """Let a closing take parts of a second instead of ten, and writing longer than judging.

    It is between judging and writing that a missing lock would show.
    """
    patch(doors, "PATIENCE", PATIENCE)
    patch(closing, "PATIENCE", PATIENCE)
    add = ledger.add_applications

    async def add_slowly(session: Any, rows: Any) -> None:
        pause = rng.random() * 0.004
        if session.get_bind().dialect.name == "sqlite":
            time.sleep(pause)  # noqa: ASYNC251 - in the writer's own thread
        else:
            await asyncio.sleep(pause)
        await add(session, rows)

    patch(ledger, "add_applications", add_slowly)


class Race:
    """One database with its nodes; each trial is a fair of its own."""

    def __init__(self, database: Database, nodes: list[Door], clock: Clock, seed: int) -> None:
        self.database, self.nodes, self.clock = database, nodes, clock
        self.rng = random.Random(seed)
        self.trials = count(1)
        self.told = AuditLine()

    async def prepare(self) -> None:
        async with self.database.transaction() as session:
            self.made: Staged = await stage(session, applicants=PEOPLE)
            reviewer = make_account(company_id=self.made.companies[0].id)
            session.add(reviewer)
            await session.flush()
            self.reviewer = reviewer.id

    async def open_fair(self) -> tuple[Fair, datetime, list[Position]]:
        number = next(self.trials)
        closes = self.clock.now() + WINDOW
        async with self.database.transaction() as session:
            office = await session.merge(self.made.office, load=False)
            fair = make_fair(office=office, slug=f"uji-{number}", receipt_prefix=f"U{number}")
            session.add(fair)
            await session.flush()
            opens = self.clock.now() - timedelta(hours=1)
            session.add(make_window(fair_id=fair.id, opens_at=opens, closes_at=closes))
            positions = [
                make_position(fair_id=fair.id, company_id=self.made.companies[0].id)
                for _ in range(POSITIONS)
            ]
            session.add_all(positions)
        return fair, closes, positions

    async def trial(self) -> list[str]:
        """Run one closing; return what the three witnesses disagree about."""
        self.told = AuditLine()
        fair, closes, positions = await self.open_fair()
        await asyncio.gather(
            self.close(fair.id),
            self.press_the_edge(fair, closes, positions),
            self.review(closes),
            *(self.apply(door, fair, closes, positions) for door in self.nodes * SENDERS),
        )
        return await self.check(fair.id, closes)

    async def close(self, fair_id: int) -> None:
        """Close as the program does when other nodes may hold submissions."""
        try:
            await closing.close_when_drained(
                self.database, self.clock, None, keys=KEYS, fair_id=fair_id, account_id=None
            )
        except DBAPIError as error:
            self.told.trouble.append(f"closer: {error.orig!r}")

    async def apply(
        self, door: Door, fair: Fair, closes: datetime, positions: list[Position]
    ) -> None:
        while self.clock.now() < closes + AFTERWARDS:
            who, what = self.rng.choice(self.made.applicants), self.rng.choice(positions)
            try:
                receipt = await door.submit(
                    fair_id=fair.id, applicant_id=who.id, position_id=what.id
                )
            except Refused as refusal:
                self.told.closed += 1
                if refusal.code != "closed" or stamp.get() < closes:
                    self.told.in_time_but_refused.append(stamp.get())
            except (InternalFault, Overloaded):
                self.told.busy += 1
            else:
                self.told.accepted += not receipt.repeated
                self.told.receipts[receipt.number] = receipt.received_at
                await self.maybe_withdraw(who, receipt)
            await asyncio.sleep(self.rng.random() * 0.01)

    async def maybe_withdraw(self, who: Applicant, receipt: Receipt) -> None:
        if self.rng.random() < 0.1:
            with contextlib.suppress(JobFairError, MultipleResultsFound):
                async with self.database.transaction() as session:
                    await withdraw(
                        session, applicant_id=who.id, receipt=receipt.number,
                        now=self.clock.now(), account_id=who.account_id,
                    )  # fmt: skip

    async def review(self, closes: datetime) -> None:
        """Move applications about, before, during and after the closing."""
        while self.clock.now() < closes + timedelta(seconds=PATIENCE) + AFTERWARDS:
            if self.told.receipts:
                with contextlib.suppress(JobFairError, MultipleResultsFound):
                    async with self.database.transaction() as session:
                        await move_stage(
                            session, company_id=self.made.companies[0].id,
                            receipt=self.rng.choice(list(self.told.receipts)),
                            to_stage=self.rng.choice(list(Stage)[1:-1]),
                            account_id=self.reviewer, now=self.clock.now(),
                        )  # fmt: skip
            await asyncio.sleep(self.rng.random() * 0.01)

    async def press_the_edge(self, fair: Fair, closes: datetime, positions: list[Position]) -> None:
        """Hand in with the closing instant itself as the stamp, just before and just after it."""
        edge = ControlledClock(closes)
        async with running(Door(self.database, edge, KEYS)) as door:
            for early in (timedelta(milliseconds=30), timedelta(0)):
                await self.clock.until(closes - early)
                with contextlib.suppress(Refused, Overloaded, InternalFault):
                    await door.submit(
                        fair_id=fair.id, applicant_id=self.made.applicants[0].id,
                        position_id=positions[0].id,
                    )  # fmt: skip

    async def check(self, fair_id: int, closes: datetime) -> list[str]:
        problems = self.told.trouble + await problems_of(self.database, fair_id)
        async with self.database.snapshot() as session:
            rows = await rows_of(session, fair_id)
            frozen = await closing_of(session, fair_id)
        if frozen is None:
            return [*problems, "nothing was frozen"]
        # Who waits longer than PATIENCE is told to come again; the latch must not be faster.
        problems += [
            f"shut out: received {stamped}, latched {frozen.frozen_at}"
            for stamped in self.told.in_time_but_refused
            if frozen.frozen_at < stamped + timedelta(seconds=PATIENCE)
        ]
        stored = {row.receipt: row.received_at for row in rows}
        problems += [f"lost: {one}" for one in self.told.receipts if one not in stored]
        problems += [f"too late: {one}" for one in rows if one.received_at >= closes]
        counted = {
            "applications": len(rows),
            "applicants": len({row.applicant_id for row in rows}),
            "withdrawn": sum(row.stage is Stage.WITHDRAWN for row in rows),
        }
        for name, n in counted.items():
            if getattr(frozen.record.figures, name) != n:
                problems.append(f"frozen {name} {getattr(frozen.record.figures, name)}, rows {n}")
        if frozen.seq != len(rows) or sum(frozen.record.stages.values()) != len(rows):
            problems.append(f"frozen at {frozen.seq} {frozen.record.stages}, rows {len(rows)}")
        reconciled = frozen.record.reconciliation.differences
        return problems + [f"reconciliation: {one.sentence}" for one in reconciled]


@contextlib.asynccontextmanager
async def race(url: str, *, seed: int) -> AsyncIterator[Race]:
    """Give a race on an empty database, its nodes running."""
    async with contextlib.AsyncExitStack() as stack:
        clock = AnchoredClock()
        doors = [Door(Database(url), Stamps(clock), KEYS) for _ in range(NODES)]
        for door in doors:
            stack.push_async_callback(door._database.close)
            await stack.enter_async_context(running(door))
        database = Database(url)
        stack.push_async_callback(database.close)
        made = Race(database, doors, clock, seed)
        await made.prepare()
        yield made


@dataclass
class Sum:
    """What many closings came to; ``problems`` are of the first that had any."""

    races: int = 0
    accepted: int = 0
    closed: int = 0
    busy: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.races} closings: {self.accepted} in, {self.closed} told it was too late, "
            f"{self.busy} told to come again, {len(self.problems)} untrue"
        )


async def close_often(url: str, races: int, *, seed: int) -> Sum:
    """Run closings one after another until one has problems; return what they came to."""
    done = Sum()
    async with race(url, seed=seed) as running:
        while done.races < races and not done.problems:
            done.problems = await running.trial()
            done.races += 1
            done.accepted += running.told.accepted
            done.closed += running.told.closed
            done.busy += running.told.busy
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--races", type=int, default=40)
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--defect", help="plant it (see tests.rigs.defects)")
    given = parser.parse_args()
    if given.defect:
        plant(given.defect)
    hurry(setattr, random.Random(given.seed))
    began = time.monotonic()
    with empty(given.engine) as url:
        done = asyncio.run(close_often(url, given.races, seed=given.seed))
    print(f"seed {given.seed}, {given.engine}, {time.monotonic() - began:.0f} s: {done}")
    print(*done.problems[:20], sep="\n")
    sys.exit(1 if done.problems else 0)


if __name__ == "__main__":
    from tests.rigs import closing as rig  # the module that defects know, not this second copy

    rig.main()
