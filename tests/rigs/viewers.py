"""Watch a fair in every way people do while others apply; then count what they were shown (P7, P8).

Runs by itself as well: ``python -m tests.rigs.viewers --frames 100000``. A real server process
takes applications as fast as it can and sends a frame every hundredth of a second. Steady viewers
stay, restless ones come and go, storms reconnect all of them at once, stalled ones stop reading
for a while, dead ones never read at all. Every frame must be true for the sequence it carries, as
the rows say afterwards; no connection goes back; whoever comes gets the present state at once,
and when it is quiet, everybody has the final one.
"""

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from jobfair.db import Database
from tests.nodes.people import Pair, People
from tests.recount import rows_of
from tests.rigs.engines import ENGINES, empty
from tests.rigs.kill import Rig
from tests.rigs.viewers_clients import Frame, Seen, Viewer, connect

APPLYING = 6
TICK, SEND_BUFFER, PADDING = 0.01, 8192, 5000
SERVER = (
    *("--tick", str(TICK)),
    *("--send-buffer", str(SEND_BUFFER)),
    *("--padding", str(PADDING)),
)
FIRST_WITHIN, FINAL_WITHIN = 10.0, 5.0
"""Seconds, on a machine that has much else to do."""
STALLED_FOR = 300_000
"""Bytes the others must have been sent before a stalled viewer reads again."""
MOST_HELD = 150_000
"""Bytes that may still come to it: what buffers hold, not what has piled up."""
WANTED = (2, 8)
"""Positions a person applies to, so that both numbers move until the end."""


@dataclass(frozen=True)
class Crowd:
    """How many of each kind."""

    steady: int = 20
    restless: int = 20
    stalled: int = 2
    dead: int = 4


class Watching:
    """Viewers of one fair on one server."""

    def __init__(self, port: int, people: People, crowd: Crowd, seed: int) -> None:
        self.port, self.people, self.crowd = port, people, crowd
        self.rng = random.Random(seed)
        self.seen = Seen()
        self.storm = asyncio.Event()
        self.open: list[Viewer] = []
        self.all_applied = False
        people.fresh = self._pairs()

    def _pairs(self) -> Iterator[Pair]:
        """Give every person a few positions, one person after another; then nothing new."""
        positions = range(len(self.people.made.positions))
        for who in range(len(self.people.made.applicants)):
            few = self.rng.randint(*WANTED)
            for what in self.rng.sample(positions, min(few, len(positions))):
                yield who, what
        self.all_applied = True
        while True:
            yield who, what

    async def connect(self, *, slow: bool = False) -> Viewer:
        told, slug = len(self.people.witness.told), self.people.made.fair.slug
        viewer = await connect(self.seen, self.port, slug, at_least=told, slow=slow)
        self.open = [one for one in self.open if not one.gone] + [viewer]
        return viewer

    async def arrive(self) -> Viewer:
        """Come, and have the first frame soon."""
        viewer = await self.connect()
        try:
            async with asyncio.timeout(FIRST_WITHIN):
                await viewer.first.wait()
        except TimeoutError:
            self.seen.blame("no first frame")
        return viewer

    async def come_and_go(self) -> None:
        while True:
            viewer = await self.arrive()
            try:
                async with asyncio.timeout(self.rng.expovariate(2)):
                    await self.storm.wait()
            except TimeoutError:
                pass
            finally:
                if viewer.gone:
                    self.seen.blame("a viewer that reads was let go")
                viewer.drop()

    async def stall(self, other: Viewer) -> None:
        """Stop reading until others got much more than buffers hold, then see what still comes."""
        while True:
            viewer = await self.connect(slow=True)
            try:
                await self.stall_once(viewer, other)
            finally:
                viewer.drop()

    async def stall_once(self, viewer: Viewer, other: Viewer) -> None:
        await viewer.first.wait()
        viewer.transport.pause_reading()
        before, taken = other.bytes, viewer.bytes
        while other.bytes - before < STALLED_FOR:  # noqa: ASYNC110 - polled, as it is only a rig
            await asyncio.sleep(TICK)
        newest = other.last
        viewer.transport.resume_reading()
        while viewer.last < newest and not viewer.gone:  # noqa: ASYNC110 - polled as well
            await asyncio.sleep(TICK)
        if viewer.bytes - taken > MOST_HELD:
            self.seen.blame("a viewer that stalled was sent what had piled up")

    async def blow(self) -> None:
        """Throw all restless viewers out at once, now and then; they come back at once."""
        while True:
            await asyncio.sleep(self.rng.uniform(0.3, 1))
            self.storm.set()
            await asyncio.sleep(0)
            self.storm.clear()

    async def run(self, frames: int, *, seconds: float, untruth: str = "") -> None:
        """Watch and apply until so many frames were seen, then be quiet, then look.

        ``untruth`` is what ends it sooner, and so does that nobody has anything to apply for.
        """
        steady = [await self.arrive() for _ in range(self.crowd.steady)]
        dead = [await self.connect(slow=True) for _ in range(self.crowd.dead)]
        for viewer in dead:
            await viewer.first.wait()
            viewer.transport.pause_reading()
        stop, until = asyncio.Event(), time.monotonic() + seconds
        applying = [
            asyncio.create_task(self.people.client(lambda: self.port, stop))
            for _ in range(APPLYING)
        ]
        tasks = [asyncio.create_task(self.come_and_go()) for _ in range(self.crowd.restless)]
        tasks += [asyncio.create_task(self.stall(steady[0])) for _ in range(self.crowd.stalled)]
        tasks.append(asyncio.create_task(self.blow()))
        while self.seen.frames < frames and time.monotonic() < until:
            if untruth in self.seen.broken or self.all_applied:
                break
            await asyncio.sleep(0.05)
            ended = [task for task in tasks + applying if task.done()]
            assert not ended, ended
        stop.set()
        await asyncio.gather(*applying)
        await self.be_quiet(steady)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for viewer in self.open:
            viewer.drop()

    async def be_quiet(self, steady: list[Viewer]) -> None:
        """See that everybody has the final state, those who stay and those who come now."""
        final = len(self.people.witness.told)
        newcomers = [await self.arrive() for _ in range(3)]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FINAL_WITHIN):
                while any(one.last < final for one in steady + newcomers):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        if any(one.last != final for one in steady):
            self.seen.blame("the last frame was not the final state")
        if any(one.last != final for one in newcomers):
            self.seen.blame("the first frame was older than what had been acknowledged")
        if any(one.gone for one in steady):
            self.seen.blame("a viewer that reads was let go")

    async def count(self, database: Database) -> None:
        """Hold every frame against the rows."""
        async with database.snapshot() as session:
            rows = await rows_of(session, self.people.made.fair.id)
        people: set[int] = set()
        applicants = [0]
        for row in rows:
            people.add(row.applicant_id)
            applicants.append(len(people))
        made = self.people.made
        companies = len({position.company_id for position in made.positions})
        for frame in self.seen.shown:
            if frame.seq > len(rows):
                self.seen.blame("a sequence that was never reached")
            elif frame != Frame(
                frame.seq, companies, len(made.positions), applicants[frame.seq], frame.seq
            ):
                self.seen.blame("a number that was not true at its sequence")
        if len(self.people.witness.told) != len(rows):
            self.seen.blame("the ledger is not what was acknowledged")

    def summary(self, seconds: float) -> str:
        seen = self.seen
        return (
            f"{seen.frames} frames in {seconds:.0f} s, {len(seen.shown)} different, on "
            f"{seen.connections} connections ({seen.let_go} let go); "
            f"{len(self.people.witness.told)} applications; {len(seen.broken)} untrue"
        )


