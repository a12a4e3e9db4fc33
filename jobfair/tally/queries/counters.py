"""The kept numbers: each costs the same at 600 and at 600,000 applications."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, true

from jobfair.applications.models import Application, HourTally, StageTally
from jobfair.applications.rules import Stage
from jobfair.companies.models import Company
from jobfair.db import PreparedLookup, Session
from jobfair.fairs.models import Fair
from jobfair.fairs.rules import Phase
from jobfair.fairs.rules.state import CountedFair, FairState
from jobfair.positions.models import Position
from jobfair.tally.rules.hours import HourCount, days_of_fair, hours_of_day


@dataclass(frozen=True)
class FairTally:
    """The four numbers of a fair, true at ledger sequence ``seq``."""

    fair_id: int
    seq: int
    as_of: datetime
    """When they were read."""
    companies: int
    """Verified, with at least one position."""
    positions: int
    openings: int
    applicants: int
    """Different people with at least one application."""
    applications: int
    """Equal to ``seq``: the ledger has no gaps. Withdrawn ones stay in it."""


_TAKES_PART = (Company.verified_at.is_not(None), Position.withdrawn_at.is_(None))
_OFFERED = (
    select(
        func.count(func.distinct(Position.company_id)).label("companies"),
        func.count().label("positions"),
        func.coalesce(func.sum(Position.openings), 0).label("openings"),
    )
    .select_from(Position)
    .join(Company, Company.id == Position.company_id)
    .where(Position.fair_id == bindparam("fair_id"), *_TAKES_PART)
    .subquery()
)
_FAIR = (
    select(Fair.ledger_seq, Fair.applicants, _OFFERED)
    .join(_OFFERED, true())
    .where(Fair.id == bindparam("fair_id"))
)


async def tally_fair(session: Session, fair_id: int, *, now: datetime) -> FairTally:
    """Return the numbers of a fair in one snapshot."""
    row = (await session.execute(_FAIR, {"fair_id": fair_id})).one()
    return FairTally(
        fair_id=fair_id,
        seq=row.ledger_seq,
        as_of=now,
        companies=row.companies,
        positions=row.positions,
        openings=row.openings,
        applicants=row.applicants,
        applications=row.ledger_seq,
    )


async def tally_hours(
    session: Session, fair_id: int, *, since: datetime, until: datetime
) -> Sequence[HourCount]:
    """Return the hours with at least one application in [since, until), in order."""
    rows = await session.execute(
        select(HourTally.hour, HourTally.applications, HourTally.new_applicants)
        .where(HourTally.fair_id == fair_id, HourTally.hour >= since, HourTally.hour < until)
        .order_by(HourTally.hour)
    )
    return [HourCount(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


async def tally_course(
    session: Session, fair: FairState, *, now: datetime
) -> list[tuple[str, int]]:
    """Return applications by the hour of today; after the closing by the day of the fair."""
    timetable = fair.timetable
    if fair.phase(now) is Phase.CLOSED:
        last = timetable.closes_at - timedelta(microseconds=1)
        since = timetable.opens_at - timedelta(hours=1)
        hours = await tally_hours(session, fair.id, since=since, until=last)
        return days_of_fair(hours, timetable.opens_at, last, fair.zone)
    start = now.astimezone(fair.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    hours = await tally_hours(session, fair.id, since=start, until=start + timedelta(days=1))
    return hours_of_day(hours, fair.zone)


@dataclass(frozen=True)
class DayCount:
    """What one calendar day of the fair's zone has brought."""

    applications: int
    new_applicants: int


