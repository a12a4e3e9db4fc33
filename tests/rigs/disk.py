"""Fill the disk and let it fail while people apply; then look who was told something untrue.

``python -m tests.rigs.disk --rounds 50``. Each round lets one thing go wrong under a running
server: no room (it comes back bit by bit), writes or syncs that fail, files that cannot be opened,
writes that are only half done. The faults come from a preloaded library (``platter.c``), so no
rights are needed and nobody else notices; ``--mount`` takes a real small file system instead for
the rounds without room, and needs root.

In trouble everybody is told so (503, ``Retry-After``), ``/readyz`` says no, nothing that was
acknowledged is lost and nothing that was refused is stored. When the trouble is over, the same
process goes on.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any

import httpx
from sqlalchemy import select

from jobfair.applications.models import Application
from jobfair.db import Database
from jobfair.db.safety import integrity_problems
from tests.nodes.people import Pair, Witness
from tests.rigs.disk_space import Mounted, Space
from tests.rigs.kill import Rig
from tests.rigs.power.platter import Platter
from tests.rigs.power.recording import folders

CLIENTS = 8
LOG_PAGES = 100
SYNC_TAKES = 2000
"""Microseconds, as on a good disk: people gather at the door meanwhile."""
SERVED = 20
"""Receipts, or refusals, that show how things stand."""
PATIENCE = 20.0
"""Seconds for the server to notice trouble, and that it is over."""
TROUBLES = ("full", "writes", "syncs", "opening", "halves")
"""``halves`` is none: whoever is told that only a part was written writes the rest."""
KNOBS = {"writes": "write_every", "syncs": "sync_every", "halves": "short_every"}
UNFIT = ("Traceback", "sqlite", "OperationalError", "disk I/O")
"""What no page may show."""


class DiskRig:
    """A server, its disk, its people, and what they find wrong."""

    def __init__(
        self,
        rig: Rig,
        platter: Platter,
        space: Space | Mounted,
        *,
        every: int = 0,
        patience: float = PATIENCE,
    ) -> None:
        """One in ``every`` fails; 0: sometimes all, sometimes a few."""
        self.rig = rig
        self.every = every
        self.patience = patience
        self.platter = platter
        self.space = space
        self.rounds: Counter[str] = Counter()
        self.unready: set[str] = set()
        """Reasons that ``/readyz`` gave."""
        self.refused: dict[Pair, datetime] = {}
        """When somebody was last told that nothing is stored."""
        self._note, rig.people.note = rig.people.note, self.note
        self.back: list[float] = []
        """Seconds from the end of trouble to the next receipt."""

    @property
    def witness(self) -> Witness:
        return self.rig.witness

    async def run(self, troubles: Sequence[str]) -> None:
        """Let these things go wrong, then kill the server and look once more."""
        self.platter["sync_takes"] = SYNC_TAKES
        await self.rig.prepare(people=60, positions=20 + 20 * len(troubles))
        self.pid = await self.rig.bear()
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.rig.port}", timeout=PATIENCE
        ) as self.asking:
            for trouble in troubles:
                await self.one_round(trouble)
                self.rounds[trouble] += 1
                if self.witness.broken:
                    break
        os.kill(self.pid, signal.SIGKILL)
        await self.look(whole=True)

    async def one_round(self, trouble: str) -> None:
        """Serve, be in trouble, look, serve again, look."""
        witness = self.witness
        async with self.people():
            await self.sees(lambda: self.told, SERVED, within=PATIENCE)
        if trouble == "opening":  # a running server has its files open
            os.kill(self.pid, signal.SIGKILL)
            self.platter["open_every"] = 1
            self.pid = await self.rig.bear()
        harmless, total = trouble == "halves", self.begin(trouble)
        async with self.people():
            await self.sees(lambda: self.told if harmless else witness.turned_away, SERVED)
            if total and not harmless:
                await self.is_ready(when=False)
            if trouble == "full":
                await self.grow()
            await self.try_pages()
        await self.look()
        self.end()
        since = time.monotonic()
        async with self.people():
            await self.sees(lambda: self.told, 1)
            self.back.append(time.monotonic() - since)
            await self.sees(lambda: self.told, SERVED)
            await self.is_ready(when=True)
        await self.look()

    @property
    def told(self) -> int:
        return len(self.witness.told)

    @contextlib.asynccontextmanager
    async def people(self) -> AsyncIterator[None]:
        """Let people apply meanwhile; everybody has an answer afterwards."""
        stop = asyncio.Event()
        tasks = [asyncio.create_task(self.rig.client(stop)) for _ in range(CLIENTS)]
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*tasks)

    def note(self, pair: Pair, status: int, headers: dict[str, str], port: int) -> bool:
        """Remember an answer, and a refusal together with its instant."""
        if status == 503:
            self.refused[pair] = datetime.now(UTC)
        return self._note(pair, status, headers, port)

    def begin(self, trouble: str) -> bool:
        """Let it go wrong; tell whether nothing at all can be stored now."""
        if trouble in KNOBS:
            every = self.every or self.rig.rng.choice((1, 1, 2, 5))
            self.platter[KNOBS[trouble]] = every
            return every == 1
        if trouble == "full":
            self.space.leave(self.rig.rng.randint(0, 100_000))
        return True

    def end(self) -> None:
        for name in ("open_every", *KNOBS.values()):
            self.platter[name] = 0
        self.space.give_back()

    async def sees(
        self, number: Callable[[], int], more: int, *, within: float | None = None
    ) -> None:
        """Wait until a number has grown."""
        enough, gives_up = number() + more, time.monotonic() + (within or self.patience)
        while number() < enough and not self.witness.broken:
            if time.monotonic() > gives_up:
                self.witness.broken.append(f"stuck: {number()} instead of {enough}")
            await asyncio.sleep(0.01)

    async def grow(self) -> None:
        """Give the room back bit by bit, and let it be used up."""
        for _ in range(3):
            self.space.leave(self.rig.rng.randint(4_000, 40_000))
            await self.sees(lambda: self.witness.turned_away, SERVED)

    async def try_pages(self) -> None:
        """Look at pages and at a refusal as people see them: a sentence, never an accident."""
        people, what = self.rig.people, len(self.rig.made.positions) - 1
        fair, position = self.rig.made.fair.slug, self.rig.made.positions[what].slug
        cookie = people.cookies[0]
        applied = await self.asking.post(
            f"/{fair}/lowongan/{position}/lamar",
            headers={
                "cookie": f"__Host-sesi={cookie}", "x-form-token": people.keys.form_token(cookie)
            },
            data={"consent": "ya"},
        )  # fmt: skip
        if applied.status_code == 503 and "belum diterima" not in applied.text:
            self.witness.broken.append("a refusal that does not say what it means")
        for answer in (
            applied,
            await self.asking.get(f"/{fair}"),
            await self.asking.get(f"/{fair}/lowongan/{position}"),
        ):
            shows = [word for word in UNFIT if word in answer.text]
            if answer.status_code not in (200, 303, 503) or shows:
                self.witness.broken.append(f"{answer.url.path}: {answer.status_code} {shows}")

    async def is_ready(self, *, when: bool) -> None:
        """Wait until ``/readyz`` says so."""
        gives_up = time.monotonic() + self.patience
        while time.monotonic() < gives_up and not self.witness.broken:
            answer = await self.asking.get("/readyz")
            self.unready |= answer.json()["problems"].keys()
            if (answer.status_code == 200) == when:
                return
            await asyncio.sleep(0.02)
        if not self.witness.broken:
            self.witness.broken.append(f"readyz: not {when} within {self.patience} s")

    async def look(self, *, whole: bool = False) -> None:
        """Hold what people were told against the rows, while the server may be serving."""
        witness, made = self.witness, self.rig.made
        database = Database(self.rig.url)
        try:
            witness.broken += await self.rig.people.check(database)
            async with database.snapshot() as session:
                asked = select(
                    Application.applicant_id, Application.position_id, Application.received_at
                )
                rows = await session.execute(asked)
                stored = {(row[0], row[1]): row[2] for row in rows}
            if whole:
                witness.broken += await integrity_problems(database)
                return
        finally:
            await database.close()
        for (who, what), instant in self.refused.items():
            pair = made.applicants[who].id, made.positions[what].id
            if pair in stored and stored[pair] < instant:
                witness.broken.append(f"refused, yet stored: {pair}")

    def summary(self) -> str:
        witness, faults = self.witness, self.platter.faults()
        slowest = max(self.back, default=0.0)
        return (
            f"{dict(self.rounds)}: {len(witness.told)} acknowledged, {witness.turned_away} sent "
            f"away, {witness.lost_answers} without an answer; faults {faults}; unready: "
            f"{sorted(self.unready)}; serving again within {slowest:.2f} s; "
            f"{len(witness.broken)} untrue"
        )


async def fail_often(
    troubles: Sequence[str],
    *,
    seed: int = 1,
    defect: str | None = None,
    mount: bool = False,
    **how: Any,
) -> DiskRig:
    """Do all of it in an empty folder and return what was seen; ``how``: see :class:`DiskRig`."""
    with folders() as (data, place):
        mounted = Mounted(data) if mount else None
        platter = Platter(data, place, noting=False)
        rig = Rig(
            data, seed=seed, defect=defect, options=["--log-pages", str(LOG_PAGES)],
            environment=platter.environment,
        )  # fmt: skip
        running = DiskRig(rig, platter, mounted or Space(platter), **how)
        try:
            await running.run(troubles)
        finally:
            rig.end()
            log = (data / "server.log").read_text()
            if "unforeseen" in log:
                running.witness.broken.append(log[log.index("unforeseen") :][:3000])
            if mounted:
                mounted.end()
        return running


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=len(TROUBLES))
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()))
    parser.add_argument("--defect", help="plant it (see tests.rigs.defects)")
    parser.add_argument("--mount", action="store_true", help="a real small disk; needs root")
    given = parser.parse_args()
    began = time.monotonic()
    troubles = list(islice(cycle(TROUBLES), given.rounds))
    seen = asyncio.run(
        fail_often(troubles, seed=given.seed, defect=given.defect, mount=given.mount)
    )
    print(f"seed {given.seed}, {time.monotonic() - began:.0f} s:", seen.summary())
    print(*seen.witness.broken[:20], sep="\n")
    sys.exit(1 if seen.witness.broken else 0)


if __name__ == "__main__":
    main()
