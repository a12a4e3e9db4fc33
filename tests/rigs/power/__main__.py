"""``python -m tests.rigs.power --cuts 20000``: record and cut, a thousand cuts a recording.

The first of every four recordings is long, with SQLite's log as long as in production; the others
are short with a short log, which is folded into the file again and again. Every second one has a
disk whose syncs fail now and then.
"""

import argparse
import asyncio
import sys
import time
from datetime import UTC, datetime
from itertools import count

from tests.rigs.power.cutting import Toll, cut_often
from tests.rigs.power.recording import folders, record

EACH = 1000
SHAPES = (
    {"answers": 2800, "clients": 12},
    {"answers": 700, "clients": 12, "log_pages": 150, "sync_every": 23},
    {"answers": 700, "clients": 3, "log_pages": 400},
    {"answers": 1200, "clients": 24, "log_pages": 600, "sync_every": 7},
)


async def run(cuts: int, seed: int, defect: str | None) -> Toll:
    whole = Toll()
    for number in count():
        left = cuts - whole.cuts
        if left <= 0:
            return whole
        shape = SHAPES[number % len(SHAPES)]
        with folders() as (data, place):
            recording = await record(data, place, seed=seed + number, defect=defect, **shape)
            toll = await cut_often(recording, place / "cut", min(EACH, left), seed=seed + number)
        toll.refused = recording.witness.turned_away
        toll.failed_syncs = recording.faults["bad_syncs"]
        toll.untrue += recording.witness.broken
        whole.take(toll)
        print(f"recording {number + 1}: {toll}", flush=True)
    return whole


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()))
    parser.add_argument("--defect", help="plant it (see tests.rigs.defects)")
    given = parser.parse_args()
    began = time.monotonic()
    toll = asyncio.run(run(given.cuts, given.seed, given.defect))
    print(f"seed {given.seed}, {time.monotonic() - began:.0f} s: {toll}")
    print(*toll.untrue[:20], sep="\n")
    sys.exit(1 if toll.untrue else 0)


if __name__ == "__main__":
    main()
