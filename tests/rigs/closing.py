"""The closing second: many nodes, real clock, one closer, and a checker that trusts nobody.

Nodes are doors with connections of their own. What the senders were told, what the rows say and
what was frozen are three witnesses; :func:`Race.trial` returns everything they disagree about.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
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
from jobfair.errors import Busy, JobFairError, Refused
from jobfair.fairs.models import Fair
from jobfair.intake.closing import close_when_drained
from jobfair.intake.door import Door
from jobfair.positions.models import Position
from jobfair.tally.queries.frozen import closing_of
from tests.builders import Staged, make_account, make_fair, make_position, make_window, stage
from tests.doors import running
from tests.recount import problems_of, rows_of

WINDOW = timedelta(milliseconds=250)
PATIENCE = 0.2
AFTERWARDS = timedelta(milliseconds=60)
"""For how long people keep trying after the closing."""
NODES, SENDERS = 16, 2
PEOPLE, POSITIONS = 12, 12
Closer = Callable[["Race", int, datetime], Awaitable[None]]


stamp: ContextVar[datetime] = ContextVar("stamp")
"""The instant the submission of this task was stamped with."""


class Stamps:
    """A clock that tells each task which instant it was given last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        stamp.set(self._clock.now())
        return stamp.get()

    async def until(self, instant: datetime) -> None:
        await self._clock.until(instant)


@dataclass
class Told:
    """What the senders of one trial were told."""

    receipts: dict[str, datetime] = field(default_factory=dict)
    in_time_but_refused: list[datetime] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    accepted: int = 0
    closed: int = 0
    busy: int = 0


async def drained(race: "Race", fair_id: int, _: datetime) -> None:
    """Close as the program does when other nodes may hold submissions."""
    await close_when_drained(race.database, race.clock, None, fair_id=fair_id, account_id=None)


def slow_down(monkeypatch: Any, rng: random.Random) -> None:
    """Wait a moment between judging and writing, where a missing lock would show."""
    add = ledger.add_applications

    async def add_slowly(session: Any, rows: Any) -> None:
        pause = rng.random() * 0.004
        if session.get_bind().dialect.name == "sqlite":
            time.sleep(pause)  # noqa: ASYNC251 - in the writer's own thread
        else:
            await asyncio.sleep(pause)
        await add(session, rows)

    monkeypatch.setattr(ledger, "add_applications", add_slowly)


class Race:
    """One database with its nodes; each trial is a fair of its own."""

    def __init__(self, database: Database, nodes: list[Door], clock: Clock, seed: int) -> None:
        self.database, self.nodes, self.clock = database, nodes, clock
        self.rng = random.Random(seed)
        self.trials = count(1)
        self.told = Told()

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

    async def trial(self, closer: Closer = drained) -> list[str]:
        """Run one closing; return what the three witnesses disagree about."""
        self.told = Told()
        fair, closes, positions = await self.open_fair()
        await asyncio.gather(
            self.close(closer, fair.id, closes),
            self.press_the_edge(fair, closes, positions),
            self.review(closes),
            *(self.apply(door, fair, closes, positions) for door in self.nodes * SENDERS),
        )
        return await self.check(fair.id, closes)

    async def close(self, closer: Closer, fair_id: int, closes: datetime) -> None:
        try:
            await closer(self, fair_id, closes)
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
            except Busy:
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
        async with running(Door(self.database, edge)) as door:
            for early in (timedelta(milliseconds=30), timedelta(0)):
                await self.clock.until(closes - early)
                with contextlib.suppress(Refused, Busy):
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
            if frozen.record["figures"][name] != n:
                problems.append(f"frozen {name} {frozen.record['figures'][name]}, rows {n}")
        if frozen.seq != len(rows) or sum(frozen.record["stages"].values()) != len(rows):
            problems.append(f"frozen at {frozen.seq} {frozen.record['stages']}, rows {len(rows)}")
        reconciled = frozen.record["reconciliation"]["differences"]
        return problems + [f"reconciliation: {one['sentence']}" for one in reconciled]


@contextlib.asynccontextmanager
async def race(url: str, *, seed: int) -> AsyncIterator[Race]:
    """Give a race on an empty database, its nodes running."""
    async with contextlib.AsyncExitStack() as stack:
        clock = AnchoredClock()
        doors = [Door(Database(url), Stamps(clock)) for _ in range(NODES)]
        for door in doors:
            stack.push_async_callback(door._database.close)
            await stack.enter_async_context(running(door))
        database = Database(url)
        stack.push_async_callback(database.close)
        made = Race(database, doors, clock, seed)
        await made.prepare()
        yield made
