"""Kill the server again and again while people apply; then look who was told something untrue.

Runs by itself as well: ``python -m tests.rigs.kill --kills 2000``. A real server process
(uvicorn, the whole application, SQLite as in production) is killed with SIGKILL 20 to 350 ms
after its first answer, under load over plain HTTP. Requests whose answer was lost are sent again
in the next life: whether they had been stored nobody knows, and the receipt must not depend on it.

kill -9 leaves the page cache alone, so this proves the order (commit, then answer), one row per
pair and recovery; that the bytes survive a power cut is ``synchronous=FULL``'s part, which
``tests/db`` looks at.
"""

import argparse
import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from sqlalchemy import select

from jobfair.applications.models import Application
from jobfair.clock import AnchoredClock
from jobfair.db import Database
from jobfair.db.migrations import upgrade
from jobfair.db.sealed import make_key_file, read_keys
from jobfair.people.actions import hash_token
from jobfair.people.models import SignIn
from jobfair.settings import Settings
from tests.builders import stage
from tests.recount import problems_of

CLIENTS = 12
SHORTEST, LONGEST = 0.020, 0.350
"""Seconds from the first answer of a life to its end; a part of the lives ends so soon after
birth that recovery itself is killed."""
STILLBORN = 0.15
LOOK_EVERY = 10
"""Deaths between two checks: who looks first after a death recovers the database, and that should
mostly be the next server."""
ROOT = Path(__file__).parents[2]
Pair = tuple[int, int]


@dataclass
class Witness:
    """What the clients were told: receipts by pair, and pairs whose answer never came."""

    told: dict[Pair, str] = field(default_factory=dict)
    unknown: list[Pair] = field(default_factory=list)
    was_unknown: set[Pair] = field(default_factory=set)
    had_been_stored: set[Pair] = field(default_factory=set)
    lost_answers: int = 0
    turned_away: int = 0
    broken: list[str] = field(default_factory=list)

    def hear(self, pair: Pair, receipt: str) -> None:
        if self.told.setdefault(pair, receipt) != receipt:
            self.broken.append(f"{pair}: first {self.told[pair]}, then {receipt}")


