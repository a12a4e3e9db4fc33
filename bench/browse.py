"""Public pages, each beside a page of the same size that asks the database nothing."""

import asyncio
import time

from bench.common import Size, Work, filled
from bench.fill import SLUG, position_slug
from bench.http import Connection, get
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


class Reader:
    """A closed loop of page reads; keeps what a page costs the server."""

    def __init__(self, running: Server, seconds: float) -> None:
        self._running, self._seconds = running, seconds
        self.costs: dict[str, list[float]] = {}

    async def read(self, name: str, request: bytes, status: int = 200) -> float:
        lines = [await Connection.open(self._running.port) for _ in range(CONNECTIONS)]
        cpu, began, count = self._running.cpu(), time.monotonic(), 0

        async def one(line: Connection) -> None:
            nonlocal count
            while time.monotonic() - began < self._seconds:
                answer = await line.ask(request)
                assert answer.status == status, (answer.status, answer.body[:200])
                count += 1

        await asyncio.gather(*map(one, lines))
        took = time.monotonic() - began
        self.costs.setdefault(name, []).append((self._running.cpu() - cpu) / count * 1000)
        for line in lines:
            line.close()
        return count / took


async def _tag_of(running: Server, path: str) -> tuple[int, bytes]:
    line = await Connection.open(running.port)
    answer = await line.ask(get(path))
    line.close()
    return len(answer.body), answer.header(b"etag")


async def _run(running: Server, size: Size) -> None:
    for title, path in PAGES.items():
        length, tag = await _tag_of(running, path)
        empty, _ = await _tag_of(running, "/bangku/halaman?size=1")
        reader = Reader(running, SECONDS[size.name])
        filler = get(f"/bangku/halaman?size={max(1, length - empty)}")
        requests = {"limit": (filler, 200), "ours": (get(path), 200)}
        if tag:
            unchanged = get(path, more=f"If-None-Match: {tag.decode()}\r\n")
            requests["ours, unchanged"] = (unchanged, 304)
        side = SideBySide(
            {name: _way(reader, name, *request) for name, request in requests.items()}
        )
        print(f" {title}, {length} bytes" + ("" if tag else ", no ETag"))
        await side.run(size.pairs)
        side.tell()
        for name, costs in reader.costs.items():
            print(f"  {name:<16} {spread(costs, ' ms')} of the server's CPU")
        ratio = [a / b for a, b in zip(reader.costs["limit"], reader.costs["ours"], strict=True)]
        print(f"  by CPU: ours is x {spread(ratio)} of the limit")


def _way(reader: Reader, name: str, request: bytes, status: int):
    return lambda: reader.read(name, request, status)


def run(size: Size) -> None:
    with filled(Work(applicants=2000, applications=5000), size) as (_, running):
        line = running.began
        print(f" first answer {_first(running, line) * 1000:.0f} ms after the start")
        asyncio.run(_run(running, size))


def _first(running: Server, began: float) -> float:
    asyncio.run(_tag_of(running, f"/{SLUG}"))
    return time.monotonic() - began
