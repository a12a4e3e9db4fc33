"""Everybody at once, at several nodes, and a checker that knows only what they were told (R6).

People apply, many of them several times at the same moment at different nodes, take back and send
again; reviewers move the same applications; others read the ledger, the trails and the numbers.
Every operation is written down with its beginning and end, and :mod:`bench.history` holds the
whole against the database.

By command: ``python -m tests.rigs.history --operations 1000000 --engine sqlite``.
"""

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench.history import History, judge, microseconds
from jobfair.applications.actions import stages
from jobfair.applications.models import Application
from jobfair.applications.queries import receipts
from jobfair.applications.rules import NEXT_STAGES, Stage
from jobfair.clock import AnchoredClock, Clock
from jobfair.db import Database, DBAPIError, NoConnection
from jobfair.errors import InternalFault, NotFound, Overloaded, Refused
from jobfair.fairday.actions.closing import close_fair
from jobfair.fairs.actions import close_early
from jobfair.intake.door import Door
from jobfair.tally.queries import counters
from jobfair.tally.queries.recount import differences
from tests.builders import KEYS, Staged, make_account, stage
from tests.doors import running
from tests.rigs.defects import plant
from tests.rigs.engines import ENGINES, empty
from tests.rigs.stamps import Stamps, stamp

WORKERS = 160
TAILS = 3
"""So many of them read the whole ledger, piece by piece; the others only how far it goes."""
NODES = {"sqlite": 1, "postgresql": 4}
COPIES = [1] * 68 + [2] * 18 + [4] * 10 + [16] * 4
"""How often a pair is sent at the same moment."""
KINDS = ["send"] * 55 + ["repeat"] * 8 + ["move"] * 16 + ["take_back"] * 5 + ["look"] * 6
KINDS += ["count"] * 6


@dataclass
class Sent:
    """An application somebody has a receipt for, and the stage it is believed to stand at."""

    receipt: str
    who: int
    what: int
    believed: Stage = Stage.NEW


@dataclass
class Crowd:
    """The people, and what they have written down."""

    nodes: list[Door]
    made: Staged
    reviewers: dict[int, int]
    history: History
    clock: Clock
    rng: random.Random
    left: int
    sent: dict[tuple[int, int], Sent] = field(default_factory=dict)
    hot: deque[Sent] = field(default_factory=lambda: deque(maxlen=200))
    fresh: int = 0
    stood_in_vain: int = 0
    """How many waited too long for a connection; nothing was asked, so nothing is noted."""
    missing: list[str] = field(default_factory=list)
    """Who had a receipt in hand and was told that there is no such thing."""

    def __post_init__(self) -> None:
        self.pairs = [
            (who, what)
            for what in range(len(self.made.positions))
            for who in range(len(self.made.applicants))
        ]
        self.rng.shuffle(self.pairs)
        self.read_to = dict.fromkeys(range(WORKERS), 0)

    async def work(self, process: int) -> None:
        while self.left > 0:
            await getattr(self, self.rng.choice(KINDS))(process)

    @contextlib.asynccontextmanager
    async def noting(self, op: str, process: int, **told: Any) -> AsyncIterator[dict[str, Any]]:
        """Write down one operation; what the body adds to the given mapping is told as well."""
        self.left -= 1
        start = time.monotonic()
        try:
            yield told
        except NoConnection:
            self.stood_in_vain += 1
            return
        except DBAPIError:
            told["is"] = "unknown"
        except NotFound as error:
            self.missing.append(f"missing: {op} {told.get('receipt', '')}: {error}")
            return
        self.history.write(op, process, start, time.monotonic(), **told)

    def node(self) -> Door:
        return self.rng.choice(self.nodes)

    async def send(self, process: int) -> None:
        pair = self.pairs[self.fresh % len(self.pairs)]
        self.fresh += 1
        await self.copies(process, pair, self.rng.choice(COPIES))

    async def repeat(self, process: int) -> None:
        if self.hot:
            old = self.rng.choice(self.hot)
            await self.copies(process, (old.who, old.what), 1)

    async def copies(self, process: int, pair: tuple[int, int], count: int) -> None:
        await asyncio.gather(*(self.apply(process, pair) for _ in range(count)))

    async def apply(self, process: int, pair: tuple[int, int]) -> None:
        applicant, position = self.made.applicants[pair[0]], self.made.positions[pair[1]]
        ids = applicant.id, position.id
        async with self.noting("apply", process, pair=ids, receipt="", first=False) as told:
            try:
                receipt = await self.node().submit(
                    fair_id=self.made.fair.id, applicant_id=ids[0], position_id=ids[1]
                )
            except (InternalFault, Overloaded, Refused):
                told["is"] = "refused"
                return
            finally:
                told["at"] = microseconds(stamp.get())
            told |= {"is": "ok", "receipt": receipt.number, "first": not receipt.repeated}
        known = self.sent.setdefault(pair, Sent(receipt.number, *pair))
        known.believed = Stage.NEW if known.believed is Stage.WITHDRAWN else known.believed
        if not receipt.repeated:
            self.hot.append(known)

    def one(self) -> Sent | None:
        """Choose an application that others choose too."""
        recent = list(self.hot)[-8:] if self.rng.random() < 0.5 else self.hot
        return self.rng.choice(recent) if recent else None

    async def move(self, process: int) -> None:
        one = self.one()
        if one is None or not NEXT_STAGES[one.believed]:
            return
        seen, to = one.believed, self.rng.choice(sorted(NEXT_STAGES[one.believed]))
        company, now = self.made.positions[one.what].company_id, self.clock.now()
        asked = {"receipt": one.receipt, "seen": seen, "to": to, "at": microseconds(now)}
        async with self.noting("move", process, **asked) as told:
            try:
                await self.node()._database.write(
                    partial(
                        stages.move_stage, company_id=company, receipt=one.receipt, to_stage=to,
                        seen=seen, account_id=self.reviewers[company], now=now,
                    )
                )  # fmt: skip
            except Refused:
                told["is"] = "refused"
            else:
                told["is"], one.believed = "ok", to

    async def take_back(self, process: int) -> None:
        one, now = self.one(), self.clock.now()
        if one is None:
            return
        who = self.made.applicants[one.who]
        async with self.noting(
            "withdraw", process, receipt=one.receipt, at=microseconds(now)
        ) as told:
            try:
                await self.node()._database.write(
                    partial(
                        stages.withdraw, applicant_id=who.id, receipt=one.receipt, now=now,
                        account_id=who.account_id,
                    )
                )  # fmt: skip
            except Refused:
                told["is"] = "refused"
                return
            told["is"], one.believed = "ok", Stage.WITHDRAWN
        if self.rng.random() < 0.7:
            await self.copies(process, (one.who, one.what), self.rng.choice([1, 2]))

    async def look(self, process: int) -> None:
        """Read the ledger from where this reader stood, and some trails, in one snapshot."""
        chosen = [one for one in (self.one(), self.one()) if one is not None]
        node, fair_id, now = self.node(), self.made.fair.id, self.clock.now()
        async with self.noting("look", process) as told, node._database.snapshot() as session:
            seq = (await counters.tally_fair(session, fair_id, now=now)).seq
            after = self.read_to[process] if process < TAILS else seq
            tail = select(Application.receipt).where(
                Application.fair_id == fair_id, Application.seq > after
            )
            told |= {"seq": seq, "after": after, "trails": {}}
            told["receipts"] = list(await session.scalars(tail.order_by(Application.seq)))
            for one in chosen:
                sent = await receipts.receipt_of(
                    session, applicant_id=self.made.applicants[one.who].id, number=one.receipt
                )
                trail = await receipts.trail_of(session, sent.id)
                steps = [(step.to_stage, microseconds(step.at)) for step in trail]
                told["trails"][one.receipt], one.believed = steps, sent.stage
            self.read_to[process] = max(self.read_to[process], seq)

    async def count(self, process: int) -> None:
        node, now = self.node(), self.clock.now()
        async with self.noting("read", process) as told, node._database.snapshot() as session:
            tally = await counters.tally_fair(session, self.made.fair.id, now=now)
            told |= {"n": tally.applications, "seq": tally.seq}

    async def close(self) -> None:
        database, fair = self.nodes[0]._database, {"fair_id": self.made.fair.id}
        async with database.transaction() as session:
            await close_early(
                session, **fair, now=self.clock.now(), account_id=None, reason="Selesai"
            )
        async with database.transaction() as session:
            await close_fair(session, keys=KEYS, **fair, now=self.clock.now(), account_id=None)


