"""The closing instant under load: who was in time is in, and how soon the latch is set."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bench.common import Size, Work, filled
from bench.fill import Fair
from bench.history import History, read_ledger, reading, verdict
from bench.load import Load
from bench.machine import Server
from bench.measure import latencies, percentile
from jobfair.fairs.models import Fair as Row

RATE = {"tiny": 30, "small": 100, "full": 200}
OPEN_FOR = {"tiny": 5.0, "small": 12.0, "full": 30.0}
AFTER = 2.0


def _latched(address: str) -> datetime | None:
    with reading(address) as connection:
        at: datetime | None = connection.scalar(select(Row.latched_at))
    return at


async def _run(fair: Fair, running: Server, size: Size, history: History) -> None:
    closes_at = read_ledger(fair.address).closes_at
    load = Load(fair, running.port, history)
    left = (closes_at - datetime.now(UTC)).total_seconds()
    await load.open("ours", rate=RATE[size.name], seconds=left + AFTER)
    refused = f"{len(load.refused)} refused (p50 {percentile(load.refused, 0.5) * 1000:.0f} ms)"
    print(f" accepted {latencies(load.latencies)}, {refused}")
    if not load.latencies:
        raise SystemExit("void: the server was up only after the closing")
    for _ in range(200):
        if (at := _latched(fair.address)) is not None:
            break
        await asyncio.sleep(0.1)
    else:
        raise SystemExit("the latch was not set within 20 s")
    print(f" the latch was set {(at - closes_at).total_seconds():.2f} s after the closing")


def run(size: Size) -> None:
    stays = timedelta(seconds=OPEN_FOR[size.name])
    for turn in range(size.pairs):
        with (
            tempfile.NamedTemporaryFile(suffix=".jsonl") as file,
            filled(Work(applicants=2000, applications=100, open_for=stays), size) as made,
        ):
            fair, running = made
            history = History(Path(file.name))
            print(f" {turn + 1} of {size.pairs}, {RATE[size.name]}/s across the closing")
            asyncio.run(_run(fair, running, size, history))
            print(f" {verdict(history, fair.address, filled=fair.applications)}", flush=True)
