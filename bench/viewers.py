"""Viewers of the live numbers: how soon a change is seen, and what a socket costs."""

import asyncio
import json
import time

from bench.common import Size, Work, filled
from bench.fill import Fair
from bench.http import Connection, Forms, get
from bench.load import RECEIPT
from bench.machine import Server, server
from bench.measure import latencies, percentile
from bench.sockets import Audience

CHANGES = {"tiny": 2, "small": 6, "full": 6}
WARM = 10
"""Viewers before anything is measured: the first ones pay for what all later ones share."""
SIZES = {"tiny": (20, 5), "small": (1000, 100), "full": (10_000, 300)}
FRAME = b'<div id="angka" data-seq="%d">' + b"x" * 1000 + b"</div>"


async def _changes(
    audience: Audience, running: Server, many: int, fair: Fair | None, first: int
) -> list[float]:
    """Make ``many`` changes, one after another, and return every viewer's delay of each."""
    all_delays = []
    forms = Forms(fair) if fair else None
    for turn in range(first, first + many):
        line = await Connection.open(running.port)
        due = time.monotonic()
        if fair is None or forms is None:
            seq, sent = turn + 1, FRAME % (turn + 1)
            delays = audience.expect(seq, due)
            head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(sent)}\r\n\r\n".encode()
            await line.ask(head + sent)
        else:
            seq = fair.applications + turn + 1
            delays = audience.expect(seq, due)
            pair = fair.pair(seq - 1)
            answer = await line.ask(forms.apply("ours", *pair))
            assert RECEIPT.search(answer.header(b"location")), answer
        line.close()
        for _ in range(1500):
            if len(delays) >= audience.here:
                break
            await asyncio.sleep(0.01)
        delays += [15.0] * (audience.here - len(delays))
        all_delays += delays
        await asyncio.sleep(0.3 * (turn % 3))
    return all_delays


async def _one(running: Server, many: int, dead: int, fair: Fair | None, changes: int) -> None:
    audience = Audience(running.port)
    await audience.add(WARM)
    before, cpu = running.memory(), running.cpu()
    await audience.add(many - WARM)
    await asyncio.sleep(1)
    each = (running.memory() - before) * 1024 / (many - WARM)
    joined = (running.cpu() - cpu) / (many - WARM) * 1000
    cpu = running.cpu()
    delays = await _changes(audience, running, changes, fair, 0)
    per_frame = (running.cpu() - cpu) / (changes * many) * 1e6
    name = "ours" if fair else "bare uvicorn"
    print(f"  {name:<14}{audience.here} of {many} connected, {each:.1f} KiB each, {joined:.2f} ms "
          f"of server to join, {per_frame:.0f} us per frame")  # fmt: skip
    print(f"    change seen: {latencies(delays)}, {audience.backwards} frames out of order")
    if dead and fair:
        await _with_dead(audience, running, dead, fair, changes)
    audience.close()


async def _with_dead(
    audience: Audience, running: Server, dead: int, fair: Fair, changes: int
) -> None:
    """Long enough for the dead ones to fill up, to be stuck and to be let go; before and after."""
    many, line = 6 * changes, await Connection.open(running.port)
    alone = await _changes(audience, running, many // 2, fair, changes)
    await audience.add_dead(dead)
    beside = await _changes(audience, running, many, fair, changes + many // 2)
    left = json.loads((await line.ask(get("/bangku/ukuran"))).body)["sockets"] - audience.here
    audience.bury()
    alone += await _changes(audience, running, many // 2, fair, changes + many + many // 2)
    line.close()
    without, with_dead = percentile(alone, 0.99), percentile(beside, 0.99)
    print(f"    with {dead} dead readers, of whom {dead - left} were let go: p99 is "
          f"x {with_dead / without:.2f} ({without * 1000:.0f} to {with_dead * 1000:.0f} ms), p50 "
          f"{percentile(alone, 0.5) * 1000:.0f} to {percentile(beside, 0.5) * 1000:.0f} ms, "
          f"{many} changes with and without")  # fmt: skip


def run(size: Size) -> None:
    many, dead = SIZES[size.name]
    changes = CHANGES[size.name]
    with server("bare") as running:
        asyncio.run(_one(running, many, dead, None, changes))
    with filled(Work(applicants=max(200, many // 10)), size) as (fair, running):
        asyncio.run(_one(running, many, dead, fair, changes))
