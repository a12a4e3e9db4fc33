"""Kill the sender again and again while acts write messages and the mail server misbehaves.

Runs by itself as well: ``python -m tests.rigs.outbox --kills 200 --engine sqlite`` (or
``postgresql``). Two real sender processes share a database, as two nodes would; one of them is
killed with SIGKILL soon after something was handed over, and a new one is born. The mail server
refuses, hangs, closes in the middle of a mail and takes mails without saying so. A third of the
acts is rolled back. In the end every committed message was taken; one taken twice has the same
bytes, and between the two there was a kill or a yes that never arrived.
"""

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select

from jobfair.clock import AnchoredClock
from jobfair.db import Database
from jobfair.intake.door import Door
from jobfair.jobs.runner import run_job
from jobfair.jobs.schedule import Job
from jobfair.mailing import email, sender
from jobfair.mailing.email import SmtpServer, SmtpTransport
from jobfair.outbox import actions, queries, rules
from jobfair.outbox.models import Delivery, Message
from jobfair.outbox.rules import Channel, Letter, State
from jobfair.people.rules import Role
from tests.builders import KEYS, NOW, make_account
from tests.doors import apply, running, staged
from tests.mailing.sending import FakeSmtp, make_sender
from tests.rigs import defects
from tests.rigs.engines import ENGINES, empty

NODES = 2
MOODS = ("ok",) * 8 + ("451", "452", "550", "554", "530", "hang", "middle", "dot", "dot", "quit")
ACTS = 12
"""Between two kills; a third of them is rolled back."""
SHORTEST, LONGEST = 0.0, 0.150
STILLBORN = 0.15
"""This part of the nodes is killed before anything was heard of them."""
LEASE = timedelta(seconds=3)
PATIENCE = 60.0
"""Seconds until all must have been taken once the server is well and nobody is killed."""


def hurry() -> None:
    """Shorten every wait, so that a short life sees much."""
    email.COMMAND_TIMEOUT, sender.HAND_OVER = 0.3, 1.5
    sender.SHORTEST_PAUSE, sender.LONGEST_PAUSE, sender.BREATH = 0.02, 0.05, 0.0
    rules.FIRST_RETRY, rules.LONGEST_RETRY = timedelta(seconds=0.05), timedelta(seconds=0.5)


async def live(url: str, port: int) -> None:
    """Be a node: lead if nobody does, and send."""
    database, clock = Database(url), AnchoredClock()
    server = SmtpServer("127.0.0.1", port, "noreply@contoh.id", tls="none")
    transport = SmtpTransport(server, per_minute=60_000)
    mine = make_sender(database, clock, transport, lease=LEASE)
    line = None if database.is_sqlite else await database.own_connection()

    async def work(mine: Any) -> None:
        await mine.distribute()
        await mine.send(Channel.EMAIL)

    while True:
        leads = line is None or await line.takes_role()
        await run_job(Job("send", work, seconds=1), mine, partial(bool, leads))
        await asyncio.sleep(0.02)


def zygote(url: str, port: int, defect: str | None) -> None:
    """Bear a node for each line of standard input; all end with it."""
    hurry()
    if defect:
        defects.plant(defect)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    born = []
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            asyncio.run(live(url, port))
        born.append(child)
        print(child, flush=True)
    for child in born:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


@dataclass
class Seen:
    """What the rig knows at the end."""

    committed: set[int] = field(default_factory=set)
    rolled_back: int = 0
    repeats: int = 0
    taken: int = 0
    dead: int = 0
    moods: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


