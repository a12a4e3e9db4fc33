"""``jobfair rekey``: another root key, with everything sealed anew under it.

The new key lies beside the old one before the database knows of it, and takes its place after
the database has it. Whatever ends the command in between, one of the two files fits, and running
it again finishes the work.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import click

from jobfair.applicants.actions.profile import change_keys_of_applicants
from jobfair.cli.common import command, out, ready_database
from jobfair.credentials.actions.authenticator import change_keys_of_credentials
from jobfair.db import Database
from jobfair.db.safety import only_server
from jobfair.documents.actions import change_keys_of_documents
from jobfair.errors import Misconfigured, Refused
from jobfair.keys import Keys, make_key_file, read_keys, replace_key_file
from jobfair.people.actions import change_keys_of_staff
from jobfair.people.queries import keys_fit
from jobfair.settings import read_settings
from jobfair.tally.queries.frozen import sign_closings


async def fits(database: Database, keys: Keys) -> bool:
    """Tell whether the database was sealed with these keys."""
    async with database.snapshot() as session:
        return await keys_fit(session, keys)


async def check_key(database: Database, path: Path) -> None:
    """Refuse a key that is not this database's.

    Raises:
        Misconfigured: nobody could sign in, and no NIK could be opened.

    """
    if not await fits(database, read_keys(path)):
        raise Misconfigured(
            "Berkas kunci %(path)s bukan kunci basis data ini. Pulihkan kunci yang benar; bila "
            "`jobfair rekey` terputus, jalankan sekali lagi.",
            path=path,
        )


async def change_key(database: Database, path: Path) -> int | None:
    """Seal everything with a new key; None when a run that was cut short only had to be ended.

    Raises:
        Misconfigured: the key file does not fit the database, or does not open a NIK.

    """
    new = path.with_name(path.name + ".baru")
    if not new.exists():
        await check_key(database, path)
        await asyncio.to_thread(make_key_file, new)
    elif not await fits(database, read_keys(path)) and await fits(database, read_keys(new)):
        await asyncio.to_thread(replace_key_file, path, new)
        return None
    old_keys, new_keys = read_keys(path), read_keys(new)
    async with database.transaction() as session:
        many = await change_keys_of_applicants(session, old=old_keys, new=new_keys)
        await change_keys_of_documents(session, old=old_keys, new=new_keys)
        await change_keys_of_credentials(session, old=old_keys, new=new_keys)
        await sign_closings(session, old=old_keys, new=new_keys)
        many += await change_keys_of_staff(session, new=new_keys, now=datetime.now(UTC))
    await asyncio.to_thread(replace_key_file, path, new)
    return many


@contextlib.asynccontextmanager
async def no_server(database: Database) -> AsyncIterator[None]:
    """Let no server begin to keep the clock; refuse when one does."""
    if database.is_sqlite:
        with only_server(Path(database.url.database or "")):
            yield
        return
    async with await database.own_connection() as connection:
        if not await connection.takes_role():
            raise Refused("serving", "Peladen masih berjalan. Hentikan semuanya lebih dulu.")
        yield


@click.command(short_help="Ganti kunci NIK dan akun.")
@command
async def rekey() -> None:
    """Buat kunci baru dan segel ulang semua NIK dengannya. Hentikan peladen lebih dulu.

    Semua orang harus masuk lagi; kata sandi tetap. Bila terputus, jalankan sekali lagi. Kunci lama
    hanya diperlukan untuk cadangan basis data yang dibuat sebelum ini.

    \b
    Contoh:
      jobfair rekey
    """
    settings = read_settings()
    async with ready_database(settings) as database, no_server(database):
        many = await change_key(database, settings.keys)
    if many is None:
        out.print(f"Penggantian kunci yang terputus sudah diselesaikan. Kunci: {settings.keys}")
    else:
        out.print(f"{many} akun disegel ulang. Kunci baru: {settings.keys}. Cadangkan sekarang.")
