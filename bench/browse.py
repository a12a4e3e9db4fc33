"""Public pages, each beside a page of the same size that asks the database nothing.

``changed`` is what a page costs after something it shows has changed: nobody has asked for it yet,
for every request has another query. ``kept`` is the same page again while nothing changes, and
``304`` the same asked for by somebody who has it.
"""

import asyncio
import itertools
import time

from bench.common import Size, Work, filled
from bench.fill import SLUG, position_slug
from bench.http import Answer, Connection, get
from bench.machine import Server
from bench.measure import SideBySide, spread

SECONDS = {"tiny": 0.3, "small": 1.5, "full": 8.0}
PAGES = {
    "the fair": f"/{SLUG}",
    "all positions": f"/{SLUG}/lowongan",
    "one position": f"/{SLUG}/lowongan/{position_slug(5)}",
    "live numbers": f"/{SLUG}/angka",
}
CONNECTIONS = 8


class Way:
    """A page asked for in one way, again and again."""

    def __init__(self, path: str, *, account: int = 0) -> None:
        self._path, self._account = path, account

    def request(self) -> bytes:
        return get(self._path, account=self._account)

    def check(self, answer: Answer) -> None:
        assert answer.status == 200, (answer.status, answer.body[:200])


class Changed(Way):
    """Never the same address twice."""

    numbers = itertools.count(1)

    def request(self) -> bytes:
        return get(f"{self._path}?ke={next(self.numbers)}")


class Unchanged(Way):
    """With the mark of the page, taken anew when the page has another."""

    mark = b""

    def request(self) -> bytes:
        return get(self._path, more=f"If-None-Match: {self.mark.decode()}\r\n")

    def check(self, answer: Answer) -> None:
        assert answer.status in (200, 304), answer.status
        self.mark = answer.header(b"etag")


class Reader:
    """A closed loop of page reads; keeps what a page costs the server."""

    def __init__(self, running: Server, seconds: float) -> None:
        self._running, self._seconds = running, seconds
        self.costs: dict[str, list[float]] = {}

    async def read(self, name: str, way: Way) -> float:
        lines = [await Connection.open(self._running.port) for _ in range(CONNECTIONS)]
        cpu, began, count = self._running.exact_cpu(), time.monotonic(), 0

        async def one(line: Connection) -> None:
            nonlocal count
            while time.monotonic() - began < self._seconds:
                way.check(await line.ask(way.request()))
                count += 1

        await asyncio.gather(*map(one, lines))
        took = time.monotonic() - began
        self.costs.setdefault(name, []).append((self._running.exact_cpu() - cpu) / count * 1000)
        for line in lines:
            line.close()
        return count / took

    def ratio(self, one: str, other: str) -> str:
        return spread([a / b for a, b in zip(self.costs[one], self.costs[other], strict=True)])


async def _length(running: Server, path: str) -> int:
    line = await Connection.open(running.port)
    answer = await line.ask(get(path))
    line.close()
    return len(answer.body)


async def _run(running: Server, size: Size) -> None:
    empty = await _length(running, "/bangku/halaman?size=1")
    for title, path in PAGES.items():
        length = await _length(running, path)
        reader = Reader(running, SECONDS[size.name])
        ways = {
            "limit": Way(f"/bangku/halaman?size={max(1, length - empty)}"),
            "changed": Changed(path),
            "kept": Way(path),
            "304": Unchanged(path),
        }
        side = SideBySide({name: _reading(reader, name, way) for name, way in ways.items()})
        print(f" {title}, {length} bytes")
        await side.run(size.pairs)
        for name, costs in reader.costs.items():
            rate = f"{spread(side.rates[name], '/s'):<26}"
            print(f"  {name:<10}{rate}{spread(costs, ' ms')} of the server's CPU")
        print(f"  by CPU: changed is x {reader.ratio('limit', 'changed')} of the limit")
        print(f"          kept is x {reader.ratio('limit', 'kept')} of the limit")
        print(f"          304 costs {reader.ratio('304', 'changed')} of a changed page", flush=True)


def _reading(reader: Reader, name: str, way: Way):
    return lambda: reader.read(name, way)


def run(size: Size) -> None:
    with filled(Work(applicants=2000, applications=5000), size) as (_, running):
        asyncio.run(_length(running, f"/{SLUG}"))
        print(f" first answer {(time.monotonic() - running.began) * 1000:.0f} ms after the start")
        asyncio.run(_run(running, size))
