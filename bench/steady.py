"""Minutes of an ordinary rush: applications at scheduled instants, with viewers and stored rows."""

import asyncio
import contextlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.common import Size, Work, filled
from bench.fill import Fair
from bench.history import History, verdict
from bench.load import Load
from bench.machine import Server
from bench.measure import latencies
from bench.sockets import Audience


@dataclass(frozen=True)
class Rush:
    """What is stored before, who looks on, and how many apply for how long."""

    stored: int
    viewers: int
    rate: float
    seconds: float


RUSHES = {
    "tiny": Rush(stored=100, viewers=5, rate=20, seconds=1),
    "small": Rush(stored=10_000, viewers=300, rate=200, seconds=10),
    "full": Rush(stored=612_041, viewers=3000, rate=200, seconds=300),
}


async def _run(fair: Fair, running: Server, rush: Rush, history: History) -> None:
    audience = Audience(running.port)
    await audience.add(rush.viewers)
    load = Load(fair, running.port, history)
    watching = asyncio.create_task(load.watch(process=10**6, every=1.0))
    await load.open("ours", rate=rush.rate, seconds=2)
    load.forget()
    began, cpu, own = time.monotonic(), running.cpu(), time.process_time()
    reached = await load.open("ours", rate=rush.rate, seconds=rush.seconds)
    took = time.monotonic() - began
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    print(f" {rush.rate:.0f}/s for {rush.seconds:.0f} s, {rush.stored:,} stored before, "
          f"{audience.here} of {rush.viewers} viewers connected")  # fmt: skip
    print(f" answered: {latencies(load.latencies)}, {len(load.refused)} refused")
    print(f" schedule reached to {reached:.0%}, "
          f"generator late by {load.late * 1000:.0f} ms at worst")  # fmt: skip
    print(f" cores: server {(running.cpu() - cpu) / took:.0%}, "
          f"generator {(time.process_time() - own) / took:.0%}; "
          f"server memory {running.memory('VmHWM'):.0f} MiB at most")  # fmt: skip
    print(f" {audience.backwards} frames out of order")
    audience.close()


def run(size: Size) -> None:
    rush = RUSHES[size.name]
    work = Work(applicants=max(500, rush.stored // 6), applications=rush.stored)
    with (
        tempfile.NamedTemporaryFile(suffix=".jsonl") as file,
        filled(work, size) as (fair, running),
    ):
        history = History(Path(file.name))
        asyncio.run(_run(fair, running, rush, history))
        print(f" {verdict(history, fair.address, filled=fair.applications)}")
