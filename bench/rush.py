"""The rush: sending applications, beside a form post that does nothing and beside the naive way."""

import asyncio
import sqlite3
import tempfile
import time
from pathlib import Path

import uvloop

from bench.common import Size, Work, filled
from bench.fill import Fair, fill
from bench.history import History, verdict
from bench.load import Load
from bench.machine import Server
from bench.measure import SideBySide, latencies, spread
from bench.overload import SECONDS as SECONDS_OVER
from bench.overload import overload

SECONDS = {"tiny": 0.2, "small": 2.0, "full": 10.0}
OPEN = {"tiny": (20, 0.5), "small": (100, 10.0), "full": (200, 300.0)}
STORED = {"tiny": 100, "small": 10_000, "full": 612_041}


async def _ceilings(load: Load, running: Server, size: Size, connections: int) -> float:
    costs: dict[str, list[float]] = {"limit": [], "naive": [], "ours": []}

    def way(name: str):
        async def measure() -> float:
            cpu, began = running.cpu(), time.monotonic()
            rate = await load.closed(name, connections=connections, seconds=SECONDS[size.name])
            done = rate * (time.monotonic() - began)
            costs[name].append((running.cpu() - cpu) / max(1, done) * 1000)
            return rate

        return measure

    side = SideBySide({name: way(name) for name in costs})
    print(f" closed loop, {connections} connections, {size.pairs} pairs")
    await side.run(size.pairs)
    side.tell()
    for name, values in costs.items():
        print(f"  {name:<8} {spread(values, ' ms')} of the server's CPU per request")
    of_limit = [a / b for a, b in zip(costs["limit"], costs["ours"], strict=True)]
    of_naive = [a / b for a, b in zip(costs["naive"], costs["ours"], strict=True)]
    print(f"  by CPU: ours is x {spread(of_limit)} of the limit, x {spread(of_naive)} of naive")
    return sorted(side.rates["ours"])[size.pairs // 2]


async def _run(fair: Fair, running: Server, size: Size, history: History) -> None:
    load = Load(fair, running.port, history)
    watching = asyncio.create_task(load.watch(process=10**6))
    ceiling = 0.0
    for connections in (32, 128):
        ceiling = await _ceilings(load, running, size, connections)
    rate, seconds = OPEN[size.name]
    load.forget()
    reached = await load.open("ours", rate=rate, seconds=seconds)
    print(f" open loop, {rate}/s for {seconds:.0f} s: {latencies(load.latencies)}, "
          f"{len(load.refused)} refused, schedule reached to {reached:.0%}, "
          f"generator late by {load.late * 1000:.0f} ms at worst")  # fmt: skip
    await overload(load, running, ceiling=ceiling, seconds=SECONDS_OVER[size.name])
    watching.cancel()
    print(f" server memory: highest {running.memory('VmHWM'):.0f} MiB")


def _raw(size: Size) -> None:
    """The same rows, written in batches of 64 by plain SQL with the same durability."""
    with tempfile.TemporaryDirectory(prefix="bangku-") as folder:
        fair = fill(Path(folder), applicants=2000, applications=64 * 8)
        connection = sqlite3.connect(fair.file, isolation_level=None)
        connection.execute("pragma synchronous=full")
        columns = "fair_id, profile, personal_sealed, stage, stage_at, note, received_at"
        (like,) = connection.execute(f"select {columns} from application limit 1").fetchall()
        began, number = time.monotonic(), fair.applications
        while time.monotonic() - began < SECONDS[size.name]:
            rows = [(*like, n + 1, f"R-{n}", *fair.pair(n)) for n in range(number, number + 64)]
            connection.execute("begin immediate")
            connection.executemany(
                f"insert into application({columns}, seq, receipt, applicant_id, position_id) "
                "values (?,?,?,?,?,?,?,?,?,?,?)",
                rows,
            )
            connection.execute("commit")
            number += 64
        rate = (number - fair.applications) / (time.monotonic() - began)
        connection.close()
        print(f" raw insert of the same rows, batches of 64: {rate:.0f}/s")


def run(size: Size) -> None:
    if size.engine == "sqlite":
        _raw(size)
    stored = STORED[size.name]
    with (
        tempfile.NamedTemporaryFile(suffix=".jsonl") as file,
        filled(Work(applicants=max(2000, stored // 6), applications=stored), size) as made,
    ):
        fair, running = made
        history = History(Path(file.name))
        uvloop.run(_run(fair, running, size, history))
        print(f" {verdict(history, fair.address, filled=fair.applications)}")