async def tally_day(session: Session, fair: CountedFair, *, now: datetime) -> DayCount:
    """Return the numbers of the calendar day that ``now`` lies in, in the fair's zone."""
    start = now.astimezone(fair.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    hours = await tally_hours(session, fair.id, since=start, until=start + timedelta(days=1))
    return DayCount(
        applications=sum(hour.applications for hour in hours),
        new_applicants=sum(hour.new_applicants for hour in hours),
    )


@dataclass(frozen=True)
class StageCounts:
    """How many applications stand at each stage."""

    by_stage: dict[Stage, int] = field(default_factory=dict)

    def at(self, stage: Stage) -> int:
        """Return the number at one stage."""
        return self.by_stage.get(stage, 0)

    @property
    def total(self) -> int:
        """All applications, withdrawn ones included."""
        return sum(self.by_stage.values())


_STAGES = select(StageTally.position_id, StageTally.stage, StageTally.n).where(
    StageTally.position_id.in_(bindparam("position_ids", expanding=True))
)


async def tally_positions(session: Session, position_ids: Sequence[int]) -> dict[int, StageCounts]:
    """Return the stage counts of these positions; every id asked for is in the answer."""
    counts: dict[int, dict[Stage, int]] = {at: {} for at in position_ids}
    rows = await session.execute(_STAGES, {"position_ids": position_ids})
    for row in rows:
        counts[row.position_id][row.stage] = row.n
    return {at: StageCounts(by_stage) for at, by_stage in counts.items()}


_SENT = (
    select(Position.id, func.coalesce(func.sum(StageTally.n), 0).label("n"))
    .outerjoin(StageTally, StageTally.position_id == Position.id)
    .where(Position.fair_id == bindparam("fair_id"))
    .group_by(Position.id)
)


async def tally_sent(session: Session | PreparedLookup, fair_id: int) -> dict[int, int]:
    """Return how many applications each position of a fair has got, withdrawn ones too."""
    rows = await session.execute(_SENT, {"fair_id": fair_id})
    return {row.id: int(row.n) for row in rows}


async def tally_stages(session: Session, fair_id: int) -> StageCounts:
    """Return the stage counts of a whole fair."""
    rows = await session.execute(
        select(StageTally.stage, func.sum(StageTally.n).label("n"))
        .join(Position, Position.id == StageTally.position_id)
        .where(Position.fair_id == fair_id)
        .group_by(StageTally.stage)
    )
    return StageCounts({row.stage: row.n for row in rows})


@dataclass(frozen=True)
class CompanyCount:
    """What a company offers at a fair and how far it has reviewed."""

    company_id: int
    slug: str
    name: str
    kbli: str
    positions: int
    openings: int
    applications: int
    waiting: int
    """Applications nobody has looked at."""


async def tally_companies(
    session: Session, fair_id: int, *, everyone: bool = False
) -> Sequence[CompanyCount]:
    """Return every company of the fair, by name; ``everyone`` with those that are not verified."""
    takes_part = () if everyone else _TAKES_PART
    counted = (
        select(
            StageTally.position_id,
            func.sum(StageTally.n).label("applications"),
            func.sum(StageTally.n).filter(StageTally.stage == Stage.NEW).label("waiting"),
        )
        .group_by(StageTally.position_id)
        .subquery()
    )
    rows = await session.execute(
        select(
            Company.id.label("company_id"),
            Company.slug,
            Company.name,
            Company.kbli,
            func.count(Position.id).label("positions"),
            func.sum(Position.openings).label("openings"),
            func.coalesce(func.sum(counted.c.applications), 0).label("applications"),
            func.coalesce(func.sum(counted.c.waiting), 0).label("waiting"),
        )
        .join(Position, Position.company_id == Company.id)
        .outerjoin(counted, counted.c.position_id == Position.id)
        .where(Position.fair_id == fair_id, *takes_part)
        .group_by(Company.id, Company.slug, Company.name, Company.kbli)
        .order_by(func.lower(Company.name))
    )
    return [CompanyCount(**row._mapping) for row in rows]  # noqa: SLF001


@dataclass(frozen=True)
class Latest:
    """One of the newest applications, without the person."""

    seq: int
    title: str
    district: str
    """Where the work is."""
    received_at: datetime


async def tally_latest(session: Session, fair_id: int, *, most: int = 3) -> Sequence[Latest]:
    """Return the newest applications of a fair, newest first; never who sent them."""
    rows = await session.execute(
        select(Application.seq, Position.title, Position.district, Application.received_at)
        .join(Position, Position.id == Application.position_id)
        .where(Application.fair_id == fair_id)
        .order_by(Application.seq.desc())
        .limit(most)
    )
    return [Latest(**row._mapping) for row in rows]  # noqa: SLF001
