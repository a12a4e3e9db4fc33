"""A whole day: every application of a large fair, a tenth of them twice, as fast as they go.

Bekasi 2025 had 91,029 people and 612,041 applications in seven hours; ``full`` is that day.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from bench.common import Size, Work, filled
from bench.fill import Fair
from bench.history import History, verdict
from bench.load import Load
from bench.machine import Server
from bench.measure import latencies
from jobfair.db import Database
from jobfair.tally.queries.recount import differences

DAYS = {"tiny": (60, 300), "small": (1500, 10_000), "full": (91_029, 612_041)}
CONNECTIONS = 64


async def _run(fair: Fair, running: Server, new: int, history: History) -> None:
    load = Load(fair, running.port, history)
    watching = asyncio.create_task(load.watch(process=10**6, every=0.5))
    began, cpu = time.monotonic(), running.cpu()
    before = running.memory()
    most = round(new / 0.9)
    rate = await load.closed("ours", connections=CONNECTIONS, most=most)
    took = time.monotonic() - began
    watching.cancel()
    each = (running.cpu() - cpu) / len(load.latencies) * 1000
    print(
        f" {len(load.latencies)} answered, {load.next} of them new, in {took:.0f} s: "
        f"{rate:.0f}/s, {each:.2f} ms of the server's CPU each"
    )
    print(f" {latencies(load.latencies)} (closed loop: no promise, only its shape)")
    print(f" memory {before:.0f} MiB at the start, {running.memory():.0f} at the end, "
          f"{running.memory('VmHWM'):.0f} at most")  # fmt: skip


async def _recount(fair: Fair) -> None:
    database = Database(fair.address)
    async with database.long_snapshot() as session:
        found = await differences(session, 1)
    await database.close()
    print(f" recount: {found or 'equal to every kept number'}")


def run(size: Size) -> None:
    applicants, new = DAYS[size.name]
    with (
        tempfile.NamedTemporaryFile(suffix=".jsonl") as file,
        filled(Work(applicants=applicants), size) as (fair, running),
    ):
        history = History(Path(file.name))
        asyncio.run(_run(fair, running, new, history))
        print(f" {verdict(history, fair.address, filled=0)}")
        asyncio.run(_recount(fair))
