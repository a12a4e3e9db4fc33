"""Every benchmark runs, in a size that measures nothing."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import BENCHMARKS
from bench.fill import fill
from bench.measure import percentile
from jobfair.db import Database
from jobfair.tally.queries.recount import differences

ROOT = Path(__file__).parent.parent.parent
CHECKED = {"rush", "steady", "overload", "close", "day"}
"""These hold what was answered against the ledger and say so."""


@pytest.mark.rig
@pytest.mark.parametrize(
    ("name", "engine"), [*((name, "sqlite") for name in BENCHMARKS), ("rush", "postgresql")]
)
def test_a_benchmark_runs(name, engine):
    words = [name, "--size", "tiny", "--pairs", "1", "--engine", engine]
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert ("0 lost, 0 doubled" in done.stdout) == (name in CHECKED)


def test_a_filled_database_agrees_with_itself(tmp_path):
    fair = fill(tmp_path, applicants=50, applications=333, positions=7)

    async def look():
        database = Database(fair.address)
        async with database.long_snapshot() as session:
            found = await differences(session, 1)
        await database.close()
        return found

    assert asyncio.run(look()) == []
    assert len({fair.pair(number) for number in range(fair.pairs)}) == fair.pairs == 350


def test_a_percentile_is_a_measured_value():
    assert [percentile([3.0, 1.0, 2.0], share) for share in (0, 0.5, 0.99)] == [1.0, 2.0, 3.0]
