"""The window holds whatever the wall clock of a server does: real ``jobfair serve`` processes (R4).

A preloaded library (``clocks_wall.c``) shows each process a wall clock that this rig sets: back
and forth by a second, an hour, a day, standing still, running five times too fast, just before a
fair opens and just before it closes. People apply all the while over HTTP; when they did so is
known here by a clock that nobody touches.

By command: ``python -m tests.rigs.clocks_wall --rounds 5 --engine sqlite``. On PostgreSQL two
nodes run whose wall clocks are three seconds apart, and each is moved in turn.
"""

import argparse
import asyncio
import contextlib
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from typing import Any

from sqlalchemy import select

from jobfair.applications.models import Application
from jobfair.clock import AnchoredClock
from jobfair.db import Database
from jobfair.intake.timekeeper import TOLERATED
from jobfair.keys import Keys
from tests.builders import make_fair, make_position, make_window
from tests.nodes.people import RESET, People, read_head
from tests.nodes.processes import KEY, Served, answering
from tests.postgres import DURABLE
from tests.rigs.engines import ENGINES, empty

SOURCE = Path(__file__).with_suffix(".c")
DAY, HOUR = 86_400, 3600
CLIENTS = 10
PEOPLE, POSITIONS = 60, 40
APART = 3.0
MORE = 10
BEFORE, OPEN_FOR, AFTER = 0.25, 0.6, 0.3
"""Seconds before the opening, between the edges, and after the closing."""
STEP_AHEAD = 0.04
"""Seconds before an edge at which the clock is moved."""
DOUBT = {"sqlite": timedelta(milliseconds=100), "postgresql": TOLERATED}
"""So far may this rig's clock and a server's be apart: on SQLite both read the true wall at their
birth, and a busy machine may stop one in the middle of that; on PostgreSQL nodes follow the
database, and take applications while they are within what is tolerated."""


class Wall:
    """A wall clock: what a process that is born in its ``environment`` takes for the time."""

    def __init__(self, place: Path) -> None:
        library, self._shared = place / "wall.so", place / "clock"
        subprocess.run(
            ["cc", "-O2", "-fPIC", "-shared", "-Wall", "-o", library, SOURCE], check=True
        )
        self.set()
        self.environment = {"LD_PRELOAD": str(library), "RIG_CLOCK": str(self._shared)}

    def set(self, ahead: float = 0.0, rate: float = 1.0) -> None:
        """Show a time that is ``ahead`` of the true one, running ``rate`` times as fast."""
        now = time.time()
        setting = struct.pack("ddd", now, now + ahead, rate)
        if not self._shared.exists():
            self._shared.write_bytes(setting)
        with self._shared.open("r+b") as file:
            file.write(setting)


@contextlib.contextmanager
def environment(more: dict[str, str]) -> Iterator[None]:
    """Let processes be born with ``more`` in their environment."""
    before = dict(os.environ)
    os.environ.update(more)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


FAULTS: dict[str, dict[str, float]] = {
    "a second back": {"ahead": -1},
    "an hour back": {"ahead": -HOUR},
    "a day back": {"ahead": -DAY},
    "a second on": {"ahead": 1},
    "an hour on": {"ahead": HOUR},
    "a day on": {"ahead": DAY},
    "standing still": {"rate": 0},
    "five times too fast": {"rate": 5},
}


@dataclass(frozen=True)
class Attempt:
    """One request: between which true instants, and what came back."""

    pair: tuple[int, int]
    start: datetime
    end: datetime
    status: int
    said: str


@dataclass
class Sum:
    """What came of it; ``problems`` name the fault during which they happened."""

    fairs: int = 0
    attempts: int = 0
    entered: int = 0
    too_early: int = 0
    too_late: int = 0
    turned_away: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.fairs} fairs, {self.attempts} requests: {self.entered} entered, "
            f"{self.too_early} too early, {self.too_late} too late, {self.turned_away} turned "
            f"away, {len(self.problems)} untrue"
        )


