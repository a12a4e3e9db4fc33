"""Several real processes at one database: what is acknowledged is there, whatever is killed."""

import asyncio
import contextlib
import itertools
import socket
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import websockets
from sqlalchemy import select

from jobfair.applications.models import Application
from jobfair.cli.serve import listen
from jobfair.db import Database
from jobfair.db.migrations import upgrade
from jobfair.settings import Settings
from tests.free_port import free_port
from tests.nodes.crowd import until
from tests.nodes.processes import answering, gather_crowd, serving
from tests.recount import problems_of

PEOPLE = 36
READERS = 6


def window():
    now = datetime.now(UTC)
    return {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=1)}


@pytest.fixture
async def database(durable_server):
    database = Database(durable_server.address)
    await upgrade(database)
    yield database
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("drop schema public cascade; create schema public")
    await database.close()


async def insist(crowd, addresses, who, acknowledged):
    """Apply until there is a receipt, at the next address whenever a connection breaks."""
    for address in itertools.cycle(addresses):
        with contextlib.suppress(httpx.TransportError):
            async with httpx.AsyncClient(base_url=address, timeout=20) as browser:
                if number := await crowd.apply(browser, who):
                    acknowledged.append((who, number))
                    return
        await asyncio.sleep(0.05)


async def test_a_killed_process_loses_nothing_and_starts_again_at_its_port(
    database, durable_server, tmp_path
):
    crowd = await gather_crowd(database, PEOPLE, datetime.now(UTC), window=window())
    acknowledged = []
    with contextlib.ExitStack() as running:

        def start(port=0):
            return running.enter_context(answering(tmp_path, durable_server.address, port=port))

        served = [start(), start()]
        addresses = [one.address for one in served]

        async def kill_and_start_again():
            for victim in served:
                share = len(acknowledged) + PEOPLE // 4
                await until(lambda share=share: len(acknowledged) >= share)
                victim.process.kill()
                await asyncio.to_thread(victim.process.wait)
                await asyncio.to_thread(start, victim.port)

        async def line(first):
            for who in range(first, PEOPLE, 6):
                # The first is asked by some and the second by others, and both by who comes twice.
                here = addresses if first % 2 else addresses[::-1]
                await insist(crowd, here, who, acknowledged)
                await insist(crowd, here[::-1], who, acknowledged)

        await asyncio.gather(kill_and_start_again(), *(line(first) for first in range(6)))

    numbers = {
        who: {number for one, number in acknowledged if one == who} for who, _ in acknowledged
    }
    assert {who: len(found) for who, found in numbers.items()} == dict.fromkeys(range(PEOPLE), 1)
    assert Counter(who for who, _ in acknowledged) == dict.fromkeys(range(PEOPLE), 2)
    async with database.snapshot() as session:
        rows = (await session.execute(select(Application.applicant_id, Application.receipt))).all()
    made = {applicant.id: who for who, applicant in enumerate(crowd.made.applicants)}
    assert {(made[applicant], receipt) for applicant, receipt in rows} == {
        (who, number) for who, number in acknowledged
    }
    assert len(rows) == PEOPLE
    assert await problems_of(database, crowd.made.fair.id) == []


async def test_told_to_stop_it_finishes_and_says_when_to_come_back(
    database, durable_server, tmp_path
):
    crowd = await gather_crowd(database, 8, datetime.now(UTC), window=window())
    acknowledged = []
    with answering(tmp_path, durable_server.address) as served:
        live = f"ws://127.0.0.1:{served.port}/ws/publik/{crowd.made.fair.slug}"
        async with contextlib.AsyncExitStack() as stack:
            readers = [
                await stack.enter_async_context(websockets.connect(live)) for _ in range(READERS)
            ]
            for reader in readers:
                await reader.recv()
            sending = [
                asyncio.ensure_future(insist(crowd, [served.address], who, acknowledged))
                for who in range(8)
            ]
            await until(lambda: bool(acknowledged))

            code = await asyncio.to_thread(served.stop)

            for reader in readers:
                with contextlib.suppress(websockets.ConnectionClosed):
                    async for _ in reader:
                        pass
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)
        error = served.process.stderr.read()

    assert code == 0, error
    assert "Traceback" not in error
    assert [reader.close_code for reader in readers] == [1012] * READERS
    async with database.snapshot() as session:
        receipts = set(await session.scalars(select(Application.receipt)))
    assert {number for _, number in acknowledged} <= receipts


async def test_what_one_process_accepts_the_other_shows(database, durable_server, tmp_path):
    crowd = await gather_crowd(database, 8, datetime.now(UTC), window=window())
    url = durable_server.address
    with answering(tmp_path, url) as accepts, answering(tmp_path, url) as shows:
        live = f"ws://127.0.0.1:{shows.port}/ws/publik/{crowd.made.fair.slug}"
        async with contextlib.AsyncExitStack() as stack:
            readers = [
                await stack.enter_async_context(websockets.connect(live)) for _ in range(READERS)
            ]
            acknowledged = []
            for who in range(8):
                await insist(crowd, [accepts.address], who, acknowledged)

            async def arrives(reader):
                async for frame in reader:
                    if '<dd id="n-lamaran">8</dd>' in frame:
                        return

            async with asyncio.timeout(20):
                await asyncio.gather(*map(arrives, readers))
        assert [accepts.stop(), shows.stop()] == [0, 0]


def test_a_sqlite_file_is_served_once_and_again_after_a_kill(sqlite_url, tmp_path):
    with answering(tmp_path, sqlite_url) as first:
        with serving(tmp_path, sqlite_url) as second:
            _, error = second.process.communicate(timeout=60)
            assert second.process.returncode == 3
            assert f"sedang dilayani proses {first.process.pid}" in error
        first.process.kill()
        first.process.wait()
    with answering(tmp_path, sqlite_url) as again:
        assert again.stop() == 0


async def test_an_answer_does_not_wait_for_the_reader_to_confirm():
    settings = Settings(port=free_port())
    nodelay = asyncio.get_running_loop().create_future()

    def accepted(_, writer):
        sock = writer.get_extra_info("socket")
        nodelay.set_result(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    server = await asyncio.start_server(accepted, sock=listen(settings))
    _, writer = await asyncio.open_connection("127.0.0.1", settings.port)
    assert await nodelay == 1
    writer.close()
    server.close()
