"""``jobfair replay``: a whole fair with its true dates, through the same door, onto paper."""

import asyncio
import contextlib
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import click
from rich.table import Table

from jobfair.app import create_app, make_services
from jobfair.cli.common import CHECK_FAILED, command, fail, out, ready_database
from jobfair.cli.migrate import prepare
from jobfair.cli.playing import Scenario, create_scenario, decide, play, submit
from jobfair.cli.progress import progress_bar
from jobfair.cli.serve import make_server
from jobfair.clock import AnchoredClock, ControlledClock
from jobfair.content import fair_folder
from jobfair.db import Database
from jobfair.errors import Refused
from jobfair.intake.closing import close_when_drained
from jobfair.intake.door import Door
from jobfair.keys import Keys, read_keys
from jobfair.loading import BadFiles, load_fair
from jobfair.loading.fairfile import read_fair_file
from jobfair.loading.mistakes import Problems
from jobfair.loading.people import SampleApplication
from jobfair.reporting.editions import write_edition
from jobfair.settings import Settings, read_settings
from jobfair.tally.queries.frozen import FrozenClosing, closing_of
from jobfair.tally.queries.recount import differences

RECOUNT = {
    "perusahaan": "select count(distinct position.company_id) from position "
    "join company on company.id = position.company_id where company.verified_at is not null",
    "jabatan": "select count(*) from position join company on company.id = position.company_id "
    "where company.verified_at is not null and position.withdrawn_at is null",
    "pelamar": "select count(distinct applicant_id) from application",
    "lamaran": "select count(*) from application",
}
"""Plain SQL, run by another library call than the program's own, on the file itself."""
FIGURES = {
    "perusahaan": "companies",
    "jabatan": "positions",
    "pelamar": "applicants",
    "lamaran": "applications",
}
REGISTER_BEFORE = timedelta(days=5)
REPEATS = 50
UNTRIED = "tidak dicoba, tidak ada lamaran yang tersisa"


@dataclass
class Probes:
    """The answers to applications sent at the edges of the window, and to repeated ones."""

    before_opening: str = UNTRIED
    at_closing: str = UNTRIED
    repeats: int = 0
    repeats_equal: int = 0

    @property
    def right(self) -> bool:
        """Tell whether every answer was the right one."""
        return (
            self.before_opening in {UNTRIED, "not_open"}
            and self.at_closing in {UNTRIED, "closed"}
            and self.repeats_equal == self.repeats
        )


def expected_totals(scenario: Scenario) -> dict[str, int]:
    """Return the four totals as the files say them."""
    sent = scenario.applications
    return {
        "perusahaan": len(set(scenario.companies.values())),
        "jabatan": len(scenario.positions),
        "pelamar": len({event.applicant for event in sent}),
        "lamaran": len(sent),
    }


