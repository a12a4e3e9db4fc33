"""``jobfair check`` tells whether everything that is stored adds up, and is still there."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import click
from rich.markup import escape
from rich.table import Table

from jobfair.app import store_of
from jobfair.cli.common import (
    CHECK_FAILED,
    CONFIGURATION,
    ENVIRONMENT,
    command,
    fail,
    out,
    ready_database,
)
from jobfair.db import Database
from jobfair.db.safety import integrity_problems
from jobfair.documents import queries as documents
from jobfair.documents.actions import Lost, lost
from jobfair.fairs.queries import all_fairs, fair_by_id
from jobfair.keys import Keys, read_keys
from jobfair.settings import Settings, read_settings
from jobfair.store import Store, StoreMisconfigured, StoreUnavailable
from jobfair.tally.queries.recount import differences
from jobfair.tally.queries.rows import Difference
from jobfair.tally.queries.verifying import Verified, add_checks, verify_closings

DOCUMENTS_AT_ONCE = 1000
SHOWN = 5
"""Documents that are named; after a restore that forgot them it would be all of them."""
Failure = tuple[str, int]
"""What is wrong, as a sentence, and the exit code for it."""


@dataclass
class Found:
    """What differs, and what lawfully changed since it was frozen, each with the fair's slug."""

    differences: list[tuple[str, Difference]] = field(default_factory=list)
    changed: list[tuple[str, Difference]] = field(default_factory=list)


async def check_fairs(database: Database, only: str | None, *, keys: Keys) -> Found:
    """Recount every fair (or one) from its rows and remember the result for closed ones."""
    found = Found()
    checked: list[tuple[int, Verified, int]] = []
    async with database.long_snapshot() as session:
        for fair in await all_fairs(session):
            if only not in (None, fair.slug):
                continue
            state = await fair_by_id(session, fair.id)
            verified = await verify_closings(session, state, trusted=keys.public_key)
            wrong = [*await differences(session, fair.id), *verified.differences]
            found.differences += [(fair.slug, one) for one in wrong]
            found.changed += [(fair.slug, one) for one in verified.changed]
            checked.append((fair.id, verified, len(wrong)))
    async with database.transaction() as session:
        for fair_id, verified, n in checked:
            add_checks(session, fair_id, verified, at=datetime.now(UTC), n=n)
    return found


async def find_documents(database: Database, store: Store) -> tuple[int, list[Lost]]:
    """Look for every document in the store; returns how many were looked for and what is lost.

    Rows are read some at a time and the store is asked between two readings, so that no reading
    waits for a store. A row is marked before its bytes go: what is not there and still wanted by
    its row, read anew, is lost and was not removed.

    Raises:
        StoreUnavailable: the store cannot be asked.

    """
    many, found, last = 0, list[Lost](), 0
    while True:
        async with database.long_snapshot() as session:
            rows = await documents.wanted(session, after=last, most=DOCUMENTS_AT_ONCE)
        if not rows:
            return many, found
        if suspects := await lost(store, rows):
            async with database.long_snapshot() as session:
                wanted = await documents.still_wanted(session, [one.name for one in suspects])
            found += [one for one in suspects if one.name in wanted]
        many, last = many + len(rows), rows[-1].id


async def check_documents(settings: Settings, database: Database) -> Failure | None:
    """Print what is to be told about the documents; returns what is wrong with them."""
    store, place = store_of(settings), escape(settings.documents_place)
    try:
        with out.status("Mencari dokumen…"):
            many, found = await find_documents(database, store)
    except StoreUnavailable as error:
        denied = isinstance(error, StoreMisconfigured)
        sentence = (
            f"Penyimpanan dokumen {place} tidak dapat ditanyai ({error}), jadi dokumen belum "
            f"diperiksa. {'Periksa setelan documents' if denied else 'Betulkan itu'}, lalu "
            "jalankan lagi."
        )
        return sentence, CONFIGURATION if denied else ENVIRONMENT
    finally:
        await store.close()
    for one in found[:SHOWN]:
        what = "hilang" if one.kept is None else f"{one.kept} bita, seharusnya {one.needed}"
        out.print(f"Dokumen {one.name}: {what}")
    if len(found) > SHOWN:
        out.print(f"… dan {len(found) - SHOWN} dokumen lain.")
    if found:
        missing = sum(one.kept is None for one in found)
        sentence = (
            f"{missing} dokumen hilang dan {len(found) - missing} rusak, dari {many} yang dicari "
            f"di {place}. Pulihkan folder atau bucket dokumen dari cadangan."
        )
        return sentence, CHECK_FAILED
    out.print(f"Lengkap: {many} dokumen dicari di {place}, tidak ada yang hilang atau terpotong.")
    return None


def show_numbers(found: Found, problems: list[str]) -> Failure | None:
    """Print what the recount found; returns what is wrong with it."""
    rows = [*found.differences, *found.changed]
    if rows:
        table = Table("Job fair", "Apa", "Di mana", "Tersimpan", "Dihitung ulang")
        for slug, one in rows:
            table.add_row(slug, one.what, one.where, str(one.kept), str(one.counted))
        out.print(table)
    for problem in problems:
        out.print(f"Keutuhan: {problem}")
    if found.differences or problems:
        return f"{len(found.differences) + len(problems)} ketidakcocokan.", CHECK_FAILED
    if found.changed:
        out.print(
            f"Angka lamaran sama dengan hitung ulang; {len(found.changed)} hal berubah sesudah "
            "dibekukan (lihat tabel)."
        )
    else:
        out.print("Cocok: semua angka sama dengan hitung ulang baris lamaran.")
    return None


@click.command(short_help="Hitung ulang, periksa basis data dan dokumen.")
@click.argument("fair", required=False)
@command
async def check(fair: str | None) -> None:
    """Hitung ulang semua angka dari baris lamaran dan bandingkan dengan angka yang disimpan.

    Memeriksa juga keutuhan berkas, jendela waktu, nomor bukti, urutan buku lamaran, dan rekap yang
    sudah dibekukan: tanda tangannya, lalu isinya terhadap baris lamaran dan jejaknya. Hasilnya
    ditulis di halaman rekap. Yang sah berubah sesudah dibekukan disebut tersendiri.

    Tanpa FAIR juga: apakah setiap dokumen (CV) masih ada di folder atau bucketnya, dengan panjang
    yang benar. Keluar dengan kode 1 bila ada yang tidak cocok.

    \b
    Contoh:
      jobfair check
      jobfair check asahan-2022
    """
    settings = read_settings()
    async with ready_database(settings) as database:
        with out.status("Menghitung ulang…"):
            problems = await integrity_problems(database)
            found = await check_fairs(database, fair, keys=read_keys(settings.keys))
        failures = [show_numbers(found, problems)]
        if fair is None:
            failures.append(await check_documents(settings, database))
    wrong = [one for one in failures if one is not None]
    if wrong:
        fail(" ".join(sentence for sentence, _ in wrong), wrong[0][1])
