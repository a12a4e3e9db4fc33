"""What the server refuses to start on, each with its sentence and exit code 3."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from jobfair.cli import main
from jobfair.db import Database, safety
from jobfair.db.safety import check_durable, check_library, check_place, filesystem_of, only_server
from jobfair.errors import Misconfigured
from jobfair.intake.door import Door
from tests.builders import KEYS
from tests.doors import apply, running, staged
from tests.free_port import free_port

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:5 / /srv/data rw shared:2 master:1 - nfs4 server:/export rw,vers=4.2
24 22 0:6 / /srv/data/local rw - xfs /dev/sdb rw
25 22 0:7 / /media/kantor\\040dua rw - cifs //server/kantor rw
26 22 0:8 / /home/a rw - fuse.sshfs a@b: rw
27 22 0:9 / /srv/data/local rw - 9p share rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/jobfair/a.sqlite", "ext4"),
        ("/srv/data/a.sqlite", "nfs4"),
        ("/srv/database/a.sqlite", "ext4"),
        ("/srv/data/local/a.sqlite", "9p"),
        ("/media/kantor dua/a.sqlite", "cifs"),
        ("/home/a/b/c.sqlite", "fuse.sshfs"),
    ],
)
def test_a_database_file_belongs_on_a_local_disk(path, kind):
    assert filesystem_of(Path(path), MOUNTS) == kind

    if kind == "ext4":
        check_place(Path(path), MOUNTS)
    else:
        with pytest.raises(Misconfigured, match=f"sistem berkas jaringan \\({kind}\\)"):
            check_place(Path(path), MOUNTS)


async def test_a_sqlite_file_here_is_fit(sqlite_url):
    database = Database(sqlite_url)
    await check_library(database)
    await check_durable(database)
    await database.close()


async def test_a_database_in_memory_is_refused():
    database = Database("sqlite:///file::memory:?uri=true&cache=shared")
    with pytest.raises(Misconfigured, match="journal_mode=memory"):
        await check_durable(database)
    await database.close()


async def test_an_old_sqlite_is_refused_by_its_number(sqlite_url, monkeypatch):
    monkeypatch.setattr(safety, "SQLITE_FLOOR", (99, 0, 0))
    database = Database(sqlite_url)
    with pytest.raises(Misconfigured, match=r"SQLite 3\.\S+ dapat kehilangan data"):
        await check_library(database)
    await database.close()


@pytest.mark.parametrize("setting", ["fsync=off", "full_page_writes=off"])
async def test_a_server_that_may_lose_commits_is_refused(shared_url, setting, monkeypatch):
    name = setting.partition("=")[0]
    monkeypatch.setattr(safety, "SERVER_SETTINGS", {name: safety.SERVER_SETTINGS[name]})
    database = Database(shared_url)
    with pytest.raises(Misconfigured, match=setting):
        await check_durable(database)
    await database.close()


async def test_our_connections_wait_for_the_disk_whatever_the_server_says(shared_url):
    database = Database(shared_url + "&options=-c synchronous_commit=off")
    async with database.engine.connect() as connection:
        assert await connection.scalar(text("show synchronous_commit")) == "on"
    await database.close()


async def test_a_connection_that_does_not_wait_for_the_disk_is_refused(shared_url, monkeypatch):
    only = {"synchronous_commit": safety.SERVER_SETTINGS["synchronous_commit"]}
    monkeypatch.setattr(safety, "SERVER_SETTINGS", only)
    monkeypatch.setattr("jobfair.db.database.SERVER_OPTIONS", "-c synchronous_commit=local")
    database = Database(shared_url)
    with pytest.raises(Misconfigured, match="synchronous_commit=local"):
        await check_durable(database)
    await database.close()


def test_a_sqlite_file_has_one_server(tmp_path):
    path = tmp_path / "a.sqlite"
    holder = (
        "import sys, time, pathlib\n"
        "from jobfair.db.safety import only_server\n"
        "with only_server(pathlib.Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, path], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(Misconfigured, match=f"sedang dilayani proses {other.pid}"),
            only_server(path),
        ):
            pass
        os.kill(other.pid, signal.SIGKILL)
    with only_server(path):
        pass


@pytest.fixture
def serve(tmp_path, keys, monkeypatch):
    """Run ``jobfair serve`` on a database, expecting it to refuse; return the sentence."""
    key = tmp_path / "uji.key"
    key.write_text(bytes(range(32)).hex())
    key.chmod(0o600)
    monkeypatch.setenv("JOBFAIR_KEY_FILE", str(key))
    monkeypatch.setenv("JOBFAIR_PORT", str(free_port()))

    def run(url: str, *words: str) -> str:
        monkeypatch.setenv("DATABASE_URL", url)
        done = CliRunner().invoke(main, ["serve", *words])
        assert done.exit_code == 3, (done.exit_code, done.output, done.stderr)
        return done.stderr

    run.key = key
    return run


def test_the_functional_tests_server_is_not_fit_to_serve(serve, shared_url):
    assert "fsync=off" in serve(shared_url)


def test_the_key_must_be_there_and_closed_to_others(serve, sqlite_url):
    serve.key.chmod(0o640)
    assert "dapat dibaca pengguna lain" in serve(sqlite_url)
    serve.key.unlink()
    assert "tidak ada" in serve(sqlite_url)


def test_a_second_server_on_a_file_is_refused(serve, sqlite_url):
    with only_server(Path(sqlite_url.removeprefix("sqlite:///"))):
        assert "sedang dilayani" in serve(sqlite_url)


def test_a_clock_before_the_ledger_is_refused(serve, sqlite_url, clock):
    async def accept_tomorrow():
        database = Database(sqlite_url)
        now = datetime.now(UTC) + timedelta(days=1)
        clock.move_to(now)
        made = await staged(
            database,
            window={"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=1)},
        )
        async with running(Door(database, clock, KEYS)) as door:
            assert (await apply(door, made)).received_at == now
        await database.close()

    asyncio.run(accept_tomorrow())

    assert "di belakang lamaran terakhir" in serve(sqlite_url)


def test_a_port_in_use_is_refused(serve, sqlite_url, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("JOBFAIR_PORT", str(port))
        assert f"Port {port} di 127.0.0.1 sudah dipakai" in serve(sqlite_url)