def recount_by_sql(path: Path) -> dict[str, int]:
    """Return the four totals counted from the rows by plain SQL on the file."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return {name: connection.execute(sql).fetchone()[0] for name, sql in RECOUNT.items()}


async def _try(door: Door, scenario: Scenario, event: SampleApplication) -> str:
    """Hand in an application that must be refused; returns the code of the refusal."""
    try:
        await submit(door, scenario, event)
    except Refused as refusal:
        return refusal.code
    return "diterima"


def _unsent(scenario: Scenario) -> SampleApplication | None:
    """Return an application that is not in the files, if there is a pair that is not."""
    sent = {(event.applicant, event.position) for event in scenario.applications}
    for applicant, position in product(scenario.applicants, scenario.positions):
        if (applicant, position) not in sent:
            return SampleApplication(scenario.opens_at, applicant, position, ())
    return None


async def _repeat(door: Door, scenario: Scenario, probes: Probes) -> None:
    """Send the first applications again: each must get its first receipt."""
    for event in scenario.applications[:REPEATS]:
        first = scenario.receipts[event.applicant, event.position]
        again = await submit(door, scenario, event)
        probes.repeats += 1
        probes.repeats_equal += (again.number, again.seq) == (first.number, first.seq)


async def play_at_once(database: Database, scenario: Scenario, keys: Keys) -> Probes:
    """Play the fair without sleeping, try the edges of its window, and close it."""
    clock, probes = ControlledClock(scenario.opens_at - timedelta(microseconds=1)), Probes()
    door = Door(database, clock, keys)
    serving = asyncio.create_task(door.run())
    unsent = _unsent(scenario)
    early = unsent or next(iter(scenario.applications), None)
    if early is not None:
        probes.before_opening = await _try(door, scenario, early)
    with progress_bar("Memutar job fair", total=scenario.events) as advance:
        await play(database, door, clock, scenario, until=scenario.closes_at, advance=advance)
    await _repeat(door, scenario, probes)
    clock.move_to(scenario.closes_at)
    if unsent is not None:
        probes.at_closing = await _try(door, scenario, unsent)
    await close_when_drained(
        database, clock, door, keys=keys, fair_id=scenario.fair_id, account_id=None
    )
    serving.cancel()
    return probes


async def play_to_be_watched(settings: Settings, scenario: Scenario, speed: float) -> None:
    """Play the fair on a clock that runs ``speed`` times faster, served to browsers meanwhile."""
    clock = AnchoredClock(start=scenario.opens_at - timedelta(seconds=2 * speed), rate=speed)
    services = make_services(settings, clock=clock)
    server = make_server(create_app(services, settings), settings)
    serving = asyncio.create_task(server.serve())
    out.print(f"Tonton di {settings.base_url}/{scenario.slug} (Ctrl-C menghentikan)")
    try:
        for arriving, decisions in scenario.hours:
            for event in arriving:
                await clock.until(event.at)
                with contextlib.suppress(Refused):
                    await submit(services.door, scenario, event)
            await decide(services.database, scenario, decisions)
        await clock.until(scenario.closes_at + timedelta(seconds=2 * speed))
    finally:
        server.should_exit = True
        await serving


async def stage_fair(settings: Settings, database: Database, folder: Path) -> Scenario:
    """Load the fair as it was before its opening, and let its people register."""
    problems = Problems()
    told = read_fair_file(folder, problems)
    if told is None:
        raise BadFiles(problems.mistakes)
    before = told.definition.fair.window.opens_at - REGISTER_BEFORE
    report = await load_fair(database, folder, now=before, publish=True)
    if report.mistakes:
        raise BadFiles(report.mistakes)
    return await create_scenario(
        database, read_keys(settings.keys), folder, slug=report.slug, shift=timedelta(0), now=before
    )


def _agree(totals: dict[str, dict[str, int]]) -> bool:
    first, *others = totals.values()
    return all(other == first for other in others)


def _show(totals: dict[str, dict[str, int]], probes: Probes | None) -> None:
    table = Table("", *(name for name in totals), title="Ringkasan")
    for name in FIGURES:
        counts = [f"{column[name]:,}".replace(",", ".") for column in totals.values()]
        table.add_row(name, *counts)
    out.print(table)
    if probes:
        out.print(
            f"Sebelum dibuka: {probes.before_opening}. Tepat saat tutup: {probes.at_closing}."
        )
        out.print(f"Kirim ulang: {probes.repeats_equal} dari {probes.repeats} bukti yang sama.")


async def _print_twice(closing: FrozenClosing, folder: Path, base_url: str) -> list[str]:
    """Print all files twice, in processes of their own; returns the names that differ."""
    with tempfile.TemporaryDirectory() as elsewhere:
        first, second = await asyncio.gather(
            write_edition(closing, folder, base_url=base_url),
            write_edition(closing, Path(elsewhere), base_url=base_url),
        )
    for path, mark in first:
        out.print(f"{mark}  {path}")
    return [one[0].name for one, two in zip(first, second, strict=True) if one[1] != two[1]]


@click.command(short_help="Putar satu job fair dari berkasnya dan cetak rekapnya.")
@click.argument("folder")
@click.option(
    "--out", "into", type=click.Path(file_okay=False, path_type=Path), default=Path("out"),
    show_default=True, help="Folder untuk PDF, CSV, dan basis datanya.",
)  # fmt: skip
@click.option(
    "--speed", type=click.FloatRange(min=1), default=None,
    help="Layani juga di peramban, dengan waktu sekian kali lebih cepat (3600: satu jam sedetik).",
)  # fmt: skip
@command
async def replay(folder: str, into: Path, speed: float | None) -> None:
    """Putar job fair di FOLDER dengan tanggal aslinya, lewat pintu yang sama dengan aslinya.

    Lamaran masuk pada detiknya masing-masing (jam dikendalikan, tanpa menunggu), tepi jendela
    dicoba, job fair ditutup, baris dihitung ulang dengan SQL terpisah, lalu rekap, lampiran,
    lembar media, dan CSV dicetak dua kali dan dibandingkan. Keluar dengan kode 1 bila ada yang
    tidak cocok.

    \b
    Contoh:
      jobfair replay events/asahan-2022 --out out
      jobfair replay events/asahan-2022 --speed 3600
    """
    given = read_settings()
    data = into / "data"
    shutil.rmtree(data, ignore_errors=True)
    settings = replace(given, data=data, database_url="", key_file="")
    await prepare(settings)
    probes: Probes | None = None
    async with ready_database(settings) as database:
        scenario = await stage_fair(settings, database, fair_folder(folder))
        if speed is None:
            probes = await play_at_once(database, scenario, read_keys(settings.keys))
    if speed is not None:
        await play_to_be_watched(settings, scenario, speed)
    async with ready_database(settings) as database, database.snapshot() as session:
        wrong = await differences(session, scenario.fair_id)
        closing = await closing_of(session, scenario.fair_id)
    if closing is None:
        fail("job fair belum sampai ke penutupannya, jadi belum ada rekap.", CHECK_FAILED)
        return
    main = closing.record.figures
    totals = {
        "berkas": expected_totals(scenario),
        "rekap": {name: getattr(main, key) for name, key in FIGURES.items()},
        "SQL": recount_by_sql(data / "jobfair.sqlite"),
    }
    with out.status("Mencetak dua kali…"):
        changed = await _print_twice(closing, into, settings.base_url)
    _show(totals, probes)
    edges = probes is None or probes.right
    if wrong or changed or not _agree(totals) or not edges:
        fail(f"tidak cocok: {wrong or changed or 'lihat tabel di atas'}", CHECK_FAILED)
    out.print("Cocok: berkas, rekap, dan hitung ulang SQL sama; dua cetakan sama sampai bita.")
