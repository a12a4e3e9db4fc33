"""In time is in and too late is out, whatever any clock does (P2, P3, P4)."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest

from jobfair.clock import AnchoredClock
from jobfair.db import Database
from tests.doors import apply, nodes, staged
from tests.free_port import wait_for
from tests.nodes.processes import serving
from tests.postgres import DURABLE
from tests.rigs.clocks import ROUND, try_edges
from tests.rigs.clocks_wall import DAY, Wall, environment, mistreat
from tests.rigs.defects import finds
from tests.rigs.engines import empty

pytestmark = pytest.mark.rig


async def test_doors_whose_clock_jumps_about_the_edges(database_url):
    done = await try_edges(database_url, 2 * ROUND, seed=1)
    print(done)

    assert done.problems == []
    assert done.entered > ROUND / 2, "hardly anybody was in time: this proves little"


@finds("opening-counts-out", "closing-counts-in", "stamped-when-written", "latch-ignored")
async def test_control_at_the_edges(sqlite_url, monkeypatch, defect):
    defect.plant(monkeypatch.setattr)

    assert (await try_edges(sqlite_url, ROUND, seed=1)).problems


@pytest.mark.parametrize(
    ("engine", "faults"),
    [
        ("sqlite", ["a day back", "an hour on", "standing still"]),
        ("postgresql", ["a second back"]),
    ],
)
def test_servers_whose_wall_clock_is_moved(tmp_path, engine, faults):
    with empty(engine, DURABLE) as url:
        done = asyncio.run(mistreat(url, tmp_path, faults))
    print(done)

    assert done.problems == []
    assert done.entered, "nobody was in time: this proves little"
    assert done.too_late, "nobody was too late: this proves little"


@finds("wall-clock", "no-steering")
def test_control_of_the_wall_clock(tmp_path, defect):
    with empty("postgresql" if defect.name == "no-steering" else "sqlite", DURABLE) as url:
        done = asyncio.run(mistreat(url, tmp_path, ["a day back"] * 10, defect=defect.name))

    assert done.problems


async def store_a_row(url):
    now = datetime.now(UTC)
    hours = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=1)}
    database = Database(url)
    made = await staged(database, window=hours)
    await database.close()
    async with nodes(url, AnchoredClock(), 1) as (door,):
        await apply(door, made)


def start_a_day_ago(folder, url, defect=None):
    """Start a server whose clock is a day behind; return its exit code and what it said."""
    wall = Wall(folder)
    wall.set(-DAY)
    with environment(wall.environment), serving(folder, url, defect=defect) as served:
        with contextlib.suppress(OSError):
            wait_for(f"{served.address}/livez", alive=lambda: served.process.poll() is None)
            return None, ""
        return served.process.wait(), served.process.stderr.read()


def test_a_server_whose_clock_is_before_the_ledger_does_not_start(sqlite_url, tmp_path):
    asyncio.run(store_a_row(sqlite_url))

    code, said = start_a_day_ago(tmp_path, sqlite_url)

    assert code
    assert "di belakang lamaran terakhir" in said


@finds("starts-behind-the-ledger")
def test_control_of_the_start(sqlite_url, tmp_path, defect):
    asyncio.run(store_a_row(sqlite_url))

    assert start_a_day_ago(tmp_path, sqlite_url, defect.name) == (None, "")
