"""A short life of the server under load, with everything its disk did and its people were told."""

import asyncio
import os
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rigs.kill import Rig, Witness
from tests.rigs.power.platter import Platter, Record, scratch

RECEIPT = re.compile(rb"\r\nlocation: [^\r]*/lamaran/([A-Z0-9-]+)\r", re.IGNORECASE)
LONGEST = 60.0
"""Seconds after which a life ends, however few were served."""


@dataclass
class Recording:
    """What went over the disk, in order, and who was told what."""

    records: list[Record]
    begins: Path
    """The files of before, all of them durable."""
    ends: Path
    """The files when the server had gone."""
    fair_id: int
    told: dict[str, tuple[int, int]]
    """Applicant and position by the receipt that the client got."""
    asked: set[tuple[int, int]]
    """What was ever sent, answered or not."""
    spare: tuple[int, int]
    """An applicant and a position nobody has asked for."""
    witness: Witness
    faults: dict[str, int]


@contextmanager
def folders() -> Iterator[tuple[Path, Path]]:
    """Give a folder for a server's data and one beside it; both are gone afterwards."""
    with tempfile.TemporaryDirectory(dir=scratch()) as made:
        data, place = Path(made, "data"), Path(made, "place")
        data.mkdir()
        place.mkdir()
        yield data, place


def receipt_in(answer: bytes) -> str | None:
    """Return the receipt that an answer acknowledges, if it does."""
    found = RECEIPT.search(answer) if answer[9:12] == b"303" else None
    return found[1].decode() if found else None


async def record(
    data: Path,
    place: Path,
    *,
    seed: int,
    answers: int,
    clients: int = 12,
    log_pages: int | None = None,
    sync_every: int = 0,
    defect: str | None = None,
) -> Recording:
    """Serve until ``answers`` people have their receipt; one in ``sync_every`` syncs fails.

    ``log_pages``: how long SQLite's log may grow before it is folded into the file.
    """
    platter = Platter(data, place)
    options = ["--log-pages", str(log_pages)] if log_pages else []
    rig = Rig(data, seed=seed, defect=defect, options=options, environment=platter.environment)
    try:
        await rig.prepare(people=60, positions=answers // 30 + 10)
        begins = Path(shutil.copytree(data, place / "begins"))
        platter["sync_every"] = sync_every
        pid, stop = await rig.bear(), asyncio.Event()
        tasks = [asyncio.create_task(rig.client(stop)) for _ in range(clients)]
        ends = time.monotonic() + LONGEST
        while len(rig.witness.told) < answers and time.monotonic() < ends:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        stop.set()
        await asyncio.gather(*tasks)
        os.kill(pid, signal.SIGKILL)
    finally:
        rig.end()
    people, jobs = rig.made.applicants, rig.made.positions
    told = {
        receipt: (people[who].id, jobs[what].id)
        for (who, what), receipt in rig.witness.told.items()
    }
    unanswered = {(people[who].id, jobs[what].id) for who, what in rig.witness.unknown}
    return Recording(
        records=list(platter.records()),
        begins=begins,
        ends=data,
        fair_id=rig.made.fair.id,
        told=told,
        asked=set(told.values()) | unanswered,
        spare=(people[-1].id, jobs[-1].id),
        witness=rig.witness,
        faults=platter.faults(),
    )
