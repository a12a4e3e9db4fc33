"""People who apply over plain HTTP, remember what they were told, and ask again.

An application whose answer never came is unknown: it may be in the ledger or not. It is sent
again, by the same person, until there is an answer, and the receipt must not depend on it. What
everybody was told is then held against the rows.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle, product

from sqlalchemy import select

from jobfair.applications.models import Application
from jobfair.clock import AnchoredClock
from jobfair.db import Database
from jobfair.keys import Keys
from jobfair.people.actions import hash_token
from jobfair.people.models import SignIn
from tests.builders import Staged, stage
from tests.recount import problems_of

Pair = tuple[int, int]
ASKED_AGAIN = 60
RESET = (OSError, asyncio.IncompleteReadError, TimeoutError)


@dataclass
class Witness:
    """What people were told: receipts by pair, and pairs whose answer never came."""

    told: dict[Pair, str] = field(default_factory=dict)
    unknown: list[Pair] = field(default_factory=list)
    was_unknown: set[Pair] = field(default_factory=set)
    had_been_stored: set[Pair] = field(default_factory=set)
    lost_answers: int = 0
    turned_away: int = 0
    broken: list[str] = field(default_factory=list)
    acknowledged: dict[int, list[float]] = field(default_factory=dict)
    """The instants of receipts, by the port that gave them."""

    def hear(self, pair: Pair, receipt: str) -> None:
        if self.told.setdefault(pair, receipt) != receipt:
            self.broken.append(f"{pair}: first {self.told[pair]}, then {receipt}")

    def lose(self, pair: Pair) -> None:
        """Note that the answer is lost and the outcome unknown."""
        self.unknown.append(pair)
        self.was_unknown.add(pair)
        self.lost_answers += 1

    def first_since(self, port: int, instant: float) -> float | None:
        """Return the first receipt a port gave after an instant."""
        given = self.acknowledged.get(port, [])
        return next((at for at in given if at > instant), None)

    def summary(self) -> str:
        again = len(self.was_unknown & set(self.told))
        return (
            f"{len(self.told)} acknowledged, {self.lost_answers} answers lost, "
            f"{again} of those people got their receipt later "
            f"({len(self.had_been_stored)} seen stored in between), "
            f"{self.turned_away} turned away, {len(self.broken)} untrue"
        )


class People:
    """A fair that is open now, its applicants signed in: ``fresh`` are pairs never sent."""

    def __init__(self, keys: Keys, *, seed: int = 1, answer_within: float = 30) -> None:
        self.keys = keys
        self.rng = random.Random(seed)
        self.witness = Witness()
        self.answered = asyncio.Event()
        self._answer_within = answer_within

    async def gather(
        self, database: Database, *, people: int, positions: int, open_for: timedelta | None = None
    ) -> None:
        """Store the fair and the sessions."""
        now = AnchoredClock().now()
        closes = now + (open_for or timedelta(days=1))
        async with database.transaction() as session:
            self.made: Staged = await stage(
                session, applicants=people, positions=positions, keys=self.keys,
                window={"opens_at": now - timedelta(hours=1), "closes_at": closes},
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
        pairs = ((who, what) for what, who in product(range(positions), range(people)))
        self.fresh: Iterator[Pair] = cycle(pairs)

    def next_pair(self) -> Pair:
        """Return a pair whose outcome is unknown, or one nobody has sent."""
        return self.witness.unknown.pop() if self.witness.unknown else next(self.fresh)

    def request(self, pair: Pair) -> bytes:
        who, what = pair
        cookie = self.cookies[who]
        body = b"consent=ya"
        path = f"/{self.made.fair.slug}/lowongan/{self.made.positions[what].slug}/lamar"
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Cookie: __Host-sesi={cookie}\r\nx-form-token: {self.keys.form_token(cookie)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def client(self, port: Callable[[], int], stop: asyncio.Event) -> None:
        """Apply, one request after another on one connection, until it breaks or ``stop``."""
        while not stop.is_set():
            to = port()
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", to)
            except OSError:
                await asyncio.sleep(0.005)
                continue
            with contextlib.suppress(*RESET):
                while not stop.is_set():
                    if not await self.apply(reader, writer, to):
                        await asyncio.sleep(0.02)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def apply(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int
    ) -> bool:
        """Send one application; tell whether there was a receipt."""
        witness, pair = self.witness, self.next_pair()
        try:
            async with asyncio.timeout(self._answer_within):
                writer.write(self.request(pair))
                head = await reader.readuntil(b"\r\n\r\n")
                status, headers = read_head(head)
                await reader.readexactly(int(headers.get("content-length", 0)))
        except RESET:
            witness.lose(pair)
            raise
        except asyncio.CancelledError:
            witness.unknown.append(pair)
            raise
        return self.note(pair, status, headers, port)

    def note(self, pair: Pair, status: int, headers: dict[str, str], port: int) -> bool:
        """Remember an answer; tell whether it was a receipt."""
        self.answered.set()
        if status == 303 and "/lamaran/" in headers.get("location", ""):
            self.witness.hear(pair, headers["location"].rsplit("/", 1)[1])
            self.witness.acknowledged.setdefault(port, []).append(time.monotonic())
            return True
        if status == 503 and headers.get("retry-after", "").isdigit():
            self.witness.turned_away += 1
            self.witness.unknown.append(pair)
        else:
            self.witness.broken.append(f"{pair}: {status} {headers.get('location', '')}")
        return False

    async def first_answer(self) -> None:
        """Return once somebody has been answered from now on."""
        self.answered.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.answered.wait(), 10)

    async def ask_again(self, stop: asyncio.Event) -> None:
        """Send what is unknown, and some acknowledged pairs: the same receipts must come."""
        told = list(self.witness.told)
        self.witness.unknown += self.rng.sample(told, min(ASKED_AGAIN, len(told)))
        await self.first_answer()
        for _ in range(1500):
            if not self.witness.unknown:
                break
            await asyncio.sleep(0.02)
        stop.set()

    async def check(self, database: Database) -> list[str]:
        """Return every untruth: acknowledged but lost, another receipt, sums that do not add up."""
        ids = {who.id: at for at, who in enumerate(self.made.applicants)}
        jobs = {what.id: at for at, what in enumerate(self.made.positions)}
        told = dict(self.witness.told)
        async with database.long_snapshot() as session:
            rows = await session.execute(
                select(
                    Application.applicant_id, Application.position_id, Application.receipt
                ).where(Application.fair_id == self.made.fair.id)
            )
            stored = {(ids[row[0]], jobs[row[1]]): row[2] for row in rows}
        self.witness.had_been_stored |= stored.keys() & self.witness.was_unknown - told.keys()
        lost = [f"lost: {pair} {told[pair]}" for pair in told if pair not in stored]
        other = [
            f"other receipt: {pair}" for pair in told if stored.get(pair, told[pair]) != told[pair]
        ]
        return lost + other + await problems_of(database, self.made.fair.id)


def read_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Return the status and the headers of an answer."""
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in lines if ": " in line)
    return int(first.split()[1]), {name.lower(): value for name, value in pairs}
