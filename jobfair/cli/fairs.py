"""``jobfair load | open | close | report``: one fair, from files to paper."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from jobfair.cli.common import CHECK_FAILED, DATA, command, fail, fair_id_of, out, ready_database
from jobfair.clock import AnchoredClock
from jobfair.content import fair_folder
from jobfair.db import Database
from jobfair.errors import Refused
from jobfair.fairs import actions, queries
from jobfair.fairs.rules import Phase
from jobfair.fields.parsing import normalise_email
from jobfair.intake.closing import close_when_drained
from jobfair.keys import read_keys
from jobfair.loading import load_fair
from jobfair.loading.show import show_report
from jobfair.people.actions import add_staff
from jobfair.people.queries import organisers
from jobfair.people.rules import Role, one_time_password
from jobfair.reporting.designs import is_loopback
from jobfair.reporting.editions import write_edition
from jobfair.reporting.glyphs import missing_glyphs
from jobfair.settings import Settings, read_settings
from jobfair.tally.queries.counts import offers
from jobfair.tally.queries.frozen import FrozenClosing, closing_of
from jobfair.web.http.passwords import Passwords
from jobfair.wording.dates import moment


async def _add_organiser(
    database: Database, settings: Settings, *, slug: str, email: str, name: str
) -> str:
    password = one_time_password()
    hashed = Passwords().hash_now(password)
    async with database.transaction() as session:
        found = await queries.fair_by_slug(session, slug)
        await add_staff(
            session,
            keys=read_keys(settings.keys),
            role=Role.ORGANISER,
            name=name,
            email=email,
            password_hash=hashed,
            now=datetime.now(UTC),
            by=None,
            office_id=found.office_id,
            must_change_password=True,
        )
    return password


async def _give_organiser(
    database: Database, settings: Settings, *, slug: str, email: str, name: str
) -> None:
    """Make the account, or say what to do about one that is there already."""
    async with database.snapshot() as session:
        known = {one.email for one in await organisers(session)}
    if normalise_email(email) in known:
        out.print(f"Akun panitia {email} sudah ada dan tidak diubah.")
        out.print(f"Bila kata sandinya hilang: jobfair staff reset {email}")
        return
    password = await _add_organiser(database, settings, slug=slug, email=email, name=name)
    out.print(f"Akun panitia: {email}, kata sandi sekali pakai: {password}")


async def _letters_not_printed(database: Database, slug: str) -> str:
    """Return the letters in names of a fair that its papers cannot show."""
    async with database.snapshot() as session:
        found = await queries.fair_by_slug(session, slug)
        offered = await offers(session, found.id)
    office = (found.office.name, *found.office.letterhead)
    names = [found.name, *office, *(f"{one.title}{one.company}" for one in offered)]
    return missing_glyphs("".join(names))


@click.command(short_help="Muat job fair dari foldernya.")
@click.argument("folder")
@click.option("--organiser", metavar="SUREL", help="Buat juga akun panitia dengan surel ini.")
@click.option("--name", default="Panitia", show_default=True, help="Nama panitia itu.")
@command
async def load(folder: str, organiser: str | None, name: str) -> None:
    """Muat job fair dari FOLDER (fair.toml, companies.csv, positions.csv; XLSX boleh).

    Semua kesalahan dilaporkan sekaligus, dan tidak ada yang berubah bila ada satu saja. Boleh
    dijalankan berulang; sesudah job fair dibuka hanya teks yang dapat diubah.

    \b
    Contoh:
      jobfair load events/asahan-2022
      jobfair load events/asahan-2022 --organiser panitia@disnaker.go.id --name "Lina Marlina"
    """
    settings = read_settings()
    async with ready_database(settings) as database:
        report = await load_fair(database, fair_folder(folder), now=datetime.now(UTC))
        show_report(report, out)
        if report.mistakes:
            fail("tidak ada yang diubah. Perbaiki lalu muat lagi.", DATA)
        if letters := await _letters_not_printed(database, report.slug):
            out.print(
                f"Catatan: huruf {' '.join(letters)} tidak ada di huruf cetak, jadi diganti di "
                "kertas (rekap, lampiran, lembar media). Tulis tanpa huruf itu bila tidak perlu.",
                markup=False,
            )
        if organiser:
            await _give_organiser(database, settings, slug=report.slug, email=organiser, name=name)


@click.command("open", short_help="Terbitkan job fair; dibuka pada jamnya.")
@click.argument("fair")
@click.option("--now", "at_once", is_flag=True, help="Buka sekarang juga, lebih awal dari jadwal.")
@click.option("--reason", default="", help="Alasan membuka lebih awal (diumumkan).")
@command
async def open_(fair: str, at_once: bool, reason: str) -> None:
    """Terbitkan FAIR untuk umum. Lamaran diterima tepat pada jam bukanya, tanpa tombol.

    \b
    Contoh:
      jobfair open asahan-2022
      jobfair open asahan-2022 --now --reason "Semua perusahaan sudah siap"
    """
    async with ready_database(read_settings()) as database:
        fair_id = await fair_id_of(database, fair)
        now = AnchoredClock().now()
        async with database.transaction() as session:
            await actions.publish_fair(session, fair_id=fair_id, now=now, account_id=None)
            if at_once:
                await actions.open_early(
                    session, fair_id=fair_id, reason=reason, now=now, account_id=None
                )
        async with database.snapshot() as session:
            found = await queries.fair_by_id(session, fair_id)
    zone, table = found.zone, found.timetable
    out.print(f"{found.name} terbit di /{found.slug}.")
    out.print(f"Dibuka  {moment(table.opens_at, 'id', zone)}")
    out.print(f"Ditutup {moment(table.closes_at, 'id', zone)}")


@click.command(short_help="Tutup job fair dan bekukan angkanya.")
@click.argument("fair")
@click.option("--reason", default="", help="Alasan, wajib bila menutup sebelum waktunya.")
@command
async def close(fair: str, reason: str) -> None:
    """Tutup FAIR: hentikan penerimaan, tunggu yang sudah masuk, lalu bekukan angkanya.

    Sebelum jam tutup dibutuhkan --reason. Menutup dua kali tidak mengubah apa pun.

    \b
    Contoh:
      jobfair close asahan-2022 --reason "Listrik padam di kantor"
    """
    settings, clock = read_settings(), AnchoredClock()
    async with ready_database(settings) as database:
        keys = read_keys(settings.keys)
        fair_id = await fair_id_of(database, fair)
        async with database.snapshot() as session:
            phase = (await queries.fair_by_id(session, fair_id)).phase(clock.now())
        if phase in (Phase.DRAFT, Phase.PUBLISHED):
            raise Refused("not_open", "Job fair ini belum dibuka.")
        if phase in (Phase.OPEN, Phase.PAUSED):
            async with database.transaction() as session:
                await actions.close_early(
                    session, fair_id=fair_id, reason=reason, now=clock.now(), account_id=None
                )
        if phase is not Phase.CLOSED:
            with out.status("Menunggu lamaran yang sudah masuk…"):
                await close_when_drained(
                    database, clock, None, keys=keys, fair_id=fair_id, account_id=None
                )
        async with database.snapshot() as session:
            closing = await closing_of(session, fair_id)
    assert closing is not None, "the latch and the frozen figures are set together"
    out.print(f"Ditutup. {closing.seq} lamaran, sidik {closing.sha256[:16]}…")


def _last_check(closing: FrozenClosing) -> str:
    checked = closing.checked
    if checked is None:
        return "Belum diperiksa ulang sesudah dikunci. Jalankan: jobfair check"
    at = moment(checked.at, "id", ZoneInfo(closing.record.fair.time_zone))
    if checked.differences:
        return f"Pemeriksaan terakhir {at}: BERBEDA di {checked.differences} tempat."
    later = f"; {checked.changed} hal berubah sesudah dibekukan" if checked.changed else ""
    return f"Pemeriksaan terakhir {at}: cocok{later}."


@click.command(short_help="Cetak rekap, lembar media, dan CSV.")
@click.argument("fair")
@click.option(
    "--out", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path("out"),
    show_default=True, help="Folder untuk berkasnya.",
)  # fmt: skip
@command
async def report(fair: str, folder: Path) -> None:
    """Cetak rekap penutupan FAIR dari angka yang dibekukan: PDF, lembar media, dan CSV.

    Dengan program dan alamat situs yang sama, isinya sama sampai bita terakhir. Rekap menolak
    dicetak bila tanda tangannya tidak sah, atau bila saat dikunci angkanya tidak cocok dengan
    hitung ulang. Baris lamaran tidak dihitung ulang di sini; itu dilakukan `jobfair check`, dan
    hasil terakhirnya disebut.

    \b
    Contoh:
      jobfair report asahan-2022 --out rekap
    """
    settings = read_settings()
    async with ready_database(settings) as database:
        fair_id = await fair_id_of(database, fair)
        async with database.snapshot() as session:
            trusted = read_keys(settings.keys).public_key
            closing = await closing_of(session, fair_id, trusted=trusted)
    if closing is None:
        fail("job fair ini belum ditutup, jadi belum ada rekapnya.", CHECK_FAILED)
        return
    if is_loopback(settings.base_url):
        out.print(
            f"Catatan: alamat {settings.base_url} tercetak di kertas dan kode QR-nya, padahal "
            "hanya berlaku di komputer ini. Setel JOBFAIR_BASE_URL lalu cetak lagi."
        )
    with out.status("Mencetak…"):
        written = await write_edition(closing, folder, base_url=settings.base_url)
    for path, mark in written:
        out.print(f"{path}  {mark}")
    out.print(_last_check(closing))
