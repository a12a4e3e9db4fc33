"""Several nodes on one PostgreSQL under a steady load, and everything happens to them.

``python -m tests.nodes.fire --nodes 4``. A node is killed and returns, the database is restarted
in order and at once, the node that keeps the clock is stopped in its tracks while a fair is due to
open and to close. People apply at scheduled instants all the while, pages are open on every node,
somebody reads the numbers of each. In the end nobody is lost and nobody doubled, what was due has
happened once, and every node shows the number of rows.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from jobfair.db.migrations import upgrade
from jobfair.keys import Keys
from tests.doors import opened
from tests.nodes.due import MUST, DueFair, Role
from tests.nodes.figures import report
from tests.nodes.load import Load
from tests.nodes.people import People
from tests.nodes.processes import KEY, Served, answering, serving
from tests.nodes.watch import Watched
from tests.postgres import Server, own_server

PATIENCE = 90.0
"""Seconds after which what has not recovered never will."""
EVENTS = ("node", "restart", "crash", "leader")


@dataclass
class Event:
    """Something that happened: from its beginning until its cause was gone, until all was well."""

    name: str
    began: float
    gone: float = 0.0
    well: float = 0.0
    told: str = ""


@dataclass(frozen=True)
class Plan:
    """How long everything lasts."""

    nodes: int = 2
    rate: float = 40
    steady: float = 10
    away: float = 3
    pause: float = 30
    events: tuple[str, ...] = EVENTS
    hurried: bool = False
    defect: str | None = None


class Fire:
    """One trial."""

    def __init__(
        self, server: Server, folder: Path, plan: Plan, held: contextlib.ExitStack
    ) -> None:
        self.server, self.folder, self.plan, self._held = server, folder, plan, held
        self.people = People(Keys(KEY))
        self.broken = self.people.witness.broken
        self.nodes: list[Served] = []
        self.watched: list[Watched] = []
        self.events: list[Event] = []
        self.due = DueFair(server.address)
        self.role = Role(server.address)

    def _start(self, number: int, port: int = 0, *, wait: bool) -> Served:
        log = self._held.enter_context((self.folder / f"node-{number}.log").open("a"))
        url = f"{self.server.address}&application_name=node-{number}"
        how = answering if wait else serving
        return self._held.enter_context(
            how(
                self.folder, url, port=port, errors=log,
                defect=self.plan.defect, hurried=self.plan.hurried,
            )
        )  # fmt: skip

    async def run(self) -> None:
        """Do everything of the plan, then look."""
        async with opened(self.server.address) as database:
            await upgrade(database)
            await self.people.gather(database, people=100, positions=200)
        for number in range(self.plan.nodes):
            self.nodes.append(await asyncio.to_thread(self._start, number, wait=True))
        slug = self.people.made.fair.slug
        self.watched = [Watched(node, slug) for node in self.nodes]
        self.load, stop = Load(self.people, self.watched), asyncio.Event()
        looking = [asyncio.ensure_future(self.role.look())]
        for one in self.watched:
            looking += map(asyncio.ensure_future, (one.view(), one.read_numbers(), one.ask_ready()))
        await self._settle(time.monotonic(), "the start")
        sending = asyncio.ensure_future(self.load.run(self.plan.rate, stop))
        await asyncio.sleep(self.plan.steady)
        for name in self.plan.events:
            if not self.broken:
                await self._event(name)
        stop.set()
        await self._until(sending.done, "everybody has a receipt")
        await self._end()
        for task in (*looking, sending):
            task.cancel()
        await asyncio.wait((*looking, sending))

    async def _event(self, name: str) -> None:
        works: dict[str, Callable[[Event], Awaitable[None]]] = {
            "node": self._lose_a_node,
            "restart": self._restart,
            "crash": self._crash,
            "leader": self._pause_the_leader,
        }
        event = Event(name, time.monotonic())
        await works[name](event)
        event.gone = time.monotonic()
        await self._settle(event.gone, name)
        event.well = time.monotonic()
        self.events.append(event)
        await asyncio.sleep(self.plan.steady / 4)

    async def _lose_a_node(self, event: Event) -> None:
        """Kill the last node; start it again at the same place."""
        node = self.nodes[-1]
        node.process.kill()
        await asyncio.sleep(self.plan.away)
        await asyncio.to_thread(node.process.wait)
        self.nodes[-1] = await asyncio.to_thread(
            self._start, len(self.nodes) - 1, node.port, wait=False
        )
        event.told = f"killed, started again after {time.monotonic() - event.began:.1f} s"

    async def _restart(self, event: Event) -> None:
        await asyncio.to_thread(self.server.stop)
        await asyncio.to_thread(self.server.start)
        event.told = f"in order, away for {time.monotonic() - event.began:.2f} s"

    async def _crash(self, event: Event) -> None:
        await asyncio.to_thread(self.server.crash)
        await asyncio.to_thread(self.server.start)
        event.told = f"at once, away for {time.monotonic() - event.began:.2f} s"

    async def _pause_the_leader(self, event: Event) -> None:
        """Stop the leader in its tracks while a fair opens and closes."""
        await self._until(lambda: bool(self.role.holder), "somebody leads")
        leader = self.role.holder
        pid = self.nodes[int(leader.removeprefix("node-"))].process.pid
        await self.due.make(opens=self.plan.pause * 0.1, closes=self.plan.pause * 0.6)
        looking = asyncio.ensure_future(self.due.look())
        os.kill(pid, signal.SIGSTOP)
        event.began = time.monotonic()
        await asyncio.sleep(self.plan.pause)
        os.kill(pid, signal.SIGCONT)
        taken = self.role.taken_from(leader, event.began)
        if taken is None:
            self.broken.append(f"nobody took over from {leader}")
        else:
            event.told = f"paused for {self.plan.pause:g} s, another led after "
            event.told += f"{taken - event.began:.1f} s"
        await self._until(lambda: self.due.seen.keys() >= MUST, "what was due")
        looking.cancel()
        for act, at in self.due.seen.items():
            event.told += f"; {act} after {at - event.began:.1f} s"

    async def _settle(self, since: float, name: str) -> None:
        """Return when every node is ready and, under load, serves and shows what it serves."""

        def well(one: Watched) -> bool:
            if one.ready_since(since) is None:
                return False
            served = self.people.witness.first_since(one.node.port, since)
            newest = max((r.seq for r in self.load.receipts if r.at <= (served or 0)), default=0)
            return name == "the start" or (
                served is not None and one.showed(newest, since) is not None
            )

        for one in self.watched:
            await self._until(lambda one=one: well(one), f"{one.node.port} after {name}")

    async def _end(self) -> None:
        """Look at rows, effects and numbers."""
        async with opened(self.server.address) as database:
            self.broken += await self.people.check(database)
        rows = len(self.people.witness.told)
        if len(self.load.receipts) != rows:
            self.broken.append(f"{len(self.load.receipts)} receipts for {rows}")
        if "leader" in self.plan.events and not self.broken:
            self.broken += await self.due.check()
        for one in self.watched:
            equal = f"{one.node.port} shows {rows} rows"
            await self._until(lambda one=one: one.newest == (rows, rows), equal, seconds=10)
            self.broken += one.broken + self._behind(one)

    async def _until(self, true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        """Wait until something is so, or something is broken; what never comes is."""
        last = time.monotonic() + seconds
        while not true() and not self.broken:
            if time.monotonic() > last:
                self.broken.append(f"never: {what}")
            await asyncio.sleep(0.02)

    def _behind(self, one: Watched) -> list[str]:
        """Return every reading that missed what had been acknowledged before it began."""
        told, found, newest = sorted((r.at, r.seq) for r in self.load.receipts), [], 0
        waiting = iter([*told, (float("inf"), 0)])
        at, seq = next(waiting)
        for began, shown in one.read:
            while at < began:
                newest = max(newest, seq)
                at, seq = next(waiting)
            if shown < newest:
                found.append(f"{one.node.port} read {shown}, acknowledged were {newest}")
        return found


def burn(plan: Plan) -> Fire:
    """Do all of it on a PostgreSQL of its own and return what was seen."""
    with contextlib.ExitStack() as held:
        folder = Path(held.enter_context(TemporaryDirectory()))
        fire = Fire(held.enter_context(own_server()), folder, plan, held)
        asyncio.run(fire.run())
        return fire


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--rate", type=float, default=40, help="applications a second, in all")
    parser.add_argument("--steady", type=float, default=10, help="seconds before anything happens")
    parser.add_argument("--pause", type=float, default=30, help="seconds the leader is paused for")
    parser.add_argument("--events", default=",".join(EVENTS))
    parser.add_argument("--defect", help="plant it (see tests.rigs.defects)")
    parser.add_argument("--hurried", action="store_true", help="shorter waits in the nodes")
    given = vars(parser.parse_args())
    given["events"] = tuple(filter(None, given["events"].split(",")))
    fire = burn(Plan(**given))
    print(report(fire))
    print(*fire.broken[:20], sep="\n")
    sys.exit(1 if fire.broken else 0)


if __name__ == "__main__":
    main()
