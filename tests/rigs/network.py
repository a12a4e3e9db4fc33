"""A network that does its worst, between people and nodes and between nodes and PostgreSQL.

``python -m tests.rigs.network --rounds 50``. What is sent is cut off before it arrives or after,
answers are torn in the middle, requests come twice at once, bytes trickle, lines fall silent
without being cut. Two real ``jobfair serve`` processes, a wire of its own before each and behind
each. Afterwards: nobody lost, nobody doubled, and both nodes show the number of rows.
"""

import argparse
import asyncio
import contextlib
import re
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import websockets

from jobfair.db.migrations import upgrade
from jobfair.keys import Keys
from tests.doors import opened
from tests.nodes.crowd import until
from tests.nodes.people import People, Witness
from tests.nodes.processes import KEY, Served, answering
from tests.nodes.proxy import FATES, Fate, Wire, before, wire
from tests.postgres import own_server

CLIENTS = 4
"""For each node."""
EVERY = 5
"""One in so many requests, or commits, meets a fate."""
ANSWER_WITHIN = 3.0
PATIENCE = 20.0
"""Seconds a node may take to serve again, and to show the true number, when the network is well."""
SHOWN = re.compile(r'data-seq="(\d+)"')
BETWEEN_NODE_AND_DATABASE = tuple(kind for kind in FATES if kind != "twice")


class Fates:
    """Deals out every kind of fate in turn, ``rounds`` times."""

    def __init__(self, kinds: tuple[str, ...], rounds: int, *, commits: bool = False) -> None:
        self._left = [kind for _ in range(rounds) for kind in reversed(kinds)]
        self._commits = commits
        self._passed = 0

    @property
    def over(self) -> bool:
        return not self._left

    def fate(self) -> Fate:
        """Return what decides for one connection."""
        writes = False

        def decide(data: bytes) -> str | None:
            nonlocal writes
            if self._commits:
                writes = writes or b"pg_notify" in data
                if not (writes and b"COMMIT" in data):
                    return None
                writes = False
            self._passed += 1
            return self._left.pop() if self._left and self._passed % EVERY == 0 else None

        return decide