class Rig:
    """A fair in a folder, its people signed in, and a zygote to bear servers."""

    def __init__(self, folder: Path, *, seed: int, hasty: bool = False) -> None:
        self.settings = Settings(data=folder)
        make_key_file(self.settings.keys)
        self.keys = read_keys(self.settings.keys)
        self.rng = random.Random(seed)
        self.witness = Witness()
        self.answered = asyncio.Event()
        with (folder / "server.log").open("w") as log:
            self.zygote = subprocess.Popen(
                [sys.executable, "-m", "tests.rigs.server", folder, *(["hasty"] if hasty else [])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
                start_new_session=True,
            )

    async def prepare(self, *, people: int, positions: int) -> None:
        """Store the fair and the sessions; the first life begins after this."""
        database = Database(self.settings.database)
        await upgrade(database)
        now = AnchoredClock().now()
        window = {"opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(days=1)}
        async with database.transaction() as session:
            self.made = await stage(
                session, applicants=people, positions=positions, window=window,
                published_at=now - timedelta(days=1),
            )  # fmt: skip
            self.cookies = [f"kuki-{at}" for at in range(people)]
            session.add_all(
                SignIn(
                    token_hash=hash_token(cookie), account_id=who.account_id, made_at=now,
                    seen_at=now,
                )
                for cookie, who in zip(self.cookies, self.made.applicants, strict=True)
            )  # fmt: skip
        await database.close()
        self.fresh: Iterator[Pair] = ((a, p) for p, a in product(range(positions), range(people)))
        assert self.zygote.stdout is not None
        self.port = int(await asyncio.to_thread(self.zygote.stdout.readline))

    async def bear(self) -> int:
        """Begin a life; return its process id."""
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        self.zygote.stdin.write("live\n")
        self.zygote.stdin.flush()
        return int(await asyncio.to_thread(self.zygote.stdout.readline))

    def request(self, pair: Pair) -> bytes:
        who, what = pair
        cookie = self.cookies[who]
        body = b"consent=ya"
        path = f"/{self.made.fair.slug}/lowongan/{self.made.positions[what].slug}/lamar"
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Cookie: __Host-sesi={cookie}\r\nx-form-token: {self.keys.form_token(cookie)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def client(self, stop: asyncio.Event) -> None:
        """Apply, one request after another on one connection, until it breaks or ``stop``."""
        while not stop.is_set():
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.005)
                continue
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while not stop.is_set():
                    await self.apply(reader, writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def apply(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        witness = self.witness
        pair = witness.unknown.pop() if witness.unknown else next(self.fresh)
        try:
            writer.write(self.request(pair))
            head = await reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            # The answer is lost, the outcome unknown: the next life will be asked again.
            witness.unknown.append(pair)
            witness.was_unknown.add(pair)
            witness.lost_answers += 1
            raise
        except asyncio.CancelledError:
            witness.unknown.append(pair)
            raise
        self.answered.set()
        status, headers = read_head(head)
        if status == 303 and "/lamaran/" in headers.get("location", ""):
            witness.hear(pair, headers["location"].rsplit("/", 1)[1])
        elif status == 503:
            witness.turned_away += 1
            witness.unknown.append(pair)
        else:
            witness.broken.append(f"{pair}: {status} {headers.get('location', '')}")
        await reader.readexactly(int(headers.get("content-length", 0)))

    async def run(self, kills: int, *, until_broken: bool = False) -> None:
        """Live and die ``kills`` times, checking after every tenth, then live once in peace."""
        stop = asyncio.Event()
        clients = [asyncio.create_task(self.client(stop)) for _ in range(CLIENTS)]
        for number in range(1, kills + 1):
            pid = await self.bear()
            if self.rng.random() > STILLBORN:
                await self.first_answer()
            await asyncio.sleep(self.rng.uniform(SHORTEST, LONGEST))
            os.kill(pid, signal.SIGKILL)
            if number % LOOK_EVERY == 0 or until_broken:
                self.witness.broken += await self.check()
            if self.witness.broken:
                break
        pid = await self.bear()
        await self.ask_again(stop)
        await asyncio.gather(*clients)
        os.kill(pid, signal.SIGKILL)
        self.witness.broken += await self.check()

    async def first_answer(self) -> None:
        """Return once this life has answered somebody."""
        self.answered.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.answered.wait(), 10)

    async def ask_again(self, stop: asyncio.Event) -> None:
        """Send what is still unknown, and 60 acknowledged pairs: the same receipts must come."""
        told = list(self.witness.told)
        self.witness.unknown += self.rng.sample(told, min(60, len(told)))
        await self.first_answer()
        for _ in range(1500):
            if not self.witness.unknown:
                break
            await asyncio.sleep(0.02)
        stop.set()

    async def check(self) -> list[str]:
        """Return every untruth: acknowledged but lost, another receipt, sums that do not add up."""
        database = Database(self.settings.database)
        ids = {who.id: at for at, who in enumerate(self.made.applicants)}
        jobs = {what.id: at for at, what in enumerate(self.made.positions)}
        told = dict(self.witness.told)
        try:
            async with database.snapshot() as session:
                rows = await session.execute(
                    select(
                        Application.applicant_id, Application.position_id, Application.receipt
                    ).where(Application.fair_id == self.made.fair.id)
                )
                stored = {(ids[row[0]], jobs[row[1]]): row[2] for row in rows}
            self.witness.had_been_stored |= stored.keys() & set(self.witness.unknown) - told.keys()
            lost = [f"lost: {pair} {told[pair]}" for pair in told if pair not in stored]
            other = [
                f"other receipt: {pair}"
                for pair in told
                if stored.get(pair, told[pair]) != told[pair]
            ]
            return lost + other + await problems_of(database, self.made.fair.id)
        finally:
            await database.close()

    def end(self) -> None:
        self.zygote.communicate()


def read_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Return the status and the headers of an answer."""
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in lines if ": " in line)
    return int(first.split()[1]), {name.lower(): value for name, value in pairs}


async def kill_often(folder: Path, kills: int, *, seed: int = 1, hasty: bool = False) -> Witness:
    """Do all of it in an empty folder and return what the witnesses have seen."""
    rig = Rig(folder, seed=seed, hasty=hasty)
    try:
        await rig.prepare(people=60, positions=max(60, kills))
        await rig.run(kills, until_broken=hasty)
    finally:
        rig.end()
    return rig.witness


def summary(witness: Witness, kills: int, seconds: float) -> str:
    again = len(witness.was_unknown & set(witness.told))
    return (
        f"{kills} kills in {seconds:.0f} s: {len(witness.told)} acknowledged, "
        f"{witness.lost_answers} answers lost, {again} of those people got their receipt later "
        f"({len(witness.had_been_stored)} seen stored in between), "
        f"{witness.turned_away} turned away, {len(witness.broken)} untrue"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()))
    parser.add_argument("--hasty", action="store_true", help="plant the defect")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        witness = asyncio.run(
            kill_often(Path(folder), given.kills, seed=given.seed, hasty=given.hasty)
        )
    print(f"seed {given.seed}:", summary(witness, given.kills, time.monotonic() - began))
    print(*witness.broken[:20], sep="\n")
    sys.exit(1 if witness.broken else 0)


if __name__ == "__main__":
    main()
