"""Numbers of a running fair that are asked of the rows, for its organisers only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from jobfair.applicants.models import Applicant
from jobfair.applications.models import Application, FairApplicant
from jobfair.applications.rules import Stage
from jobfair.db import Session
from jobfair.positions.models import Position


@dataclass(frozen=True)
class PlaceCount:
    """People and applications from one place."""

    district: str
    """Kecamatan of the KTP address, or its regency when it lies elsewhere."""
    applicants: int
    applications: int


async def tally_places(session: Session, fair_id: int) -> Sequence[PlaceCount]:
    """Return where the applicants of a fair live, most people first. One statement."""
    rows = await session.execute(
        select(
            Applicant.district,
            func.count().label("applicants"),
            func.sum(FairApplicant.applications).label("applications"),
        )
        .join(FairApplicant, FairApplicant.applicant_id == Applicant.id)
        .where(FairApplicant.fair_id == fair_id)
        .group_by(Applicant.district)
        .order_by(func.count().desc(), Applicant.district)
    )
    return [PlaceCount(row.district, row.applicants, int(row.applications)) for row in rows]


async def tally_waiting_since(session: Session, fair_id: int) -> dict[int, datetime]:
    """Return when the oldest application nobody has looked at came in, by company."""
    oldest = (
        select(Position.company_id, func.min(Application.seq).label("seq"))
        .join(Position, Position.id == Application.position_id)
        .where(Position.fair_id == fair_id, Application.stage == Stage.NEW)
        .group_by(Position.company_id)
        .subquery()
    )
    rows = await session.execute(
        select(oldest.c.company_id, Application.received_at).join(
            Application, (Application.fair_id == fair_id) & (Application.seq == oldest.c.seq)
        )
    )
    return {row.company_id: row.received_at for row in rows}
