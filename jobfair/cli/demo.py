"""``jobfair demo``: a living fair on this machine, from one command."""

import asyncio
import contextlib
import random
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from jobfair.app import create_app, make_services
from jobfair.cli.common import command, out, ready_database
from jobfair.cli.migrate import prepare
from jobfair.cli.playing import Scenario, create_scenario, find_scenario, play, submit
from jobfair.cli.progress import progress_bar
from jobfair.cli.serve import make_server
from jobfair.clock import ControlledClock
from jobfair.content import fair_folder
from jobfair.db import Database
from jobfair.errors import JobFairError, NotFound
from jobfair.fairs.queries import fair_by_slug
from jobfair.fairs.rules import Phase, day_of
from jobfair.fairs.rules.state import FairState
from jobfair.intake.door import Door
from jobfair.keys import read_keys
from jobfair.loading import load_fair
from jobfair.loading.people import read_applicants
from jobfair.loading.show import show_report
from jobfair.people.actions import add_staff
from jobfair.people.rules import Role
from jobfair.settings import Settings, read_settings
from jobfair.web.http.dependencies import Services
from jobfair.web.http.passwords import Passwords

FAIR = "asahan-2022"
PASSWORD = "contoh-2022"  # noqa: S105 - printed on the screen; the demo listens on loopback only
ORGANISER = "panitia@contoh.id"
REVIEWER = "peninjau@contoh.id"
DAY = 5
"""Today is this day of the fair."""
PREPARED = timedelta(days=21)
"""So long ago the fair was loaded and published."""
PAUSE = (0.5, 4.0)
"""Seconds between two synthetic applications while the demo runs."""


def _busiest(scenario: Scenario) -> int:
    """Return the company with the most applications in the files."""
    counts: dict[int, int] = {}
    for event in scenario.applications:
        company = scenario.companies[event.position]
        counts[company] = counts.get(company, 0) + 1
    return max(counts, key=lambda company: counts[company])


async def _add_staff(
    database: Database, settings: Settings, scenario: Scenario, now: datetime
) -> None:
    keys, hashed = read_keys(settings.keys), Passwords().hash_now(PASSWORD)
    async with database.transaction() as session:
        office_id = (await fair_by_slug(session, scenario.slug)).office_id
        await add_staff(
            session, keys=keys, role=Role.ORGANISER, name="Lina Marlina", email=ORGANISER,
            password_hash=hashed, now=now, by=None, office_id=office_id,
        )  # fmt: skip
        await add_staff(
            session, keys=keys, role=Role.REVIEWER, name="Rina Pratiwi", email=REVIEWER,
            password_hash=hashed, now=now, by=None, company_id=_busiest(scenario),
        )  # fmt: skip


async def build_demo(settings: Settings, folder: Path, *, now: datetime) -> None:
    """Make the demo's database anew: the fair shifted so that today is its fifth day.

    What the files say of the days before ``now`` is played through the door.
    """
    shutil.rmtree(settings.data, ignore_errors=True)
    await prepare(settings)
    async with ready_database(settings) as database:
        report = await load_fair(
            database, folder, now=now - PREPARED, today_is_day=DAY - PREPARED.days, publish=True
        )
        if report.mistakes:
            show_report(report, out)
            raise JobFairError("Folder contoh tidak dapat dimuat.")
        scenario = await create_scenario(
            database, read_keys(settings.keys), folder, slug=report.slug, shift=report.shift,
            now=now - PREPARED, password_hash=Passwords().hash_now(PASSWORD),
        )  # fmt: skip
        await _add_staff(database, settings, scenario, now)
        clock = ControlledClock(now)
        door = Door(database, clock, read_keys(settings.keys))
        serving = asyncio.create_task(door.run())
        with progress_bar("Memutar hari-hari yang sudah lewat", total=scenario.events) as advance:
            await play(database, door, clock, scenario, until=now, advance=advance)
        serving.cancel()


async def _fair_of_today(settings: Settings) -> FairState | None:
    """Return the demo's fair if it is there, open, and today is its fifth day."""
    if not (settings.data / "jobfair.sqlite").exists() or not settings.keys.exists():
        return None
    now = datetime.now(UTC)
    with contextlib.suppress(JobFairError):
        async with ready_database(settings) as database, database.snapshot() as session:
            with contextlib.suppress(NotFound):
                found = await fair_by_slug(session, FAIR)
                today, _ = day_of(now, found.timetable, found.zone)
                running = found.phase(now) in (Phase.OPEN, Phase.PAUSED)
                return found if running and today == DAY else None
    return None


async def _trickle(services: Services, folder: Path) -> None:
    """Let the applications of the days still to come arrive now, one after another."""
    scenario = await find_scenario(services.database, services.keys, folder, slug=FAIR)
    for event in scenario.applications:
        if event.at + scenario.shift <= services.clock.now():
            continue
        await asyncio.sleep(random.uniform(*PAUSE))  # noqa: S311 - a pause, no secret
        with contextlib.suppress(JobFairError):
            await submit(services.door, scenario, event)


def _tell(settings: Settings, folder: Path) -> None:
    nik = read_applicants(folder)[0].facts.nik.digits
    address = settings.base_url
    out.print(f"\n[bold]{address}/{FAIR}[/]  job fair contoh (orang dan perusahaannya rekaan)")
    out.print(f"{address}/{FAIR}/dinding  layar besar")
    out.print(f"\nMasuk di {address}/masuk, kata sandi semuanya [bold]{PASSWORD}[/]")
    out.print(f"  pelamar   {nik}  (NIK rekaan)")
    out.print(f"  peninjau  {REVIEWER}  lalu {address}/meja")
    out.print(f"  panitia   {ORGANISER}  lalu {address}/kendali")
    out.print("\nCtrl-C menghentikan.")


@click.command(short_help="Jalankan job fair contoh di komputer ini.")
@click.option("--fresh", is_flag=True, help="Buang yang ada dan mulai dari awal.")
@command
async def demo(fresh: bool) -> None:
    """Jalankan job fair contoh: Asahan 2022, digeser sehingga hari ini hari ke-5 dari 8.

    Pelamar rekaan terus melamar, jadi angkanya bergerak. Kali kedua langsung mulai dengan data
    yang ada, selama masih hari yang sama.

    \b
    Contoh:
      jobfair demo
      PORT=9000 jobfair demo --fresh
    """
    given = read_settings()
    settings = replace(
        given,
        data=given.data / "demo",
        database_url="",
        key_file="",
        documents="",
        documents_access="",
        documents_secret="",
        smtp_host="",
        smtp_user="",
        smtp_password="",
        mail_folder=str(given.data / "demo" / "surel"),
        gateway_url="",
        host="127.0.0.1",
        base_url=f"http://127.0.0.1:{given.port}",
    )
    folder = fair_folder(FAIR)
    if fresh or await _fair_of_today(settings) is None:
        await build_demo(settings, folder, now=datetime.now(UTC))
    services = make_services(settings)
    server = make_server(create_app(services, settings), settings)
    _tell(settings, folder)
    trickle = asyncio.create_task(_trickle(services, folder))
    try:
        await server.serve()
    finally:
        trickle.cancel()
