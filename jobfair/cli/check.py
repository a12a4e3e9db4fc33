"""``jobfair check`` tells whether everything that is stored adds up."""

import click
from rich.table import Table

from jobfair.cli.frame import CHECK_FAILED, command, fail, out, ready_database
from jobfair.db import Database
from jobfair.db.integrity import integrity_problems
from jobfair.fairs.queries import all_fairs
from jobfair.settings import read_settings
from jobfair.tally.queries.frozen import closing_of
from jobfair.tally.queries.recount import differences
from jobfair.tally.queries.rows import Difference


async def check_fairs(database: Database, only: str | None) -> list[tuple[str, Difference]]:
    """Recount every fair (or one) from its rows; returns what differs, by fair slug."""
    found: list[tuple[str, Difference]] = []
    async with database.survey() as session:
        for fair in await all_fairs(session):
            if only in (None, fair.slug):
                found += [(fair.slug, one) for one in await differences(session, fair.id)]
                await closing_of(session, fair.id)
    return found


@click.command(short_help="Hitung ulang dan periksa basis data.")
@click.argument("fair", required=False)
@command
async def check(fair: str | None) -> None:
    """Hitung ulang semua angka dari baris lamaran dan bandingkan dengan angka yang disimpan.

    Memeriksa juga keutuhan berkas, jendela waktu, nomor bukti, urutan buku lamaran, dan sidik
    angka yang sudah dibekukan. Keluar dengan kode 1 bila ada yang tidak cocok.

    \b
    Contoh:
      jobfair check
      jobfair check asahan-2022
    """
    async with ready_database(read_settings()) as database:
        with out.status("Menghitung ulang…"):
            problems = await integrity_problems(database)
            found = await check_fairs(database, fair)
    if found:
        table = Table("Job fair", "Apa", "Di mana", "Tersimpan", "Dihitung ulang")
        for slug, one in found:
            table.add_row(slug, one.what, one.where, str(one.kept), str(one.counted))
        out.print(table)
    for problem in problems:
        out.print(f"Keutuhan: {problem}")
    if found or problems:
        fail(f"{len(found) + len(problems)} ketidakcocokan.", CHECK_FAILED)
    out.print("Cocok: semua angka sama dengan hitung ulang baris lamaran.")
