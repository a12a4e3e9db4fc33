"""Numbers of a running fair that are asked of the rows, for its organisers only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from jobfair.applications.models import Application, FairApplicant
from jobfair.applications.rules import Stage
from jobfair.db import Session
from jobfair.positions.models import Position
from jobfair.regions import is_local, regency_of
from jobfair.tally.queries.counts import count_applications, count_levels, newest_sent
from jobfair.tally.rules.funnel import Course, course_of


@dataclass(frozen=True)
class PlaceCount:
    """People and applications from one place."""

    district: str
    """Kecamatan of the KTP address, or its regency when it lies elsewhere."""
    applicants: int
    applications: int


@dataclass(frozen=True)
class Residence:
    """Where the applicants of a fair live, most people first."""

    local: Sequence[PlaceCount]
    """By kecamatan of the office's regency."""
    outside: Sequence[PlaceCount]
    """By regency."""

    @property
    def sums(self) -> tuple[PlaceCount, PlaceCount]:
        """Return the sums of both."""
        return _sum_of(self.local), _sum_of(self.outside)


def _sum_of(places: Sequence[PlaceCount]) -> PlaceCount:
    people = sum(place.applicants for place in places)
    return PlaceCount("", people, sum(place.applications for place in places))


async def tally_residence(session: Session, fair_id: int, *, regency: str) -> Residence:
    """Return where the applicants of a fair live, by the address they sent last."""
    sent = newest_sent(fair_id)
    rows = await session.execute(
        select(
            sent.c.district,
            func.count().label("applicants"),
            func.sum(FairApplicant.applications).label("applications"),
        )
        .join(FairApplicant, FairApplicant.applicant_id == sent.c.applicant_id)
        .where(FairApplicant.fair_id == fair_id)
        .group_by(sent.c.district)
    )
    local: list[PlaceCount] = []
    outside: dict[str, PlaceCount] = {}
    for row in rows:
        place = PlaceCount(row.district or "", row.applicants, int(row.applications))
        if is_local(place.district, regency):
            local.append(place)
            continue
        code = regency_of(place.district)
        before = outside.get(code, PlaceCount(code, 0, 0))
        outside[code] = PlaceCount(
            code, before.applicants + place.applicants, before.applications + place.applications
        )
    return Residence(_by_people(local), _by_people(outside.values()))


def _by_people(places: Iterable[PlaceCount]) -> list[PlaceCount]:
    return sorted(places, key=lambda place: (-place.applicants, place.district))


async def tally_funnel(session: Session, fair_id: int) -> Course:
    """Return how far the people and the applications of a fair have come, as the record counts."""
    people = await count_levels(session, fair_id)
    return course_of(people, await count_applications(session, fair_id))


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
