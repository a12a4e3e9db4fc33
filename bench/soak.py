"""An hour of everything at an easy pace: does the server's memory grow?

Before it, the same things are done at a quick pace, until the heap and the database's caches have
found their size: what grows after that is kept by somebody.
"""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.common import Size, Work, filled
from bench.fill import SLUG, Fair, position_slug
from bench.http import Pool, get
from bench.load import Load
from bench.machine import Server
from bench.measure import latencies, slope
from bench.sockets import Audience


@dataclass(frozen=True)
class Pace:
    """For how long, how often memory is read, and how many of everything."""

    warming: float
    """Seconds at :data:`QUICK` times the pace, before the first reading."""
    minutes: float
    every: float
    """Seconds between two readings."""
    viewers: int
    applications: float
    """Per second; as many pages are read, in turn."""


QUICK = 10

PACES = {
    "tiny": Pace(warming=0.5, minutes=0.02, every=0.2, viewers=3, applications=10),
    "small": Pace(warming=30, minutes=5, every=5, viewers=100, applications=20),
    "full": Pace(warming=300, minutes=60, every=20, viewers=200, applications=20),
}


async def _pages(running: Server, fair: Fair, pace: Pace) -> None:
    """Read pages as visitors, applicants and a reviewer do, until cancelled."""
    pool = Pool(running.port)
    reviewer = fair.applicants + 1
    for turn in itertools.count():
        slug = position_slug(1 + turn % fair.positions)
        for request in (
            get(f"/{SLUG}"),
            get(f"/{SLUG}/lowongan?q=operator+{turn % 97}"),
            get(f"/{SLUG}/lowongan/{slug}", account=1 + turn % fair.applicants),
            get("/lamaran", account=1 + turn % fair.applicants),
            get("/meja/1", account=reviewer),
            get(f"/{SLUG}/tidak-ada"),
        ):
            await pool.ask(request)
            await asyncio.sleep(1 / pace.applications)


async def _come_and_go(running: Server) -> None:
    """Connect some viewers and leave again, until cancelled."""
    while True:
        passing = Audience(running.port, first=5000)
        await passing.add(20)
        await asyncio.sleep(2)
        passing.close()


async def _readings(running: Server, pace: Pace) -> list[tuple[float, float]]:
    """Return (seconds, MiB) read at even steps."""
    began, found = time.monotonic(), []
    while (now := time.monotonic() - began) < pace.minutes * 60:
        found.append((now, running.memory()))
        if len(found) % max(1, round(300 / pace.every)) == 0:
            print(f" after {now / 60:.0f} min: {found[-1][1]:.1f} MiB", flush=True)
        await asyncio.sleep(pace.every)
    return found


async def _end(tasks: Sequence[asyncio.Task[object]]) -> None:
    for task in tasks:
        assert not task.done(), task
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _warm(running: Server, fair: Fair, pace: Pace, load: Load) -> None:
    """Do in minutes what takes the hour otherwise."""
    beside = [asyncio.create_task(_pages(running, fair, pace)) for _ in range(QUICK)]
    beside.append(asyncio.create_task(_come_and_go(running)))
    await load.open("ours", rate=pace.applications * QUICK, seconds=pace.warming)
    await _end(beside)
    load.forget()


async def _run(fair: Fair, running: Server, pace: Pace) -> None:
    audience = Audience(running.port)
    await audience.add(pace.viewers)
    load = Load(fair, running.port)
    print(f" {running.memory():.1f} MiB before anything was asked", flush=True)
    await _warm(running, fair, pace, load)
    applying = load.open("ours", rate=pace.applications, seconds=pace.minutes * 60 + 60)
    beside = [
        asyncio.create_task(_pages(running, fair, pace)),
        asyncio.create_task(_come_and_go(running)),
        asyncio.create_task(applying),
    ]
    readings = await _readings(running, pace)
    await _end(beside)
    later = readings[len(readings) // 2 :]
    least, most = min(mib for _, mib in later), max(mib for _, mib in later)
    print(f" {pace.minutes:.0f} min, {len(load.latencies)} applications, {audience.here} of "
          f"{pace.viewers} viewers still there, {latencies(load.latencies)}")  # fmt: skip
    print(f" memory {readings[0][1]:.1f} MiB at the start, {readings[-1][1]:.1f} at the end, "
          f"{running.memory('VmHWM'):.1f} at most")  # fmt: skip
    print(f" second half: {slope(later) * 3600:+.2f} MiB an hour, between "
          f"{least:.1f} and {most:.1f} MiB")  # fmt: skip
    audience.close()


def run(size: Size) -> None:
    pace = PACES[size.name]
    with filled(Work(applicants=5000, applications=10_000), size) as (fair, running):
        asyncio.run(_run(fair, running, pace))
