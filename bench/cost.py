"""What things cost as the ledger grows: CPU of the server for each, at 10^3, 10^4, ..."""

import asyncio
import time

from bench.browse import Changed, Reader, Way
from bench.common import Size, Work, filled
from bench.fill import SLUG, Fair, position_slug
from bench.load import Load
from bench.machine import Server

LEDGERS = {
    "tiny": (100, 1000),
    "small": (1000, 10_000, 100_000),
    "full": (100, 1000, 10_000, 100_000, 1_000_000),
}
POSITIONS = 20
"""So that a desk's first page is full, 50 people, from a thousand applications on."""
SECONDS = {"tiny": 0.2, "small": 1.0, "full": 5.0}


async def _costs(fair: Fair, running: Server, size: Size) -> dict[str, float]:
    reviewer = fair.applicants + 1
    things = {
        "live numbers": Changed(f"/{SLUG}/angka"),
        "the fair": Changed(f"/{SLUG}"),
        "one position": Changed(f"/{SLUG}/lowongan/{position_slug(5)}"),
        "the fair, kept": Way(f"/{SLUG}"),
        "desk, first page": Way("/meja/1", account=reviewer),
        "own applications": Way("/lamaran", account=1),
    }
    reader = Reader(running, SECONDS[size.name])
    for _ in range(size.pairs):
        for name, way in things.items():
            await reader.read(name, way)
    costs = {name: sorted(values)[len(values) // 2] for name, values in reader.costs.items()}
    load, cpu, began = Load(fair, running.port), running.cpu(), time.monotonic()
    rate = await load.closed("ours", connections=32, seconds=2 * SECONDS[size.name])
    costs["an application"] = (running.cpu() - cpu) / (rate * (time.monotonic() - began)) * 1000
    return costs


def run(size: Size) -> None:
    found: dict[int, dict[str, float]] = {}
    for ledger in LEDGERS[size.name]:
        applicants = max(100, ledger // 6)
        work = Work(applicants=applicants, applications=ledger, positions=POSITIONS)
        with filled(work, size) as (fair, running):
            found[ledger] = asyncio.run(_costs(fair, running, size))
    base = 1000
    print(f" {'ms of CPU':<18}" + "".join(f"{ledger:>12,}" for ledger in found))
    for name in found[base]:
        row = "".join(f"{costs[name]:>12.2f}" for costs in found.values())
        last = list(found.values())[-1][name]
        print(f" {name:<18}{row}   x {last / found[base][name]:.2f} of 1,000")