class Rig:
    """Servers whose walls can be set, and people who apply about the edges of fairs."""

    def __init__(
        self, database: Database, nodes: list[Served], walls: list[Wall], home: list[float]
    ) -> None:
        self.database, self.nodes, self.walls, self.home = database, nodes, walls, home
        self.clock = AnchoredClock()
        self.doubt = DOUBT["sqlite" if database.is_sqlite else "postgresql"]
        self.people = People(Keys(KEY))
        self.sum = Sum()
        self._fairs = count(1)

    async def gather(self) -> None:
        await self.people.gather(self.database, people=PEOPLE, positions=1)

    async def fair(self, fault: str) -> None:
        """Let people apply about both edges of a fair while the wall clocks go wrong."""
        opens = self.clock.now() + timedelta(seconds=BEFORE + 0.15)
        closes = opens + timedelta(seconds=OPEN_FOR)
        fair_id = await self._open(opens, closes)
        attempts: list[Attempt] = []
        until = closes + timedelta(seconds=AFTER)
        await asyncio.gather(
            self._mistreat(fault, opens, closes),
            *(self._apply(node, until, attempts) for _ in range(CLIENTS) for node in self.nodes),
        )
        for wall, home in zip(self.walls, self.home, strict=True):
            wall.set(home)
        await self._judge(fault, fair_id, opens, closes, attempts)

    async def _mistreat(self, fault: str, opens: datetime, closes: datetime) -> None:
        for edge in (opens, closes):
            await self.clock.until(edge - timedelta(seconds=STEP_AHEAD))
            for wall, home in zip(self.walls, self.home, strict=True):
                now = {"ahead": 0.0, **FAULTS.get(fault, {})}
                wall.set(**{**now, "ahead": now["ahead"] + home})
            await self.clock.until(edge + timedelta(seconds=OPEN_FOR / 3))
            for wall, home in zip(self.walls, self.home, strict=True):
                wall.set(home)

    async def _open(self, opens: datetime, closes: datetime) -> int:
        made, number = self.people.made, next(self._fairs)
        async with self.database.transaction() as session:
            office = await session.merge(made.office, load=False)
            fair = make_fair(
                office=office, slug=f"jam-{number}", receipt_prefix=f"J{number}",
                published_at=opens - timedelta(days=1),
            )  # fmt: skip
            session.add(fair)
            await session.flush()
            positions = [
                make_position(fair_id=fair.id, company_id=made.companies[0].id)
                for _ in range(POSITIONS)
            ]
            session.add_all(
                [make_window(fair_id=fair.id, opens_at=opens, closes_at=closes), *positions]
            )
        made.fair, made.positions = fair, positions
        pairs = [(who, what) for what in range(POSITIONS) for who in range(PEOPLE)]
        self.people.fresh = cycle(pairs)
        return fair.id

    async def _apply(self, node: Served, until: datetime, attempts: list[Attempt]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
        while (start := self.clock.now()) < until:
            pair = next(self.people.fresh)
            writer.write(self.people.request(pair))
            try:
                status, headers = read_head(await reader.readuntil(b"\r\n\r\n"))
                body = await reader.readexactly(int(headers.get("content-length", 0)))
            except RESET as error:
                self.sum.problems.append(f"no answer: {error!r}")
                break
            said = headers.get("location", "") if status == 303 else body.decode()
            attempts.append(Attempt(pair, start, self.clock.now(), status, said))
            await asyncio.sleep(0.002 if status == 303 else 0.01)
        writer.close()

    async def _judge(
        self, fault: str, fair_id: int, opens: datetime, closes: datetime, attempts: list[Attempt]
    ) -> None:
        people = {who.id: at for at, who in enumerate(self.people.made.applicants)}
        jobs = {what.id: at for at, what in enumerate(self.people.made.positions)}
        async with self.database.snapshot() as session:
            found = await session.execute(
                select(
                    Application.applicant_id, Application.position_id, Application.received_at
                ).where(Application.fair_id == fair_id)
            )
            rows = {(people[who], jobs[what]): at for who, what, at in found}
        told: list[str] = []
        told += [
            f"in the ledger: {at}" for at in rows.values() if not opens <= at < closes
        ]  # fmt: skip
        for one in attempts:
            told += self._about(one, opens, closes, rows.get(one.pair))
        self.sum.fairs += 1
        self.sum.attempts += len(attempts)
        self.sum.problems += [f"{fault}: {what}" for what in told]

    def _about(
        self, one: Attempt, opens: datetime, closes: datetime, row: datetime | None
    ) -> Iterator[str]:
        when = f"asked at {one.start - opens}, heard at {one.end - opens} after the opening"
        if one.status == 303:
            self.sum.entered += 1
            if one.start - self.doubt >= closes or one.end + self.doubt < opens:
                yield f"entered: {when}"
            if row is None or not one.start - self.doubt <= row <= one.end + self.doubt:
                yield f"{when}, in the ledger as {row}"
        elif one.status == 409:
            late = "ditutup" in one.said
            self.sum.too_late += late
            self.sum.too_early += not late
            if late and one.end + self.doubt < closes:
                yield f"told it was too late: {when}"
            if not late and one.start - self.doubt >= opens:
                yield f"told it was too early: {when}"
        elif one.status == 503:
            self.sum.turned_away += 1
        else:
            yield f"answered {one.status}: {when}"


@contextlib.asynccontextmanager
async def rig(url: str, folder: Path, *, defect: str | None = None) -> AsyncIterator[Rig]:
    """Give a rig on an empty database; on PostgreSQL with two nodes, three seconds apart."""
    home = [0.0] if url.startswith("sqlite") else [0.0, -APART]
    with contextlib.ExitStack() as stack:
        nodes, walls = [], []
        for at, ahead in enumerate(home):
            place = folder / str(at)
            place.mkdir()
            walls.append(Wall(place))
            walls[-1].set(ahead)
            zone = ("Asia/Jakarta", "Pacific/Kiritimati")[at]
            with environment({**walls[-1].environment, "TZ": zone}):
                errors = stack.enter_context((place / "errors").open("w"))
                nodes.append(
                    stack.enter_context(answering(folder, url, defect=defect, errors=errors))
                )
        database = Database(url)
        made = Rig(database, nodes, walls, home)
        await made.gather()
        try:
            yield made
        finally:
            await database.close()


async def mistreat(
    url: str, folder: Path, faults: Sequence[str], *, defect: str | None = None
) -> Sum:
    """Let a fair open and close under each of the faults; return what came of it.

    On a machine that is so busy that nobody was in time, or nobody too late, the last fault is
    tried again; what is wrong ends it.
    """
    async with rig(url, folder, defect=defect) as made:
        done = made.sum
        for at, fault in enumerate([*faults, *faults[-1:] * MORE]):
            if done.problems or (at >= len(faults) and done.entered and done.too_late):
                break
            await made.fair(fault)
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each fault is tried")
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--defect", help="plant it (see tests.rigs.defects)")
    given = parser.parse_args()
    faults = [*FAULTS, "nothing wrong"] * given.rounds
    random.Random(given.seed).shuffle(faults)
    began = time.monotonic()
    with empty(given.engine, DURABLE) as url, tempfile.TemporaryDirectory() as folder:
        done: Any = asyncio.run(mistreat(url, Path(folder), faults, defect=given.defect))
    print(f"seed {given.seed}, {given.engine}, {time.monotonic() - began:.0f} s: {done}")
    print(*done.problems[:20], sep="\n")
    sys.exit(1 if done.problems else 0)


if __name__ == "__main__":
    main()
