"""The primary is lost in the middle: a synchronous standby has everything that was acknowledged."""

import asyncio
import os
import subprocess
import tempfile
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from jobfair.applications.models import Application
from jobfair.db import Database
from jobfair.db.migrations import upgrade
from jobfair.db.safety import check_durable
from jobfair.errors import Misconfigured, Overloaded
from tests.doors import apply, staged
from tests.nodes.crowd import crowd, until
from tests.postgres import NOBODY, as_nobody

pytestmark = pytest.mark.rig
PEOPLE, POSITIONS = 60, 4


@contextmanager
def standby_of(primary):
    """Give a standby that has to have every commit before it is acknowledged."""
    with tempfile.TemporaryDirectory(prefix="jf-pg-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o755)
        (folder / "s").mkdir()
        if os.getuid() == 0:
            for one in (folder, folder / "s"):
                os.chown(one, NOBODY, NOBODY)
        data, programs = folder / "data", primary.programs
        copy = (programs / "pg_basebackup", "-D", data, "-R", "-X", "stream", "-c", "fast")
        source = f"{primary.address}&application_name=standby"
        subprocess.run([*copy, "-d", source], check=True, cwd="/", **as_nobody())
        with subprocess.Popen(
            [
                *(programs / "postgres", "-D", data, "-k", folder / "s"),
                *("-c", "listen_addresses=", "-c", "max_connections=200"),
            ],
            **as_nobody(),
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                yield folder / "s", [programs / "pg_ctl", "promote", "-D", data, "-w"]
            finally:
                process.send_signal(2)


def sync_state(primary):
    with psycopg.connect(primary.address) as connection:
        return connection.execute("select sync_state from pg_stat_replication").fetchone()


@asynccontextmanager
async def opened(url):
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def test_a_lost_primary_loses_no_application(server, clock):
    primary = server
    async with opened(primary.address) as database:
        await upgrade(database)
    with standby_of(primary) as (folder, promote):
        with psycopg.connect(primary.address, autocommit=True) as connection:
            connection.execute("alter system set synchronous_standby_names = 'standby'")
            connection.execute("select pg_reload_conf()")
        await until(lambda: sync_state(primary) == ("sync",))
        async with opened(f"postgresql://postgres@/postgres?host={folder}") as standby:
            with pytest.raises(Misconfigured, match="cadangan yang hanya dapat dibaca"):
                await check_durable(standby)

        both = f"{primary.address},{folder}&target_session_attrs=read-write"
        async with crowd(both, clock) as nodes:
            made = await staged(nodes[0].database, applicants=PEOPLE, positions=POSITIONS)
            acknowledged = []

            async def insist(who, what):
                while True:
                    try:
                        receipt = await apply(nodes[who % 2].door, made, who, what)
                    except Overloaded:
                        await asyncio.sleep(0.05)
                    else:
                        acknowledged.append((receipt.seq, receipt.number))
                        return

            async def lose_the_primary():
                await until(lambda: len(acknowledged) > PEOPLE)
                primary.crash()
                await asyncio.to_thread(
                    subprocess.run, promote, check=True, stdout=subprocess.DEVNULL,
                    cwd="/", **as_nobody(),
                )  # fmt: skip

            async def send(what):
                for who in range(PEOPLE):
                    await insist(who, what)

            await asyncio.gather(lose_the_primary(), *map(send, range(POSITIONS)))
            async with nodes[0].database.snapshot() as session:
                rows = (await session.execute(select(Application.seq, Application.receipt))).all()
            await until(lambda: all(node.bus.hears for node in nodes))

    assert sorted(map(tuple, rows)) == sorted(acknowledged)
    assert len(rows) == PEOPLE * POSITIONS