class Rig:
    """A mail server, acts, and nodes that are killed."""

    def __init__(self, url: str, *, seed: int, defect: str | None = None) -> None:
        self.url = url
        self.rng = random.Random(seed)
        self.first = self.rng.sample(MOODS, len(MOODS))
        self.defect = defect
        self.seen = Seen()
        self.calm = False
        self.fake = FakeSmtp(self.mood)
        self.kills: list[float] = []
        self.nodes: list[int] = []
        self.database = Database(url)

    def mood(self) -> str:
        """Return how the server behaves next: in every way once, then at random."""
        if self.calm:
            return "ok"
        return self.first.pop() if self.first else self.rng.choice(MOODS)

    async def prepare(self) -> None:
        made = await staged(self.database)
        async with running(Door(self.database, AnchoredClock(NOW), KEYS)) as door:
            self.receipt = (await apply(door, made)).number
        async with self.database.transaction() as session:
            account = make_account(Role.REVIEWER, company_id=made.companies[0].id)
            session.add(account)
            await session.flush()
            self.account_id = account.id
            self.fair_id = made.fair.id

    async def act(self, number: int) -> None:
        """Do something people are told of; every third act does not come to its end."""
        fails = number % 3 == 2

        async def work(session: Any) -> None:
            await actions.queue_message(
                session,
                Letter.RECEIPT,
                account_id=self.account_id,
                facts={"receipt": self.receipt, "number": number},
                now=datetime.now(UTC),
                fair_id=self.fair_id,
            )
            if fails:
                raise ArithmeticError

        try:
            async with self.database.transaction() as session:
                await work(session)
        except ArithmeticError:
            self.seen.rolled_back += 1
        else:
            self.seen.committed.add(number)

    async def bear(self) -> int:
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        self.zygote.stdin.write("live\n")
        self.zygote.stdin.flush()
        return int(await asyncio.to_thread(self.zygote.stdout.readline))

    async def run(self, kills: int) -> Seen:
        self.patience = PATIENCE + kills
        await self.prepare()
        async with self.fake.running():
            planted = ["--defect", self.defect] if self.defect else []
            self.zygote = subprocess.Popen(  # noqa: ASYNC220 - once, before anything runs
                [sys.executable, "-m", "tests.rigs.outbox", "--zygote", self.url,
                 "--port", str(self.fake.port), *planted],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
            )  # fmt: skip
            try:
                await self.suffer(kills)
                await self.recover()
            finally:
                self.zygote.communicate()
        await self.compare()
        await self.database.close()
        return self.seen

    async def suffer(self, kills: int) -> None:
        assert self.zygote.stdout is not None
        await asyncio.to_thread(self.zygote.stdout.readline)
        self.nodes = [await self.bear() for _ in range(NODES)]
        for number in range(kills):
            for more in range(ACTS):
                await self.act(ACTS * number + more)
            sessions = self.fake.moods.total()
            if self.rng.random() > STILLBORN:
                await self.until_heard(sessions + 1)
            await asyncio.sleep(self.rng.uniform(SHORTEST, LONGEST))
            at = self.rng.randrange(NODES)
            os.kill(self.nodes[at], signal.SIGKILL)
            self.kills.append(time.monotonic())
            self.nodes[at] = await self.bear()
        await self.until_heard(len(MOODS))

    async def until_heard(self, sessions: int) -> None:
        """Wait until a sender has come so often, or there is nothing to send."""
        until = time.monotonic() + PATIENCE / 6
        while self.fake.moods.total() < sessions and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def recover(self) -> None:
        """Let everything settle, send again what was given up, and let that settle as well."""
        self.calm = True
        await self.settle()
        async with self.database.transaction() as session:
            dead = await queries.deliveries_of(
                session, fair_ids=[self.fair_id], state=State.DEAD, limit=10_000
            )
            for one in dead:
                await actions.send_again(
                    session, one.id, fair_ids=[self.fair_id], now=datetime.now(UTC)
                )
        self.seen.dead = len(dead)
        await self.settle()
        await asyncio.sleep(LEASE.total_seconds() / 2 if self.defect else 0.2)

    async def settle(self) -> None:
        until = time.monotonic() + self.patience
        while time.monotonic() < until:
            async with self.database.snapshot() as session:
                left = await session.scalar(
                    select(func.count()).where(Message.fanned_out_at.is_(None))
                ) + await session.scalar(
                    select(func.count()).where(Delivery.state == State.WAITING)
                )
            if not left or (self.defect and time.monotonic() > until - self.patience + 10):
                return
            await asyncio.sleep(0.1)
        self.seen.broken.append(f"{left} messages are still waiting")

    async def compare(self) -> None:
        """Hold what the server took against what was committed."""
        async with self.database.snapshot() as session:
            rows = await session.execute(
                select(Message.id, Message.facts).where(Message.account_id == self.account_id)
            )
            numbers = {row.id: row.facts["number"] for row in rows}
        seen, fake = self.seen, self.fake
        seen.taken, seen.moods = len(fake.taken), dict(fake.moods)
        seen.broken += [
            f"told of an act that was rolled back: {number}"
            for number in set(numbers.values()) - seen.committed
        ]
        copies = defaultdict(list)
        for key, raw, (at, mood) in zip(fake.ids, fake.taken, fake.takings, strict=True):
            copies[numbers.get(int(key.partition(".")[0]))].append((key, raw, at, mood))
        seen.broken += [f"lost: {number}" for number in seen.committed - copies.keys()]
        for number, found in copies.items():
            seen.repeats += len(found) - 1
            if len({(key, raw) for key, raw, *_ in found}) > 1:
                seen.broken.append(f"another mail at another try: {number}")
            for (_, _, first, mood), (_, _, then, _) in pairwise(found):
                if mood != "dot" and not any(first <= kill <= then for kill in self.kills):
                    seen.broken.append(f"repeated for no reason: {number}")


async def kill_senders(url: str, kills: int, *, seed: int = 1, defect: str | None = None) -> Seen:
    """Do all of it on an empty database and return what was seen."""
    return await Rig(url, seed=seed, defect=defect).run(kills)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()))
    parser.add_argument("--defect", help="plant it (see tests.rigs.defects)")
    parser.add_argument("--zygote", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.zygote:
        zygote(given.zygote, given.port, given.defect)
        return
    began = time.monotonic()
    if given.defect:
        defects.plant(given.defect)
    with empty(given.engine) as url:
        seen = asyncio.run(kill_senders(url, given.kills, seed=given.seed, defect=given.defect))
    print(
        f"{given.engine}, seed {given.seed}: {given.kills} kills in"
        f" {time.monotonic() - began:.0f} s, {len(seen.committed)} committed,"
        f" {seen.rolled_back} rolled back, {seen.taken} taken, {seen.repeats} repeats,"
        f" {seen.dead} given up and sent again, {seen.moods}"
    )
    print(*seen.broken[:20], sep="\n")
    sys.exit(1 if seen.broken else 0)


if __name__ == "__main__":
    main()
