"""Stop PostgreSQL at once, again and again, while people apply; then look who was told a lie.

``python -m tests.rigs.postgres_stops --stops 300 --nodes 2``. The server is stopped as ``pg_ctl
stop -m immediate`` stops it: nothing is finished and what it held in memory is gone, the log that
it had not written yet above all. The nodes, real ``jobfair serve`` processes, live on: while there
is no database they say so (``/readyz``, and 503 with ``Retry-After``), and they find it again by
themselves.
"""

import argparse
import asyncio
import contextlib
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from jobfair.db.migrations import upgrade
from jobfair.keys import Keys
from tests.doors import opened
from tests.nodes.people import People, Witness
from tests.nodes.processes import KEY, Served, answering
from tests.postgres import Server, own_server

CLIENTS = 6
"""For each node."""
SHORTEST, LONGEST = 0.020, 0.350
"""Seconds from the moment every node works again to the next stop."""
LOOK_EVERY = 10
PATIENCE = 120.0
"""Seconds a node may take to find the database again; the summary tells how many it took."""


class Rig:
    """A server to stop, nodes that share it, and people who apply to them."""

    def __init__(self, server: Server, nodes: list[Served], seed: int, look_every: int) -> None:
        self.server = server
        self.nodes = nodes
        self.look_every = look_every
        self.people = People(Keys(KEY), seed=seed)
        self.rng = random.Random(seed)
        self.working: list[float] = []
        """Seconds from the server's return to a node's first receipt, for each stop and node."""
        self.down: list[float] = []
        self._asking = httpx.AsyncClient(timeout=PATIENCE)

    async def run(self, stops: int) -> None:
        """Stop and start ``stops`` times, checking now and then, then ask everything again."""
        stop = asyncio.Event()
        ports = [node.port for node in self.nodes] * CLIENTS
        clients = [asyncio.create_task(self.people.client(lambda to=to: to, stop)) for to in ports]
        await self._all_work(time.monotonic())
        for number in range(1, stops + 1):
            await asyncio.sleep(self.rng.uniform(SHORTEST, LONGEST))
            began = time.monotonic()
            await asyncio.to_thread(self.server.crash)
            await self._say_so()
            await asyncio.to_thread(self.server.start)
            back = time.monotonic()
            self.down.append(back - began)
            self.working += await self._all_work(back)
            if number % self.look_every == 0:
                await self._look()
            if self.people.witness.broken:
                break
        else:
            await self.people.ask_again(stop)
        stop.set()
        await asyncio.gather(*clients)
        await self._look()
        await self._asking.aclose()

    async def _look(self) -> None:
        """Hold what people were told against the rows."""
        async with opened(self.server.address) as database:
            self.people.witness.broken += await self.people.check(database)

    async def _say_so(self) -> None:
        """See that no node calls itself ready while there is no database."""
        for node in self.nodes:
            answer = await self._asking.get(f"{node.address}/readyz")
            if answer.status_code != 503 or "database" not in answer.json()["problems"]:
                self.people.witness.broken.append(f"ready without a database: {answer.text}")

    async def _is_ready(self, node: Served) -> bool:
        return (await self._asking.get(f"{node.address}/readyz")).status_code == 200

    async def _all_work(self, since: float) -> list[float]:
        """Return after how long each node gave a receipt and called itself ready."""
        took = []
        for node in self.nodes:
            at = None
            while at is None:
                if time.monotonic() - since > PATIENCE:
                    self.people.witness.broken.append(f"node {node.port} did not come back")
                    return took
                at = self.people.witness.first_since(node.port, since)
                await asyncio.sleep(0.005)
            took.append(at - since)
            while not await self._is_ready(node):
                if time.monotonic() - since > PATIENCE:
                    self.people.witness.broken.append(f"node {node.port} works and is not ready")
                    return took
        return took


async def _stop(rig: Rig, stops: int) -> Rig:
    async with opened(rig.server.address) as database:
        await rig.people.gather(database, people=60, positions=max(60, 4 * stops))
    await rig.run(stops)
    return rig


async def _build(server: Server) -> None:
    async with opened(server.address) as database:
        await upgrade(database)


def stop_often(
    stops: int,
    *,
    nodes: int = 1,
    seed: int = 1,
    defect: str | None = None,
    look_every: int = LOOK_EVERY,
) -> Rig:
    """Do all of it on a server of its own and return what was seen.

    Ends at the first untruth. ``look_every``: stops between two looks at the rows.
    """
    with contextlib.ExitStack() as held:
        folder = Path(held.enter_context(TemporaryDirectory()))
        server = held.enter_context(own_server())
        asyncio.run(_build(server))
        served = []
        for number in range(nodes):
            log = held.enter_context((folder / f"node-{number}.log").open("w"))
            more: dict[str, Any] = {"defect": defect, "errors": log}
            served.append(held.enter_context(answering(folder, server.address, **more)))
        return asyncio.run(_stop(Rig(server, served, seed, look_every), stops))


def summary(rig: Rig, seconds: float) -> str:
    working = sorted(rig.working) or [0.0]
    middle, last = working[len(working) // 2], working[-1]
    witness: Witness = rig.people.witness
    return (
        f"{len(rig.down)} stops in {seconds:.0f} s, {len(rig.nodes)} nodes: {witness.summary()}; "
        f"from the server's return to a node's next receipt {middle:.2f} s, at most {last:.2f} s; "
        f"server away {sorted(rig.down)[len(rig.down) // 2]:.2f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stops", type=int, default=30)
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()))
    parser.add_argument("--defect", help="plant it (see tests.rigs.defects)")
    given = parser.parse_args()
    began = time.monotonic()
    rig = stop_often(given.stops, nodes=given.nodes, seed=given.seed, defect=given.defect)
    print(f"seed {given.seed}:", summary(rig, time.monotonic() - began))
    print(*rig.people.witness.broken[:20], sep="\n")
    sys.exit(1 if rig.people.witness.broken else 0)


if __name__ == "__main__":
    main()
