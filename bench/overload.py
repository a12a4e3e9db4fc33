"""Three times what the server can do: who is accepted is answered soon, who is not at once."""

import asyncio
import tempfile
import time
from pathlib import Path

import uvloop

from bench.common import Size, Work, filled
from bench.history import History, verdict
from bench.load import Load
from bench.machine import Server
from bench.measure import latencies, percentile

FACTOR = 3
SECONDS = {"tiny": 0.5, "small": 20.0, "full": 20.0}
CEILING = {"tiny": (4, 0.2), "small": (32, 3.0), "full": (32, 10.0)}
STORED = {"tiny": 100, "small": 10_000, "full": 100_000}


async def overload(load: Load, running: Server, *, ceiling: float, seconds: float) -> None:
    """Send at ``FACTOR`` times the ceiling and tell how both kinds of answers came."""
    rate = FACTOR * ceiling
    load.forget()
    began, server, generator = time.monotonic(), running.cpu(), time.process_time()
    kept = running.kept_waiting()
    reached = await load.open("ours", rate=rate, seconds=seconds)
    took = time.monotonic() - began
    server, generator = running.cpu() - server, time.process_time() - generator
    kept = running.kept_waiting() - kept
    accepted, refused = len(load.latencies), len(load.refused)
    share = refused / max(1, accepted + refused)
    print(f" overload, {FACTOR} x {ceiling:.0f}/s for {seconds:.0f} s: "
          f"{accepted / took:.0f}/s accepted, {share:.0%} refused")  # fmt: skip
    print(f"  accepted {latencies(load.latencies)}")
    print(f"  refused  {latencies(load.refused)}")
    print(f"  schedule reached to {reached:.0%}, generator late by {load.late * 1000:.0f} ms at "
          f"worst and {percentile(load.behind, 0.99) * 1000:.1f} ms at p99")  # fmt: skip
    print(f"  core of the generator busy {generator / took:.0%}, of the server {server / took:.0%} "
          f"(other work had it for {kept / took:.0%} of the time)")  # fmt: skip


async def _run(load: Load, running: Server, size: Size) -> None:
    watching = asyncio.create_task(load.watch(process=10**6))
    connections, seconds = CEILING[size.name]
    ceiling = await load.closed("ours", connections=connections, seconds=seconds)
    await overload(load, running, ceiling=ceiling, seconds=SECONDS[size.name])
    watching.cancel()
    print(f" server memory: highest {running.memory('VmHWM'):.0f} MiB")


def run(size: Size) -> None:
    stored = STORED[size.name]
    with (
        tempfile.NamedTemporaryFile(suffix=".jsonl") as file,
        filled(Work(applicants=max(2000, stored // 6), applications=stored), size) as made,
    ):
        fair, running = made
        history = History(Path(file.name))
        uvloop.run(_run(Load(fair, running.port, history), running, size))
        print(f" {verdict(history, fair.address, filled=fair.applications)}")
