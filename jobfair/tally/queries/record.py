"""The one record of a closed fair: whole numbers, texts, lists. What is printed comes from it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from jobfair.applications.rules import Stage
from jobfair.companies.rules import KBLI_2020
from jobfair.db import Session
from jobfair.fairs.queries import windows_of
from jobfair.fairs.rules.state import FairState
from jobfair.positions.rules import KBJI
from jobfair.regions import regency_name
from jobfair.tally.queries import counts, tables
from jobfair.tally.queries.counters import FairTally, tally_fair
from jobfair.tally.queries.counts import Cell
from jobfair.tally.queries.recount import Counted, count_fair, count_hours, differences
from jobfair.tally.rules import short_positions, top_positions

SCHEMES = {
    "kbli": "KBLI 2020 (Peraturan BPS 2/2020), kategori",
    "kbji": "KBJI 2026 (BPS), golongan pokok",
    "regions": "Kode wilayah Kementerian Dalam Negeri (Kepmendagri 300.2.2-2138/2025)",
    "age": "Kelompok usia lima tahunan",
    "education": "Pendidikan terakhir, dikelompokkan",
}
SECTOR_NAMES = {"formal": "Formal", "informal": "Informal"}
Row = dict[str, Any]


async def record_of(
    session: Session, found: FairState, *, now: datetime, edition: int = 1
) -> dict[str, Any]:
    """Return the record of a fair as its rows stand in this transaction.

    Numbers are counted from the rows; ``reconciliation`` holds them against the kept ones. Only
    int, str, list and dict inside, so that its canonical JSON is the same everywhere. ``now``
    stands for the latch instant as long as the latch is not set.
    """
    fair = found
    zone, timetable = fair.zone, found.timetable
    last_day = (timetable.closes_at - timedelta(microseconds=1)).astimezone(zone).date()
    cells = await counts.count_people(session, fair.id, day=last_day)
    reached = await counts.count_applications(session, fair.id)
    visitors = await counts.count_company_applicants(session, fair.id)
    offered = await counts.offers(session, fair.id)
    hours = await count_hours(session, fair.id)
    counted = await count_fair(session, fair.id)
    kept = await tally_fair(session, fair.id, now=now)
    positions = tables.positions(offered, reached)
    stages = {str(stage): sum(r.n for r in reached if r.stage is stage) for stage in Stage}
    return {
        "format": 1,
        "edition": {"number": edition, "kind": "SEMENTARA"},
        "fair": _fair(found),
        "office": _office(found),
        "window": await _window(session, found, now=now, last_day=last_day, seq=kept.seq),
        "figures": _figures(counted, cells, stages),
        "sectors": tables.grouped(positions, "sector", SECTOR_NAMES),
        "days": _days(found, hours, last_day),
        "hours": _hours_of_day(found, hours),
        "stages": stages,
        "funnel": tables.funnel(cells, reached, fair.office.regency),
        "education": tables.education(cells),
        "age": tables.age(cells),
        "residence": tables.residence(cells, fair.office.regency),
        "companies": tables.companies(offered, positions, visitors),
        "positions": positions,
        "top_positions": top_positions(positions),
        "short_positions": short_positions(positions),
        "kbli": tables.grouped(positions, "kbli", KBLI_2020),
        "kbji": tables.grouped(positions, "kbji", KBJI),
        "disability": {
            "applicants": sum(cell.applicants for cell in cells if cell.disabled),
            "positions": sum(p["disability_friendly"] for p in positions if p["takes_part"]),
        },
        "reconciliation": await _reconciliation(session, fair.id, kept, counted),
        "schemes": SCHEMES,
    }


def _fair(found: FairState) -> Row:
    fair = found
    return {
        "slug": fair.slug,
        "name": fair.name,
        "short_name": fair.short_name,
        "time_zone": fair.time_zone,
        "residence_policy": fair.residence_policy,
        "residence_basis": fair.residence_basis,
        "minimum_age": fair.minimum_age,
        "applications_per_applicant": fair.applications_per_applicant,
        "reporting_days": fair.reporting_days,
        "sample": int(fair.sample),
        "recap": fair.recap,
    }


def _office(found: FairState) -> Row:
    office = found.office
    return {
        "name": office.name,
        "short_name": office.short_name,
        "regency": office.regency,
        "regency_name": regency_name(office.regency) or office.regency,
        "city": office.city,
        "address": office.address,
        "phone": office.phone,
        "whatsapp": office.whatsapp,
        "email": office.email,
        "website": office.website,
        "letterhead": list(office.letterhead),
    }


async def _window(
    session: Session, found: FairState, *, now: datetime, last_day: date, seq: int
) -> Row:
    def text(at: datetime | None) -> str:
        return at.isoformat(timespec="microseconds") if at else ""

    return {
        "opens_at": text(found.timetable.opens_at),
        "closes_at": text(found.timetable.closes_at),
        "latched_at": text(found.latched_at or now),
        "latch_seq": seq,
        "last_day": last_day.isoformat(),
        "history": [
            {
                "ordinal": window.ordinal,
                "opens_at": text(window.opens_at),
                "closes_at": text(window.closes_at),
                "paused_from": text(window.paused_from),
                "made_at": text(window.made_at),
                "reason": window.reason,
            }
            for window in await windows_of(session, found.id)
        ],
    }


def _figures(counted: Counted, cells: Sequence[Cell], stages: Mapping[str, int]) -> Row:
    return {
        "companies": counted.companies,
        "positions": counted.positions,
        "openings": counted.openings,
        "applicants": counted.applicants,
        "applications": counted.applications,
        "withdrawn": stages[Stage.WITHDRAWN],
        "most_by_one": max((cell.most for cell in cells), default=0),
    }


def _days(found: FairState, hours: Mapping[datetime, tuple[int, int]], last_day: date) -> list[Row]:
    zone = found.zone
    first = found.timetable.opens_at.astimezone(zone).date()
    sums = {first + timedelta(days=at): [0, 0] for at in range((last_day - first).days + 1)}
    for hour, pair in hours.items():
        day = sums.setdefault(hour.astimezone(zone).date(), [0, 0])
        day[0] += pair[0]
        day[1] += pair[1]
    return [
        {"date": day.isoformat(), "applications": n, "new_applicants": new}
        for day, (n, new) in sorted(sums.items())
    ]


def _hours_of_day(found: FairState, hours: Mapping[datetime, tuple[int, int]]) -> list[Row]:
    sums = dict.fromkeys(range(24), 0)
    for hour, (n, _) in hours.items():
        sums[hour.astimezone(found.zone).hour] += n
    return [{"hour": hour, "applications": n} for hour, n in sums.items()]


async def _reconciliation(session: Session, fair_id: int, kept: FairTally, counted: Counted) -> Row:
    names = ("companies", "positions", "openings", "applicants", "applications")
    return {
        "numbers": [
            {"what": name, "kept": getattr(kept, name), "counted": getattr(counted, name)}
            for name in names
        ],
        "differences": [
            {**asdict(one), "sentence": str(one)} for one in await differences(session, fair_id)
        ],
    }
