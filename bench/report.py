"""Closing a fair: its figures, the recount, beside the same counting in plain SQL."""

import asyncio
import sqlite3
import tempfile
import time
from pathlib import Path

from bench.common import Size
from bench.fill import Fair, fill
from bench.measure import spread
from jobfair.db import Database
from jobfair.fairs.queries import fair_by_id
from jobfair.tally.queries.record import record_of
from jobfair.tally.queries.recount import differences

ROWS = {"tiny": (500,), "small": (10_000, 100_000), "full": (10_000, 100_000, 612_041)}
PLAIN = """
select p.id, a.stage, count(*), count(distinct a.applicant_id), min(a.received_at)
from application a join position p on p.id = a.position_id group by 1, 2
"""


async def _once(fair: Fair) -> dict[str, float]:
    took: dict[str, float] = {}
    connection = sqlite3.connect(fair.file)
    began = time.perf_counter()
    connection.execute(PLAIN).fetchall()
    took["plain SQL, one count"] = time.perf_counter() - began
    connection.close()
    database = Database(fair.address)
    async with database.long_snapshot() as session:
        found = await fair_by_id(session, 1)
        began = time.perf_counter()
        record = await record_of(session, found, now=found.timetable.closes_at)
        took["the record (figures frozen)"] = time.perf_counter() - began
    assert record.reconciliation.differences == (), record.reconciliation
    async with database.long_snapshot() as session:
        began = time.perf_counter()
        assert await differences(session, 1) == []
        took["the recount (jobfair check)"] = time.perf_counter() - began
    await database.close()
    return took


def run(size: Size) -> None:
    if size.engine != "sqlite":
        raise SystemExit("report is measured on SQLite only")
    for rows in ROWS[size.name]:
        with tempfile.TemporaryDirectory(prefix="bangku-") as folder:
            fair = fill(Path(folder), applicants=max(100, rows // 6), applications=rows)
            turns = [asyncio.run(_once(fair)) for _ in range(size.pairs)]
        print(f" {rows} applications")
        for name in turns[0]:
            print(f"  {name:<30}{spread([turn[name] for turn in turns], ' s')}", flush=True)