@contextlib.asynccontextmanager
async def served(
    folder: Path, *, url: str, people: int, seed: int, defect: str | None = None
) -> AsyncIterator[Rig]:
    """Run one server process with a fair; all is gone afterwards."""
    rig = Rig(folder, seed=seed, url=url, defect=defect, options=SERVER)
    try:
        await rig.prepare(people=people, positions=10)
        pid = await rig.bear()
        yield rig
        os.kill(pid, signal.SIGKILL)
    finally:
        rig.end()


async def watch(
    folder: Path, frames: int, *, url: str, seed: int = 1, defect: str | None = None,
    crowd: Crowd = Crowd(), people: int = 2000, seconds: float = 3600,
) -> Watching:  # fmt: skip
    """Do all of it on an empty database and return what was seen."""
    async with served(folder, url=url, people=people, seed=seed, defect=defect) as rig:
        watching = Watching(rig.port, rig.people, crowd, seed)
        await watching.run(frames, seconds=seconds)
        database = Database(rig.url)
        await watching.count(database)
        await database.close()
    return watching


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()))
    parser.add_argument("--defect", help="plant it (see tests.rigs.defects)")
    given = parser.parse_args()
    began = time.monotonic()
    with TemporaryDirectory() as folder, empty(given.engine) as url:
        watching = asyncio.run(
            watch(
                Path(folder), given.frames, url=url, seed=given.seed, defect=given.defect,
                people=max(2000, given.frames // 10),
            )
        )  # fmt: skip
    print(f"{given.engine}, seed {given.seed}:", watching.summary(time.monotonic() - began))
    print(*watching.seen.broken, sep="\n")
    sys.exit(1 if watching.seen.broken else 0)


if __name__ == "__main__":
    main()
