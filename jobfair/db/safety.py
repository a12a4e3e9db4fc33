"""Can what is acknowledged be lost here? Asked before serving; each answer is a sentence."""

import fcntl
import logging
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from jobfair.db import SQLITE_FLOOR
from jobfair.db.database import Database
from jobfair.errors import Misconfigured

log = logging.getLogger(__name__)
MOUNTS = Path("/proc/self/mountinfo")
NETWORK = frozenset(
    {"9p", "afs", "ceph", "cifs", "davfs", "glusterfs", "lustre", "nfs", "nfs4"}
    | {"smb", "smb2", "smb3", "smbfs"}
    | {"fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"}
)
"""File systems whose locks and flushes a database cannot rely on."""
SERVER_SETTINGS = {
    "fsync": frozenset({"on"}),
    "full_page_writes": frozenset({"on"}),
    "synchronous_commit": frozenset({"on", "remote_write", "remote_apply"}),
}
FULL = 2
"""What SQLite calls ``synchronous=FULL``."""


async def check_library(database: Database) -> None:
    """Refuse a SQLite that can lose commits in its log.

    Raises:
        Misconfigured: SQLite is older than the fix of the WAL-reset bug.

    """
    if not database.is_sqlite:
        return
    version = await database.version()
    number = tuple(int(part) for part in version.rsplit(maxsplit=1)[-1].split("."))
    if number < SQLITE_FLOOR:
        raise Misconfigured(
            "%(version)s dapat kehilangan data (galat WAL-reset). Pasang pysqlite3 0.6 atau "
            "Python dengan SQLite 3.51.3 ke atas.",
            version=version,
        )


async def check_durable(database: Database) -> None:
    """Refuse a place or a server where a commit that was answered can be lost.

    Raises:
        Misconfigured: which setting, and what it has to be.

    """
    if database.is_sqlite:
        check_place(Path(database.url.database or ""), _mounts())
        await _check_file(database)
    else:
        await _check_server(database)


def _mounts() -> str:
    return MOUNTS.read_text("utf-8", "replace") if MOUNTS.exists() else ""


def filesystem_of(path: Path, mounts: str) -> str:
    """Return the kind of file system a path is on, by the text of ``mountinfo``."""
    here, best, kind = path.resolve(), -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        place = re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), before.split(" ")[4])
        if here.is_relative_to(place) and len(place) >= best:
            best, kind = len(place), after.split(" ")[0]
    return kind


def check_place(path: Path, mounts: str) -> None:
    """Raise ``Misconfigured`` when a database file is on a network file system."""
    kind = filesystem_of(path, mounts)
    if kind in NETWORK:
        raise Misconfigured(
            "Berkas basis data %(path)s ada di sistem berkas jaringan (%(kind)s), dan di sana data "
            "dapat rusak. Pindahkan ke disk komputer ini, atau pakai PostgreSQL.",
            path=path,
            kind=kind,
        )


async def _check_file(database: Database) -> None:
    async with database.engine.connect() as connection:
        synchronous = await connection.scalar(text("pragma synchronous"))
        journal = await connection.scalar(text("pragma journal_mode"))
    if synchronous != FULL or journal != "wal":
        raise Misconfigured(
            "SQLite tidak mau menulis dengan aman di sini (synchronous=%(synchronous)s, "
            "journal_mode=%(journal)s). Pakai berkas di disk biasa.",
            synchronous=synchronous,
            journal=journal,
        )


async def _check_server(database: Database) -> None:
    async with database.engine.connect() as connection:
        if await connection.scalar(text("select pg_is_in_recovery()")):
            raise Misconfigured(
                "Peladen PostgreSQL ini cadangan yang hanya dapat dibaca. Arahkan DATABASE_URL ke "
                "peladen utama."
            )
        for name, fit in SERVER_SETTINGS.items():
            value = await connection.scalar(text(f"show {name}"))
            if value not in fit:
                raise Misconfigured(
                    "PostgreSQL berjalan dengan %(name)s=%(value)s, dan lamaran yang sudah dijawab "
                    "dapat hilang. Setel %(name)s=on.",
                    name=name,
                    value=value,
                )


def protect_files(database: Path, folder: Path) -> None:
    """Let only the owner read a SQLite database, whatever the umask; repair what is open to others.

    SQLite gives its log and its index the mode of the file itself. ``folder`` is the program's own;
    a database elsewhere is protected file by file.
    """
    if folder in database.parents:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _close_to_others(folder, 0o700)
    if database.parent.is_dir():
        os.close(os.open(database, os.O_RDONLY | os.O_CREAT, 0o600))
    for name in (database, Path(f"{database}-wal"), Path(f"{database}-shm")):
        _close_to_others(name, 0o600)


def _close_to_others(path: Path, mode: int) -> None:
    try:
        before = stat.S_IMODE(path.stat().st_mode)
        if before & (stat.S_IRWXG | stat.S_IRWXO):
            path.chmod(mode)
            log.warning("%s was open to other users (%o); it is not any more", path, before)
    except FileNotFoundError:
        return
    except PermissionError:
        log.warning("%s is open to other users, and only its owner can change that", path)


@contextmanager
def only_server(database: Path) -> Iterator[None]:
    """Hold a SQLite file for this server alone; ends with the process, however it ends.

    Raises:
        Misconfigured: another server has it.

    """
    path = Path(f"{database}.serve")
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise Misconfigured(
                "Basis data %(path)s sedang dilayani proses %(process)s. Satu berkas SQLite hanya "
                "untuk satu peladen; untuk beberapa peladen pakai PostgreSQL.",
                path=database,
                process=file.read().strip() or "lain",
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


async def integrity_problems(database: Database) -> list[str]:
    """Return what SQLite finds wrong with its file; PostgreSQL has its own tools for that."""
    if not database.is_sqlite:
        return []
    async with database.report_reader.connect() as connection:
        pages = await connection.execute(text("pragma integrity_check"))
        keys = await connection.execute(text("pragma foreign_key_check"))
        return [row[0] for row in pages if row[0] != "ok"] + [
            f"{row[0]}: baris {row[1]} menunjuk baris {row[2]} yang tidak ada" for row in keys
        ]
