"""Counting everything again from the rows, to hold it against what is kept.

The database does the counting; what comes back are sums and the first few rows that disagree.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from jobfair.applications.models import Application, FairApplicant, HourTally, StageTally
from jobfair.applications.rules import STAGE_NAMES
from jobfair.companies.models import Company
from jobfair.db import Session
from jobfair.fairs.queries import fair_by_id
from jobfair.fairs.rules.state import CountedFair
from jobfair.positions.models import Position
from jobfair.tally.queries.rows import (
    SHOWN,
    Difference,
    check_instants,
    check_receipts,
    check_sequence,
)
from jobfair.tally.queries.words import UtcHour


@dataclass(frozen=True)
class Counted:
    """The four numbers of a fair, and the openings, counted from the rows."""

    companies: int
    positions: int
    openings: int
    applicants: int
    applications: int


async def count_fair(session: Session, fair_id: int) -> Counted:
    """Count a fair from the rows of the ledger, the positions and the companies."""
    ledger = (
        await session.execute(
            select(
                func.count().label("applications"),
                func.count(func.distinct(Application.applicant_id)).label("applicants"),
            ).where(Application.fair_id == fair_id)
        )
    ).one()
    offered = (
        select(Position.company_id, Position.openings)
        .where(
            Position.fair_id == fair_id,
            Position.withdrawn_at.is_(None),
            Position.company_id.in_(select(Company.id).where(Company.verified_at.is_not(None))),
        )
        .subquery()
    )
    per_company = (
        select(func.count().label("positions"), func.sum(offered.c.openings).label("openings"))
        .group_by(offered.c.company_id)
        .subquery()
    )
    offer = (
        await session.execute(
            select(
                func.count().label("companies"),
                func.coalesce(func.sum(per_company.c.positions), 0).label("positions"),
                func.coalesce(func.sum(per_company.c.openings), 0).label("openings"),
            ).select_from(per_company)
        )
    ).one()
    return Counted(
        companies=offer.companies,
        positions=int(offer.positions),
        openings=int(offer.openings),
        applicants=ledger.applicants,
        applications=ledger.applications,
    )


async def differences(session: Session, fair_id: int) -> list[Difference]:
    """Return every disagreement between the kept numbers of a fair and its rows.

    Empty means that all of it agrees: the counters, each tally, the gap-free sequence, the
    window, the receipts, and after the closing the latch.

    Raises:
        NotFound: there is no such fair.

    """
    found = await fair_by_id(session, fair_id)
    return [
        *await _counters(session, found),
        *await check_sequence(session, found),
        *await _stages(session, fair_id),
        *await _applicants(session, fair_id),
        *await _hours(session, found),
        *await check_instants(session, found),
        *await check_receipts(session, found),
    ]


async def _counters(session: Session, fair: CountedFair) -> list[Difference]:
    counted = await count_fair(session, fair.id)
    pairs = (
        ("Penghitung lamaran", fair.ledger_seq, counted.applications),
        ("Penghitung pelamar", fair.applicants, counted.applicants),
    )
    return [Difference(what, fair.name, kept, n) for what, kept, n in pairs if kept != n]


def _compare(
    what: str, kept: Mapping[str, int], counted: Mapping[str, int]
) -> Iterable[Difference]:
    for where in sorted(kept.keys() | counted.keys()):
        if kept.get(where, 0) != counted.get(where, 0):
            yield Difference(what, where, kept.get(where, 0), counted.get(where, 0))


async def _stages(session: Session, fair_id: int) -> Iterable[Difference]:
    label = (Company.name, Position.title, Position.slug)
    kept = await session.execute(
        select(*label, StageTally.stage, StageTally.n)
        .join(Position, Position.id == StageTally.position_id)
        .join(Company, Company.id == Position.company_id)
        .where(Position.fair_id == fair_id)
    )
    per_stage = (
        select(Application.position_id, Application.stage, func.count().label("n"))
        .where(Application.fair_id == fair_id)
        .group_by(Application.position_id, Application.stage)
        .subquery()
    )
    counted = await session.execute(
        select(*label, per_stage.c.stage, per_stage.c.n)
        .join(Position, Position.id == per_stage.c.position_id)
        .join(Company, Company.id == Position.company_id)
    )

    def named(rows: Iterable[Any]) -> dict[str, int]:
        return {
            f"jabatan {title} ({slug}) di {company}, tahap {STAGE_NAMES[stage]}": n
            for company, title, slug, stage, n in rows
        }

    return _compare("Lamaran per jabatan dan tahap", named(kept), named(counted))


async def _applicants(session: Session, fair_id: int) -> list[Difference]:
    rows = (
        select(Application.applicant_id, func.count().label("n"))
        .where(Application.fair_id == fair_id)
        .group_by(Application.applicant_id)
        .subquery()
    )
    kept = (
        select(FairApplicant.applicant_id, FairApplicant.applications.label("n"))
        .where(FairApplicant.fair_id == fair_id)
        .subquery()
    )
    zero = func.coalesce(kept.c.n, 0)
    wrong = (
        select(rows.c.applicant_id.label("who"), zero.label("kept"), rows.c.n.label("counted"))
        .outerjoin(kept, kept.c.applicant_id == rows.c.applicant_id)
        .where(zero != rows.c.n)
    )
    left_over = (
        select(kept.c.applicant_id.label("who"), kept.c.n.label("kept"))
        .add_columns(func.coalesce(rows.c.n, 0).label("counted"))
        .outerjoin(rows, rows.c.applicant_id == kept.c.applicant_id)
        .where(rows.c.applicant_id.is_(None))
    )
    found = []
    for query in (wrong, left_over):
        found += [
            Difference("Lamaran per pelamar", f"pelamar nomor {row.who}", row.kept, row.counted)
            for row in await session.execute(query.order_by("who").limit(SHOWN))
        ]
    return found


async def _hours(session: Session, fair: CountedFair) -> Iterable[Difference]:
    kept = await session.execute(
        select(HourTally.hour, HourTally.applications, HourTally.new_applicants).where(
            HourTally.fair_id == fair.id
        )
    )
    counted = await count_hours(session, fair.id)

    def named(hour: datetime, what: str) -> str:
        return f"{what}, jam {hour.astimezone(fair.zone):%Y-%m-%d %H}.00"

    return _compare(
        "Lamaran per jam",
        {
            named(row.hour, what): n
            for row in kept
            for what, n in (("lamaran", row.applications), ("pelamar baru", row.new_applicants))
        },
        {
            named(hour, what): n
            for hour, pair in counted.items()
            for what, n in zip(("lamaran", "pelamar baru"), pair, strict=True)
        },
    )


async def count_hours(session: Session, fair_id: int) -> dict[datetime, tuple[int, int]]:
    """Return applications and first-time applicants per UTC hour, counted from the rows.

    A first application is the one with the lowest sequence of its applicant. Two statements, for
    SQLite would answer a join of both in quadratic time.
    """
    firsts = (
        select(func.min(Application.seq))
        .where(Application.fair_id == fair_id)
        .group_by(Application.applicant_id)
    )

    async def per_hour(*which: ColumnElement[bool]) -> dict[str, int]:
        rows = (
            select(UtcHour(Application.received_at).label("hour"))
            .where(Application.fair_id == fair_id, *which)
            .subquery()
        )
        found = await session.execute(select(rows.c.hour, func.count()).group_by(rows.c.hour))
        return {hour: n for hour, n in found}  # noqa: C416 - rows, not pairs

    sent, new = await per_hour(), await per_hour(Application.seq.in_(firsts))
    return {
        datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC): (n, new.get(hour, 0))
        for hour, n in sent.items()
    }