@dataclass
class Sum:
    """What a run came to."""

    problems: list[str]
    line: str
    seconds: float


async def run(url: str, file: Path, operations: int, *, seed: int) -> Sum:
    """Do about so many operations on an empty database and check what came of them."""
    clock, began = AnchoredClock(), time.monotonic()
    count = NODES["sqlite" if url.startswith("sqlite") else "postgresql"]
    async with contextlib.AsyncExitStack() as stack:
        doors = [Door(Database(url), Stamps(clock), KEYS) for _ in range(count)]
        for door in doors:
            stack.push_async_callback(door._database.close)
            await stack.enter_async_context(running(door))
        made, reviewers = await _prepare(doors[0]._database, clock.now(), operations)
        history = History(file)
        crowd = Crowd(
            doors, made, reviewers, history, clock, random.Random(seed), operations
        )  # fmt: skip
        await asyncio.gather(*(crowd.work(process) for process in range(WORKERS)))
        await crowd.close()
        history.close()
        seconds = time.monotonic() - began
        async with doors[0]._database.snapshot() as session:
            recount = [f"recount: {one}" for one in await differences(session, made.fair.id)]
    problems, line = await asyncio.to_thread(partial(judge, file, url, filled=0))
    return Sum(
        crowd.missing + recount + problems,
        f"{line}; {count} nodes, {crowd.stood_in_vain} in vain",
        seconds,
    )


async def _prepare(
    database: Database, now: datetime, operations: int
) -> tuple[Staged, dict[int, int]]:
    window = {"opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(days=1)}
    people = max(20, operations // 100)
    async with database.transaction() as session:
        made = await stage(
            session, companies=4, positions=25, applicants=min(people, 5000), window=window,
            published_at=now - timedelta(days=1),
        )  # fmt: skip
        accounts = {firm.id: make_account(company_id=firm.id) for firm in made.companies}
        session.add_all(accounts.values())
        await session.flush()
        return made, {company: account.id for company, account in accounts.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=5000)
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--defect", help="plant it (see tests.rigs.defects)")
    given = parser.parse_args()
    if given.defect:
        plant(given.defect)
    with empty(given.engine) as url, tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        done = asyncio.run(run(url, Path(file.name), given.operations, seed=given.seed))
    print(f"seed {given.seed}, {given.engine}, {done.seconds:.0f} s: {done.line}")
    print(*done.problems[:20], f"{len(done.problems)} untrue", sep="\n")
    sys.exit(1 if done.problems else 0)


if __name__ == "__main__":
    main()
