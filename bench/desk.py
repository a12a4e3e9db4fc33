"""Reviewers: the first page of a desk and decisions, alone and while applications pour in."""

import asyncio
import re
import time

from bench.common import Size, Work, filled
from bench.fill import Fair
from bench.http import Connection, Forms, get
from bench.load import Load
from bench.machine import Server
from bench.measure import latencies, percentile

ROWS = {"tiny": 400, "small": 20_000, "full": 600_000}
SECONDS = {"tiny": 1.0, "small": 8.0, "full": 60.0}
RATE = 5.0
ROW = re.compile(rb"/meja/1/lamaran/(BGK-\d\d-\d+-\d\d)")


async def _review(fair: Fair, running: Server, seconds: float) -> tuple[list[float], list[float]]:
    """Open the desk and decide on the newest applicant, at scheduled instants."""
    line, forms, reviewer = await Connection.open(running.port), Forms(fair), fair.applicants + 1
    pages: list[float] = []
    decisions: list[float] = []
    first = due = time.monotonic()
    while due < first + seconds:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        answer = await line.ask(get("/meja/1", account=reviewer))
        pages.append(time.monotonic() - due)
        found = ROW.search(answer.body)
        assert answer.status == 200, answer.body[:300]
        assert found, "no applicant on the desk"
        began = time.monotonic()
        path = f"/meja/1/lamaran/{found[1].decode()}/tahap"
        answer = await line.ask(forms.post(path, reviewer, "ke=shortlisted&dari=new"))
        assert answer.status in (200, 201, 303, 409), (answer.status, answer.body[:300])
        decisions.append(time.monotonic() - began)
        due += 1 / RATE
    line.close()
    return pages, decisions


async def _run(fair: Fair, running: Server, size: Size) -> None:
    seconds = SECONDS[size.name]
    alone, decided = await _review(fair, running, seconds)
    print(f" alone: page {latencies(alone)}\n        decision {latencies(decided)}")
    load = Load(fair, running.port)
    rush = asyncio.create_task(load.open("ours", rate=60, seconds=seconds))
    busy, decided = await _review(fair, running, seconds)
    await rush
    print(f" with 60 applications/s: page {latencies(busy)}\n        decision {latencies(decided)}")
    print(f"   page p50 is x {percentile(busy, 0.5) / percentile(alone, 0.5):.1f} of alone")


def run(size: Size) -> None:
    rows = ROWS[size.name]
    work = Work(applicants=max(200, rows // 6), applications=rows, positions=min(97, rows // 50))
    with filled(work, size) as (fair, running):
        asyncio.run(_run(fair, running, size))