class Rig:
    """Two nodes behind wires; ``run`` ends when every fate has been met."""

    def __init__(self, rounds: int, *, seed: int, defect: str | None = None) -> None:
        self.people = People(Keys(KEY), seed=seed, answer_within=ANSWER_WITHIN)
        self.before = [Fates(FATES, rounds) for _ in range(2)]
        self.behind = [Fates(BETWEEN_NODE_AND_DATABASE, rounds, commits=True) for _ in range(2)]
        self.wires: list[Wire] = []
        self.ports: list[int] = []
        self.nodes: list[Served] = []
        self.defect = defect
        self.seen: list[list[int]] = []

    @property
    def met(self) -> Counter[str]:
        return sum((one.met for one in self.wires), Counter())

    @property
    def witness(self) -> Witness:
        return self.people.witness

    async def build(self, url: str, folder: Path, held: contextlib.AsyncExitStack) -> None:
        """Start both nodes and lay all wires."""
        async with opened(url) as database:
            await upgrade(database)
            await self.people.gather(database, people=40, positions=400)
        for at, (near, far) in enumerate(zip(self.before, self.behind, strict=True)):
            behind, address = await held.enter_async_context(wire(url, far.fate))
            log = held.enter_context((folder / f"node-{at}.log").open("w"))
            starting = answering(folder, address, defect=self.defect, errors=log)
            node = await asyncio.to_thread(held.enter_context, starting)
            self.nodes.append(node)
            to = Wire(lambda port=node.port: asyncio.open_connection("127.0.0.1", port), near.fate)
            self.ports.append(await held.enter_async_context(before(to)))
            self.wires += [to, behind]

    async def run(self, url: str) -> None:
        """Apply until every fate has been met, then until nothing is unknown, and look."""
        stop = asyncio.Event()
        clients = [
            asyncio.create_task(self.people.client(lambda to=to: to, stop))
            for to in self.ports * CLIENTS
        ]
        self.seen = [[] for _ in self.nodes]
        viewers = [
            asyncio.create_task(self._view(node, seen))
            for node, seen in zip(self.nodes, self.seen, strict=True)
        ]
        while not all(one.over for one in (*self.before, *self.behind)):
            before_that = len(self.witness.told)
            await self._progress(before_that)
            if self.witness.broken:
                break
        else:
            await self._all_serve()
            await self.people.ask_again(stop)
        stop.set()
        await asyncio.gather(*clients)
        self.witness.broken += [f"never answered: {pair}" for pair in self.witness.unknown]
        async with opened(url) as database:
            self.witness.broken += await self.people.check(database)
        if not self.witness.broken:
            self.witness.broken += await self._counters()
        for viewer in viewers:
            viewer.cancel()

    async def _progress(self, told: int) -> None:
        """Return when somebody more has a receipt; note when that takes too long."""
        last = time.monotonic() + PATIENCE
        while len(self.witness.told) <= told:
            if time.monotonic() > last:
                self.witness.broken.append(f"nobody was served for {PATIENCE:.0f} s")
                return
            if self.witness.broken:
                return
            await asyncio.sleep(0.02)

    async def _all_serve(self) -> None:
        """See that every node works when the network is well again."""
        since = time.monotonic()
        for node, port in zip(self.nodes, self.ports, strict=True):
            while self.witness.first_since(port, since) is None:
                if time.monotonic() > since + PATIENCE:
                    self.witness.broken.append(f"node {node.port} serves nobody any more")
                    break
                await asyncio.sleep(0.02)

    async def _view(self, node: Served, seen: list[int]) -> None:
        """Keep the fair's page open and remember the numbers it showed."""
        live = f"ws://127.0.0.1:{node.port}/ws/publik/{self.people.made.fair.slug}"
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                async with websockets.connect(live) as socket:
                    async for frame in socket:
                        seen += map(int, SHOWN.findall(str(frame)))
            await asyncio.sleep(0.2)

    async def _counters(self) -> list[str]:
        """Return which node does not show the number of rows, on a page or on an open one."""
        rows, wrong = len(self.witness.told), []
        async with httpx.AsyncClient(timeout=20) as browser:
            for node, seen in zip(self.nodes, self.seen, strict=True):
                with contextlib.suppress(TimeoutError):
                    await until(lambda seen=seen: seen[-1:] == [rows], PATIENCE)
                page = await browser.get(f"{node.address}/{self.people.made.fair.slug}/angka")
                found = SHOWN.search(page.text)
                shows = [int(found[1]) if found else None, seen[-1] if seen else None]
                if shows != [rows, rows]:
                    wrong.append(f"node {node.port} shows {shows} of {rows}")
        return wrong


@contextlib.asynccontextmanager
async def built(rig: Rig) -> AsyncIterator[str]:
    async with contextlib.AsyncExitStack() as held:
        folder = Path(held.enter_context(TemporaryDirectory()))
        server = held.enter_context(own_server())
        await rig.build(server.address, folder, held)
        yield server.address


async def suffer(rounds: int, *, seed: int = 1, defect: str | None = None) -> Rig:
    """Do all of it on a PostgreSQL of its own and return what was seen."""
    rig = Rig(rounds, seed=seed, defect=defect)
    async with built(rig) as url:
        await rig.run(url)
    return rig


def summary(rig: Rig, seconds: float) -> str:
    met = ", ".join(f"{n} {kind}" for kind, n in sorted(rig.met.items()))
    return f"{seconds:.0f} s: {met}; {rig.witness.summary()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="of every fate, on every wire")
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()))
    parser.add_argument("--defect", help="plant it (see tests.rigs.defects)")
    given = parser.parse_args()
    began = time.monotonic()
    rig = asyncio.run(suffer(given.rounds, seed=given.seed, defect=given.defect))
    print(f"seed {given.seed}:", summary(rig, time.monotonic() - began))
    print(*rig.witness.broken[:20], sep="\n")
    sys.exit(1 if rig.witness.broken else 0)


if __name__ == "__main__":
    main()
