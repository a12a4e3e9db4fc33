"""The one record of a closed fair, counted from its rows. What is printed comes from it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from jobfair.applications.rules import Stage
from jobfair.companies.rules import KBLI_2020
from jobfair.db import Session
from jobfair.fairs.queries import windows_of
from jobfair.fairs.rules.state import FairState
from jobfair.positions.rules import KBJI
from jobfair.regions import regency_name
from jobfair.tally.queries import counts
from jobfair.tally.queries.counters import FairTally, tally_fair
from jobfair.tally.queries.digests import digest_rows
from jobfair.tally.queries.recount import Counted, count_fair, count_hours, differences
from jobfair.tally.rules import tables
from jobfair.tally.rules.counted import Cell
from jobfair.tally.rules.facts import FairFacts, OfficeFacts
from jobfair.tally.rules.listing import short_positions, top_positions
from jobfair.tally.rules.record import (
    FORMAT,
    Day,
    Disability,
    Disagreement,
    Edition,
    Figures,
    Hour,
    Reconciled,
    Reconciliation,
    Record,
    WindowChange,
    WindowFacts,
)

KBJI_2026 = 2026
"""Since then; the ten main groups are those of KBJI 2014, which was in force before."""
SECTOR_NAMES = {"formal": "Formal", "informal": "Informal"}
NUMBERS = ("companies", "positions", "openings", "applicants", "applications")
Hours = Mapping[datetime, tuple[int, int]]


def schemes(year: int) -> dict[str, str]:
    """Return the names of the code lists, as they were called in a year."""
    kbji = "KBJI 2026" if year >= KBJI_2026 else "KBJI 2014"
    return {
        "kbli": "KBLI 2020 (Peraturan BPS 2/2020), kategori",
        "kbji": f"{kbji} (BPS), golongan pokok",
        "regions": "Kode wilayah Kementerian Dalam Negeri (Kepmendagri 300.2.2-2138/2025)",
        "age": "Kelompok usia lima tahunan",
        "education": "Pendidikan terakhir, dikelompokkan",
    }


async def record_of(
    session: Session, fair: FairState, *, now: datetime, edition: int = 1
) -> Record:
    """Return the record of a fair as its rows stand in this transaction.

    Numbers are counted from the rows; ``reconciliation`` holds them against the kept ones.
    ``now`` stands for the latch instant as long as the latch is not set.
    """
    regency = fair.office.regency
    last_day = fair.last_day
    cells = await counts.count_people(session, fair.id)
    reached = await counts.count_applications(session, fair.id)
    visitors = await counts.count_company_applicants(session, fair.id)
    offered = await counts.offers(session, fair.id)
    hours = await count_hours(session, fair.id)
    counted = await count_fair(session, fair.id)
    kept = await tally_fair(session, fair.id, now=now)
    positions = tables.positions(offered, reached)
    stages = {str(stage): sum(r.n for r in reached if r.stage is stage) for stage in Stage}
    return Record(
        format=FORMAT,
        edition=Edition(edition),
        fair=_fair(fair),
        office=_office(fair),
        window=await _window(session, fair, now=now, last_day=last_day, seq=kept.seq),
        figures=_figures(counted, cells, stages),
        sectors=tables.grouped(positions, "sector", SECTOR_NAMES),
        days=_days(fair, hours, last_day),
        hours=_hours_of_day(fair, hours),
        stages=stages,
        funnel=tables.funnel(cells, reached, regency),
        education=tables.education(cells),
        age=tables.age(cells),
        residence=tables.residence(cells, regency),
        companies=tables.companies(offered, positions, visitors),
        positions=positions,
        top_positions=top_positions(positions),
        short_positions=short_positions(positions),
        kbli=tables.grouped(positions, "kbli", KBLI_2020),
        kbji=tables.grouped(positions, "kbji", KBJI),
        disability=Disability(
            applicants=sum(cell.applicants for cell in cells if cell.disabled),
            positions=sum(row.disability_friendly for row in positions if row.takes_part),
        ),
        reconciliation=await _reconciliation(session, fair.id, kept, counted),
        schemes=schemes(last_day.year),
        rows=await digest_rows(session, fair.id),
    )


def _fair(fair: FairState) -> FairFacts:
    return FairFacts(
        slug=fair.slug,
        name=fair.name,
        short_name=fair.short_name,
        time_zone=fair.time_zone,
        residence_policy=fair.residence_policy,
        residence_basis=fair.residence_basis,
        minimum_age=fair.minimum_age,
        applications_per_applicant=fair.applications_per_applicant,
        reporting_days=fair.reporting_days,
        sample=int(fair.sample),
        recap=fair.recap,
    )


def _office(fair: FairState) -> OfficeFacts:
    office = fair.office
    return OfficeFacts(
        name=office.name,
        short_name=office.short_name,
        regency=office.regency,
        regency_name=regency_name(office.regency) or office.regency,
        city=office.city,
        address=office.address,
        phone=office.phone,
        whatsapp=office.whatsapp,
        email=office.email,
        website=office.website,
        letterhead=tuple(office.letterhead),
    )


async def _window(
    session: Session, fair: FairState, *, now: datetime, last_day: date, seq: int
) -> WindowFacts:
    def text(at: datetime | None) -> str:
        return at.isoformat(timespec="microseconds") if at else ""

    return WindowFacts(
        opens_at=text(fair.timetable.opens_at),
        closes_at=text(fair.timetable.closes_at),
        latched_at=text(fair.latched_at or now),
        latch_seq=seq,
        last_day=last_day.isoformat(),
        history=tuple(
            WindowChange(
                ordinal=window.ordinal,
                opens_at=text(window.opens_at),
                closes_at=text(window.closes_at),
                paused_from=text(window.paused_from),
                made_at=text(window.made_at),
                reason=window.reason,
            )
            for window in await windows_of(session, fair.id)
        ),
    )


def _figures(counted: Counted, cells: Sequence[Cell], stages: Mapping[str, int]) -> Figures:
    return Figures(
        companies=counted.companies,
        positions=counted.positions,
        openings=counted.openings,
        applicants=counted.applicants,
        applications=counted.applications,
        withdrawn=stages[Stage.WITHDRAWN],
        most_by_one=max((cell.most for cell in cells), default=0),
    )


def _days(fair: FairState, hours: Hours, last_day: date) -> tuple[Day, ...]:
    first = fair.timetable.opens_at.astimezone(fair.zone).date()
    sums = {first + timedelta(days=at): [0, 0] for at in range((last_day - first).days + 1)}
    for hour, pair in hours.items():
        day = sums.setdefault(hour.astimezone(fair.zone).date(), [0, 0])
        day[0] += pair[0]
        day[1] += pair[1]
    return tuple(Day(day.isoformat(), n, new) for day, (n, new) in sorted(sums.items()))


def _hours_of_day(fair: FairState, hours: Hours) -> tuple[Hour, ...]:
    sums = dict.fromkeys(range(24), 0)
    for hour, (n, _) in hours.items():
        sums[hour.astimezone(fair.zone).hour] += n
    return tuple(Hour(hour, n) for hour, n in sums.items())


async def _reconciliation(
    session: Session, fair_id: int, kept: FairTally, counted: Counted
) -> Reconciliation:
    return Reconciliation(
        tuple(Reconciled(name, getattr(kept, name), getattr(counted, name)) for name in NUMBERS),
        tuple(
            Disagreement(**asdict(one), sentence=str(one))
            for one in await differences(session, fair_id)
        ),
    )
