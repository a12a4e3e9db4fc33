"""Kill the server again and again while people apply; then look who was told something untrue.

Runs by itself as well: ``python -m tests.rigs.kill --kills 2000 --engine sqlite`` (or
``postgresql``). A real server process (uvicorn, the whole application, the database as in
production) is killed with SIGKILL 20 to 350 ms after its first answer, under load over plain
HTTP. Requests whose answer was lost are sent again in the next life: whether they had been stored
nobody knows, and the receipt must not depend on it.

kill -9 leaves the page cache alone, so this proves the order (commit, then answer), one row per
pair and recovery. That the bytes survive a power cut is looked at by ``tests/rigs/power``, that a
PostgreSQL keeps what it has committed by ``tests.rigs.postgres_stops``.
"""

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from jobfair.db import Database
from jobfair.db.migrations import upgrade
from jobfair.keys import make_key_file, read_keys
from jobfair.settings import Settings
from tests.builders import Staged
from tests.nodes.people import People, Witness
from tests.postgres import DURABLE
from tests.rigs.engines import ENGINES, empty

CLIENTS = 12
SHORTEST, LONGEST = 0.020, 0.350
"""Seconds from the first answer of a life to its end; a part of the lives ends so soon after
birth that recovery itself is killed."""
STILLBORN = 0.15
LOOK_EVERY = 10
"""Deaths between two checks: who looks first after a death recovers the database, and that should
mostly be the next server."""
ROOT = Path(__file__).parents[2]


class Rig:
    """A fair in a database, its people signed in, and a zygote to bear servers."""

    def __init__(
        self,
        folder: Path,
        *,
        seed: int,
        url: str = "",
        defect: str | None = None,
        options: Sequence[str] = (),
        environment: dict[str, str] | None = None,
    ) -> None:
        """Without ``url`` the database is a SQLite file in the folder."""
        settings = Settings(data=folder, database_url=url)
        make_key_file(settings.keys)
        self.url = settings.database
        self.rng = random.Random(seed)
        self.people = People(read_keys(settings.keys), seed=seed)
        planted = ["--defect", defect, *options] if defect else options
        with (folder / "server.log").open("w") as log:
            self.zygote = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.rigs.server",
                    folder,
                    "--url",
                    url,
                    *planted,
                    *options,
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
                env=os.environ | (environment or {}),
                start_new_session=True,
            )

    async def prepare(self, *, people: int, positions: int) -> None:
        """Store the fair and the sessions; the first life begins after this."""
        database = Database(self.url)
        await upgrade(database)
        await self.people.gather(database, people=people, positions=positions)
        await database.close()
        assert self.zygote.stdout is not None
        self.port = int(await asyncio.to_thread(self.zygote.stdout.readline))

    @property
    def witness(self) -> Witness:
        return self.people.witness

    @property
    def made(self) -> Staged:
        return self.people.made

    async def client(self, stop: asyncio.Event) -> None:
        """Apply until ``stop``, through all the lives."""
        await self.people.client(lambda: self.port, stop)

    async def bear(self) -> int:
        """Begin a life; return its process id."""
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        self.zygote.stdin.write("live\n")
        self.zygote.stdin.flush()
        return int(await asyncio.to_thread(self.zygote.stdout.readline))

    async def run(self, kills: int, *, until_broken: bool = False) -> None:
        """Live and die ``kills`` times, checking after every tenth, then live once in peace."""
        people, stop = self.people, asyncio.Event()
        clients = [asyncio.create_task(self.client(stop)) for _ in range(CLIENTS)]
        for number in range(1, kills + 1):
            pid = await self.bear()
            if self.rng.random() > STILLBORN:
                await people.first_answer()
            await asyncio.sleep(self.rng.uniform(SHORTEST, LONGEST))
            os.kill(pid, signal.SIGKILL)
            if number % LOOK_EVERY == 0 or until_broken:
                await self.look()
            if people.witness.broken:
                break
        pid = await self.bear()
        await people.ask_again(stop)
        await asyncio.gather(*clients)
        os.kill(pid, signal.SIGKILL)
        await self.look()

    async def look(self) -> None:
        """Hold what people were told against the rows."""
        database = Database(self.url)
        try:
            self.people.witness.broken += await self.people.check(database)
        finally:
            await database.close()

    def end(self) -> None:
        self.zygote.communicate()


async def kill_often(
    folder: Path, kills: int, *, seed: int = 1, url: str = "", defect: str | None = None
) -> Witness:
    """Do all of it on an empty database and return what the witnesses have seen."""
    rig = Rig(folder, seed=seed, url=url, defect=defect)
    try:
        await rig.prepare(people=60, positions=max(60, kills))
        await rig.run(kills, until_broken=bool(defect))
    finally:
        rig.end()
    return rig.people.witness


def summary(witness: Witness, kills: int, seconds: float) -> str:
    return f"{kills} kills in {seconds:.0f} s: {witness.summary()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()))
    parser.add_argument("--defect", help="plant it (see tests.rigs.defects)")
    given = parser.parse_args()
    began = time.monotonic()
    with TemporaryDirectory() as folder, empty(given.engine, DURABLE) as url:
        witness = asyncio.run(
            kill_often(Path(folder), given.kills, seed=given.seed, url=url, defect=given.defect)
        )
    print(f"{given.engine}, seed {given.seed}:", end=" ")
    print(summary(witness, given.kills, time.monotonic() - began))
    print(*witness.broken[:20], sep="\n")
    sys.exit(1 if witness.broken else 0)


if __name__ == "__main__":
    main()
