"""ApplyContext applications: a closed loop for ceilings, an open loop for every latency."""

import asyncio
import random
import re
import time
from dataclasses import dataclass, field

from bench.fill import SLUG, Fair
from bench.history import History, Pair
from bench.http import Answer, Connection, Forms, Pool, get

RECEIPT = re.compile(rb"/lamaran/([A-Z0-9]+-\d\d-\d+-\d\d)")
SHOWN = re.compile(rb'data-seq="(\d+)"')
REPEATS = 0.1


@dataclass
class Load:
    """One generator: which pairs it has sent, what it heard, and how long that took."""

    fair: Fair
    port: int
    history: History | None = None
    seed: int = 1
    latencies: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    late: float = 0.0
    """Seconds by which the generator itself was behind its schedule, at worst."""
    behind: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.forms = Forms(self.fair)
        self.next = self.fair.applications
        self._acknowledged: list[Pair] = []
        self._random = random.Random(self.seed)

    def forget(self) -> None:
        self.latencies, self.refused, self.late, self.behind = [], [], 0.0, []

    def pair(self) -> Pair:
        """Return a pair nobody has sent, or one time in ten one that was acknowledged before."""
        if self._acknowledged and self._random.random() < REPEATS:
            return self._random.choice(self._acknowledged)
        self.next += 1
        return self.fair.pair(self.next - 1)

    async def send(
        self, ask: Connection | Pool, way: str, *, process: int, due: float | None = None
    ) -> bool:
        """Send one application; tell whether it was acknowledged."""
        pair = self.pair()
        began = time.monotonic()
        start = began if due is None else due
        try:
            answer = await ask.ask(self.forms.apply(way, *pair))
        except ConnectionError:
            self._note(process, began, pair, "unknown")
            return False
        took = time.monotonic() - start
        receipt = RECEIPT.search(answer.header(b"location"))
        if answer.status == 303 and (receipt or way == "limit"):
            if way != "limit" and receipt:
                self._note(process, began, pair, "ok", receipt[1].decode())
                if len(self._acknowledged) < 10_000:
                    self._acknowledged.append(pair)
            self.latencies.append(took)
            return True
        if answer.status not in (409, 503):
            raise SystemExit(f"answered {answer.status}: {answer.body[:300]!r}")
        self._note(process, began, pair, "refused")
        self.refused.append(took)
        if answer.status == 503 and not answer.header(b"retry-after"):
            raise SystemExit("503 without Retry-After")
        return False

    def _note(self, process: int, start: float, pair: Pair, what: str, receipt: str = "") -> None:
        if self.history is not None:
            self.history.apply(
                process=process, start=start, end=time.monotonic(), pair=pair, outcome=what,
                receipt=receipt,
            )  # fmt: skip

    async def closed(
        self, way: str, *, connections: int, seconds: float = 1e9, most: int = 10**9
    ) -> float:
        """Return acknowledged per second, everybody sending again as soon as answered."""
        end = time.monotonic() + seconds
        lines = [await Connection.open(self.port) for _ in range(connections)]
        began, count = time.monotonic(), 0

        async def one(process: int, line: Connection) -> None:
            nonlocal count
            while time.monotonic() < end and count < most:
                acknowledged = await self.send(line, way, process=process)
                count += acknowledged

        await asyncio.gather(*(one(n, line) for n, line in enumerate(lines)))
        took = time.monotonic() - began
        for line in lines:
            line.close()
        return count / took

    async def open(self, way: str, *, rate: float, seconds: float, warm: int = 64) -> float:
        """Send at scheduled instants, come what may; return the share of the schedule reached."""
        pool = Pool(self.port)
        await pool.warm(warm)
        due, sent, tasks = time.monotonic() + 0.2, 0, set()
        first = due
        while due < first + seconds:
            ahead = due - time.monotonic()
            if ahead > 0:
                await asyncio.sleep(ahead)
            self.behind.append(time.monotonic() - due)
            task = asyncio.create_task(self.send(pool, way, process=sent, due=due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += 1
            due += self._random.expovariate(rate)
        await asyncio.gather(*tasks)
        pool.close()
        self.late = max(self.behind, default=0.0)
        return sent / (rate * seconds)

    async def watch(self, *, process: int, every: float = 0.1) -> None:
        """Read the live number again and again until cancelled, and write down what it showed."""
        line = await Connection.open(self.port)
        while True:
            start = time.monotonic()
            answer: Answer = await line.ask(get(f"/{SLUG}/angka"))
            shown = SHOWN.search(answer.body)
            if self.history is not None and shown:
                self.history.read(process, start, time.monotonic(), int(shown[1]))
            await asyncio.sleep(every)
