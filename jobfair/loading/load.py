"""Loading a fair folder into the database, all of it or nothing."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from jobfair.db import Clash, Database
from jobfair.errors import NotFound, Refused
from jobfair.fairday.actions.importing import AlreadyOpen, define_fair
from jobfair.fairday.rules import Change, FairDefinition
from jobfair.fairs.actions import publish_fair
from jobfair.fairs.queries import fair_by_slug
from jobfair.fairs.rules import Phase
from jobfair.fairs.rules.state import FairState
from jobfair.loading.fairfile import FILE, moved, read_fair_file, shift_to_day
from jobfair.loading.listings import read_listings
from jobfair.loading.mistakes import Mistake, Problems, shortened

FOLDER_ADVICE = "Periksa alamat folder. Di dalamnya harus ada fair.toml."
ONLY_TEXTS = (
    "Kembalikan seperti semula. Sesudah dibuka, hanya [texts], [recap], [[signatory]], [media], "
    "kop, dan kontak kantor yang dapat diubah."
)
ORDER = ("fair", "companies", "positions")
REFUSED_KEYS = {"other_office": "office.slug", "prefix_taken": "fair.receipt_prefix"}
"""Which key of ``fair.toml`` a refusal of the stored fairs is about."""
SUBJECTS = {"company": "companies", "position": "positions"}


@dataclass(frozen=True)
class Report:
    """What loading found and did. With mistakes nothing was changed."""

    slug: str
    mistakes: tuple[Mistake, ...]
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    shift: timedelta
    """How far the hours of the file were moved."""


def _order_of(file: str) -> int:
    stem = Path(file).stem.casefold()
    return ORDER.index(stem) if stem in ORDER else len(ORDER)


@dataclass
class _Reading:
    """What the folder says, and where."""

    problems: Problems
    definition: FairDefinition | None = None
    shift: timedelta = timedelta(0)
    places: dict[tuple[str, str], tuple[str, int | None]] | None = None
    """Subject and slug (for the fair: subject and key) to file and row."""

    def report(self, changes: Iterable[Change] = ()) -> Report:
        ordered = sorted(
            self.problems.mistakes, key=lambda one: (_order_of(one.file), one.row or 0)
        )
        return Report(
            slug=self.definition.fair.slug if self.definition else "",
            mistakes=tuple(ordered),
            changes=tuple(changes),
            notes=tuple(self.problems.notes),
            shift=self.shift,
        )

    def wrong(self, key: str, what: str, todo: str = "", *, value: str | None = None) -> None:
        """Keep a mistake of one key of ``fair.toml``."""
        row = (self.places or {}).get(("key", key), (FILE, None))[1]
        table, name = key.split(".")
        shown = getattr(getattr(self.definition, table), name) if value is None else value
        self.problems.add(FILE, what, todo, row=row, column=key, value=shown)

    def place(self, change: Change) -> tuple[str, int | None]:
        places = self.places or {}
        if change.subject in SUBJECTS:
            files = [
                file for (subject, _), (file, _) in places.items() if subject == change.subject
            ]
            fallback = files[0] if files else f"{SUBJECTS[change.subject]}.csv"
            return places.get((change.subject, change.slug), (fallback, None))
        return places.get(("key", _path(change)), (FILE, None))


def _path(change: Change) -> str:
    """Return where a field of the office, the fair or its window stands in ``fair.toml``."""
    table = "office" if change.subject == "office" else "fair"
    return f"{table}.{change.field}"


def _read(folder: Path, *, now: datetime, shift: timedelta, today_is_day: int | None) -> _Reading:
    problems = Problems()
    if not folder.is_dir():
        problems.add(folder.name, "Folder ini tidak ada.", FOLDER_ADVICE)
        return _Reading(problems)
    fair = read_fair_file(folder, problems)
    companies, positions = read_listings(folder, problems)
    if fair is None:
        return _Reading(problems)
    places: dict[tuple[str, str], tuple[str, int | None]] = {
        ("key", path): (FILE, row) for path, row in fair.lines.items()
    }
    places |= {("company", one.details.slug): (row.file, row.number) for one, row in companies}
    places |= {("position", one.details.slug): (row.file, row.number) for one, row in positions}
    if today_is_day is not None:
        shift = shift_to_day(fair.definition, now=now, day=today_is_day)
    definition = replace(
        moved(fair.definition, shift),
        companies=tuple(one for one, _ in companies),
        positions=tuple(one for one, _ in positions),
    )
    return _Reading(problems, definition, shift, places)


async def _stored(database: Database, slug: str) -> FairState | None:
    async with database.snapshot() as session:
        try:
            return await fair_by_slug(session, slug)
        except NotFound:
            return None


def _check_opening(
    reading: _Reading,
    definition: FairDefinition,
    found: FairState | None,
    *,
    now: datetime,
    publish: bool,
) -> None:
    """Let nobody publish a fair that has opened already; a sample may be in the middle of it."""
    phase = found.phase(now) if found else Phase.DRAFT
    opens_at = definition.fair.window.opens_at
    if definition.fair.sample or phase not in (Phase.DRAFT, Phase.PUBLISHED) or opens_at > now:
        return
    if publish or phase is Phase.PUBLISHED:
        reading.wrong(
            "fair.opens_at",
            "Jam buka ini sudah lewat.",
            "Tulis jam buka yang akan datang.",
            value=opens_at.isoformat(),
        )
    else:
        reading.problems.note("Jam buka di fair.toml sudah lewat; ubah sebelum menerbitkan.")


def _tell_forbidden(reading: _Reading, forbidden: Iterable[Change]) -> None:
    for one in forbidden:
        file, row = reading.place(one)
        column = one.field if one.subject in SUBJECTS else _path(one)
        if one.act == "add":
            what = f"Job fair sudah dibuka: “{one.slug}” tidak dapat ditambahkan."
        elif one.act == "withdraw":
            what = f"Job fair sudah dibuka: “{one.slug}” tidak dapat dihapus."
        else:
            was = shortened(str(one.before))
            what = f"Job fair sudah dibuka: {column} “{one.slug}” tidak dapat diubah dari “{was}”."
        value = "" if one.after is None else str(one.after)
        reading.problems.add(
            file, what, ONLY_TEXTS, row=row, column=column if one.field else "slug", value=value
        )


def _tell_kept(reading: _Reading, kept: Iterable[Change]) -> None:
    for one in kept:
        what = {"verified": "verifikasi", "": "penarikan jabatan"}.get(one.field, "jadwal")
        reading.problems.note(
            f"“{one.slug}”: {what} sudah diatur panitia atau perusahaan, isi berkas tidak dipakai."
        )


async def load_fair(
    database: Database,
    folder: Path,
    *,
    now: datetime,
    shift: timedelta = timedelta(0),
    today_is_day: int | None = None,
    publish: bool = False,
) -> Report:
    """Define the fair of a folder, in one transaction, and publish it if asked.

    The hours of the file move by ``shift``, or so that today is ``today_is_day`` of the fair.
    Every mistake is in the report, and with one nothing is changed. The same files again change
    nothing. Until the fair opens its files are the boss; then only texts pass.
    """
    reading = await asyncio.to_thread(
        _read, folder, now=now, shift=shift, today_is_day=today_is_day
    )
    definition = reading.definition
    if definition is not None:
        found = await _stored(database, definition.fair.slug)
        _check_opening(reading, definition, found, now=now, publish=publish)
    if definition is None or reading.problems.mistakes:
        return reading.report()
    try:
        async with database.transaction() as session:
            done = await define_fair(session, definition=definition, now=now, account_id=None)
            changes = list(done.changes)
            if publish and (found is None or found.timetable.published_at is None):
                await publish_fair(session, fair_id=done.fair_id, now=now, account_id=None)
                changes.append(Change("fair", definition.fair.slug, "publish"))
    except AlreadyOpen as refusal:
        _tell_forbidden(reading, refusal.forbidden)
        return reading.report()
    except Refused as refusal:
        if refusal.code not in REFUSED_KEYS:
            raise
        reading.wrong(REFUSED_KEYS[refusal.code], str(refusal))
        return reading.report()
    except Clash:
        reading.problems.add(
            FILE, "Seseorang menyimpan job fair lain pada saat yang sama.", "Muat sekali lagi."
        )
        return reading.report()
    _tell_kept(reading, done.kept)
    return reading.report(changes)
