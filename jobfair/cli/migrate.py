"""``jobfair migrate``: bring the database to this version; a new installation also gets a key."""

import asyncio
from pathlib import Path

import click

from jobfair.cli.common import command, out
from jobfair.db import Database
from jobfair.db.migrations import newest_revision, revision_of, upgrade
from jobfair.db.safety import check_library, protect_files
from jobfair.errors import Misconfigured
from jobfair.keys import make_key_file, read_keys
from jobfair.settings import Settings, read_settings
from jobfair.tally.queries.frozen import sign_closings

UNSIGNED_BEFORE = "0006"
"""Editions frozen before this revision are signed once, when it is reached."""


async def prepare(settings: Settings) -> bool:
    """Upgrade the schema, making folder and key for a new installation; tell if it changed.

    Raises:
        Misconfigured: the database has data but its key file is gone.

    """
    database = Database(settings.database)
    if database.is_sqlite:
        protect_files(Path(database.url.database or ""), settings.data)
    try:
        await check_library(database)
        before = await revision_of(database)
        fresh = before is None
        if fresh and not settings.keys.exists():
            await asyncio.to_thread(make_key_file, settings.keys)
        if not settings.keys.exists():
            raise Misconfigured(
                "Basis data sudah ada tetapi berkas kunci %(path)s hilang. Pulihkan dari cadangan: "
                "tanpa kunci itu NIK tidak dapat dibuka dan tidak ada yang dapat masuk.",
                path=settings.keys,
            )
        keys = read_keys(settings.keys)
        changed = await upgrade(database, keys=keys)
        if before is not None and before < UNSIGNED_BEFORE:
            async with database.transaction() as session:
                await sign_closings(session, old=None, new=keys)
        return changed
    finally:
        await database.close()


@click.command(short_help="Siapkan atau perbarui basis data.")
@command
async def migrate() -> None:
    """Siapkan atau perbarui basis data; aman dijalankan berulang.

    Pemasangan baru juga mendapat berkas kunci (hanya dapat dibaca pemiliknya). Cadangkan berkas
    itu di tempat lain: tanpa kunci, NIK yang tersegel tidak dapat dibuka.

    \b
    Contoh:
      jobfair migrate
      DATABASE_URL=postgresql://jobfair@/jobfair jobfair migrate
    """
    settings = read_settings()
    changed = await prepare(settings)
    state = "diperbarui ke" if changed else "sudah di"
    out.print(f"Basis data {state} revisi {newest_revision()}. Kunci: {settings.keys}")
