"""The window holds whatever the clock does: doors whose clock jumps about its edges (R4).

Each attempt sets the clock and hands in at that very instant; while it waits, the others set the
clock elsewhere. What counts is the instant of handing in, to the microsecond. Then the fair is
closed, the clock is set back, and nothing may enter any more.

By command: ``python -m tests.rigs.clocks --attempts 100000 --engine sqlite``. The wall clock of a
whole server process is moved by :mod:`tests.rigs.clocks_wall`.
"""

import argparse
import asyncio
import contextlib
import random
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, product
from typing import Any

from sqlalchemy import select

from jobfair.applications.models import Application
from jobfair.clock import ControlledClock
from jobfair.db import Database
from jobfair.errors import Refused
from jobfair.fairday.actions.closing import close_fair
from jobfair.intake.door import Door
from tests.builders import (
    CLOSES,
    EDGE,
    KEYS,
    NOW,
    OPENS,
    Staged,
    make_fair,
    make_position,
    make_window,
)
from tests.doors import running, staged
from tests.recount import problems_of
from tests.rigs.defects import plant
from tests.rigs.engines import ENGINES, empty

PEOPLE, POSITIONS = 80, 20
ROUND = PEOPLE * POSITIONS
"""Attempts at one fair, each with a pair of its own; then another fair."""
AFTERWARDS = 60
"""Attempts after the latch, the clock set back."""
AT_ONCE = 64
JUMPS = [timedelta(seconds=n) for n in (-86_400, -3600, -1, 1, 3600, 86_400)]
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


@dataclass
class Sum:
    """What came of many attempts."""

    attempts: int = 0
    entered: int = 0
    at_the_edge: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.attempts} attempts, {self.at_the_edge} of them within a microsecond of an "
            f"edge: {self.entered} entered, {len(self.problems)} untrue"
        )


class Rig:
    """Two doors with one clock that anybody may set."""

    def __init__(self, doors: list[Door], clock: ControlledClock, made: Staged, seed: int) -> None:
        self.doors, self.clock, self.made = doors, clock, made
        self.rng = random.Random(seed)
        self.sum = Sum()
        self._fairs = count(1)

    async def round(self) -> None:
        """Try one fair from all sides, close it, and set the clock back."""
        fair_id, positions = await self._open()
        pairs = list(product([who.id for who in self.made.applicants], positions))
        self.rng.shuffle(pairs)
        last, pairs = pairs[:AFTERWARDS], pairs[AFTERWARDS:]
        for at in range(0, len(pairs), AT_ONCE):
            some = pairs[at : at + AT_ONCE]
            await asyncio.gather(*(self._attempt(fair_id, pair, self._instant()) for pair in some))
        await self._latch(fair_id)
        inside = [(pair, self._inside()) for pair in last]
        await asyncio.gather(
            *(self._attempt(fair_id, pair, at, latched=True) for pair, at in inside)
        )
        await self._look(fair_id)

    def _instant(self) -> datetime:
        """Choose where the clock jumps: to an edge and its neighbours, about it, or far away."""
        edge = self.rng.choice([OPENS, CLOSES])
        kind = self.rng.random()
        if kind < 0.5:
            self.sum.at_the_edge += 1
            return edge + self.rng.randint(-1, 1) * EDGE
        if kind < 0.8:
            return edge + timedelta(seconds=self.rng.uniform(-2, 2))
        return edge + self.rng.choice(JUMPS)

    def _inside(self) -> datetime:
        return self.rng.choice([OPENS, NOW, CLOSES - EDGE])

    async def _attempt(
        self, fair_id: int, pair: tuple[int, int], at: datetime, *, latched: bool = False
    ) -> None:
        self.sum.attempts += 1
        self.clock.move_to(at)
        try:
            receipt = await self.rng.choice(self.doors).submit(
                fair_id=fair_id, applicant_id=pair[0], position_id=pair[1]
            )
        except Refused as refusal:
            told = refusal.code
        else:
            told = ""
            self.sum.entered += 1
            if receipt.received_at != at:
                self._wrong(f"handed in at {at}, received at {receipt.received_at}")
        right = "closed" if latched or at >= CLOSES else "not_open" if at < OPENS else ""
        if told != right:
            self._wrong(
                f"{'after the latch, ' * latched}at {at}: {told or 'in'}, not {right or 'in'}"
            )

    def _wrong(self, what: str) -> None:
        self.sum.problems.append(what)

    async def _open(self) -> tuple[int, list[int]]:
        number, firm = next(self._fairs), self.made.companies[0].id
        async with self.doors[0]._database.transaction() as session:
            office = await session.merge(self.made.office, load=False)
            fair = make_fair(
                office=office, slug=f"uji-{number}", receipt_prefix=f"U{number}",
                time_zone=self.rng.choice(ZONES),
            )  # fmt: skip
            session.add(fair)
            await session.flush()
            positions = [make_position(fair_id=fair.id, company_id=firm) for _ in range(POSITIONS)]
            session.add_all([make_window(fair_id=fair.id), *positions])
            await session.flush()
            return fair.id, [position.id for position in positions]

    async def _latch(self, fair_id: int) -> None:
        async with self.doors[0]._database.transaction() as session:
            await close_fair(session, keys=KEYS, fair_id=fair_id, now=CLOSES, account_id=None)

    async def _look(self, fair_id: int) -> None:
        database = self.doors[0]._database
        async with database.snapshot() as session:
            times = await session.scalars(
                select(Application.received_at).where(Application.fair_id == fair_id)
            )
            outside = [at for at in times if not OPENS <= at < CLOSES]
        self.sum.problems += [f"in the ledger: received at {at}" for at in outside]
        self.sum.problems += await problems_of(database, fair_id)


async def try_edges(url: str, attempts: int, *, seed: int) -> Sum:
    """Make about so many attempts, or fewer if one of them is told something untrue."""
    clock = ControlledClock(NOW)
    async with contextlib.AsyncExitStack() as stack:
        doors = [Door(Database(url), clock, KEYS) for _ in range(2)]
        for door in doors:
            stack.push_async_callback(door._database.close)
            await stack.enter_async_context(running(door))
        made: Any = await staged(doors[0]._database, applicants=PEOPLE)
        rig = Rig(doors, clock, made, seed)
        while rig.sum.attempts < attempts and not rig.sum.problems:
            await rig.round()
    return rig.sum


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--defect", help="plant it (see tests.rigs.defects)")
    given = parser.parse_args()
    if given.defect:
        plant(given.defect)
    began = time.monotonic()
    with empty(given.engine) as url:
        done = asyncio.run(try_edges(url, given.attempts, seed=given.seed))
    print(f"seed {given.seed}, {given.engine}, {time.monotonic() - began:.0f} s: {done}")
    print(*done.problems[:20], sep="\n")
    sys.exit(1 if done.problems else 0)


if __name__ == "__main__":
    main()
