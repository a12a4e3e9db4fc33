"""The counts behind a record: each table of it comes from one statement over the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import CTE, case, func, literal, select

from jobfair.applicants.models import Applicant
from jobfair.applications.models import Application, StageChange
from jobfair.applications.rules import REACHED, Stage
from jobfair.companies.models import Company
from jobfair.db import Session
from jobfair.positions.models import Position
from jobfair.tally.queries.words import level_of
from jobfair.tally.rules import AGE_EDGES, UNKNOWN, age_bands, born_after


def _applied(fair_id: int) -> CTE:
    """Every application with how far it came, also when it was marked unsuitable later.

    ``level`` is the furthest step of the row and of its trail, steps that were taken back left
    out. ``said_*`` tells which steps were recorded themselves; companies may skip some.
    """
    said = [
        func.max(case((StageChange.to_stage == stage, 1), else_=0)).label(f"said_{stage}")
        for stage in REACHED
    ]
    trail = (
        select(
            StageChange.application_id,
            func.max(level_of(StageChange.to_stage)).label("level"),
            *said,
        )
        .join(Application, Application.id == StageChange.application_id)
        .where(Application.fair_id == fair_id, StageChange.undone_at.is_(None))
        .group_by(StageChange.application_id)
        .subquery()
    )
    now_at = level_of(Application.stage)
    return (
        select(
            Application.applicant_id,
            Application.position_id,
            Application.stage,
            case((trail.c.level > now_at, trail.c.level), else_=now_at).label("level"),
            *[
                case(
                    (Application.stage == stage, 1),
                    else_=func.coalesce(trail.c[f"said_{stage}"], 0),
                ).label(f"said_{stage}")
                for stage in REACHED
            ],
        )
        .outerjoin(trail, trail.c.application_id == Application.id)
        .where(Application.fair_id == fair_id)
        .cte("applied")
    )  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """People who are alike in everything the record tells apart."""

    sex: str
    education: str
    age: str
    district: str
    disabled: int
    level: int
    applicants: int
    applications: int
    most: int
    """Applications of the most active one of them."""


async def count_people(session: Session, fair_id: int, *, day: date) -> Sequence[Cell]:
    """Return all applicants of the fair, grouped; ages are those on ``day``."""
    applied = _applied(fair_id)
    people = (
        select(
            applied.c.applicant_id,
            func.count().label("applications"),
            func.max(applied.c.level).label("level"),
        )
        .group_by(applied.c.applicant_id)
        .subquery()
    )
    codes = [code for code, _ in age_bands()]
    younger = [
        (Applicant.birth_date > born_after(day, edge), code)
        for edge, code in zip(AGE_EDGES, codes, strict=False)
    ]
    facts = (
        select(
            Applicant.sex,
            Applicant.education,
            Applicant.district,
            case((Applicant.birth_date.is_(None), UNKNOWN), *younger, else_=codes[-2]).label("age"),
            case((Applicant.disability != "", 1), else_=0).label("disabled"),
            people.c.level,
            people.c.applications,
        )
        .join(people, people.c.applicant_id == Applicant.id)
        .subquery()
    )
    alike = (
        facts.c.sex, facts.c.education, facts.c.age, facts.c.district, facts.c.disabled,
        facts.c.level,
    )  # fmt: skip
    rows = await session.execute(
        select(
            *alike,
            func.count().label("applicants"),
            func.sum(facts.c.applications).label("applications"),
            func.max(facts.c.applications).label("most"),
        ).group_by(*alike)
    )
    return [
        Cell(
            sex=row.sex, education=row.education, age=row.age, district=row.district,
            disabled=row.disabled, level=row.level, applicants=row.applicants,
            applications=int(row.applications), most=row.most,
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class Reached:
    """Applications of one position that stand at one stage and came equally far."""

    position_id: int
    stage: Stage
    level: int
    said: tuple[int, ...]
    """For each step of ``REACHED``: 1 when it was recorded itself."""
    n: int


async def count_applications(session: Session, fair_id: int) -> Sequence[Reached]:
    """Return all applications of the fair, grouped."""
    applied = _applied(fair_id)
    said = [applied.c[f"said_{stage}"] for stage in REACHED]
    alike = (applied.c.position_id, applied.c.stage, applied.c.level, *said)
    rows = await session.execute(select(*alike, func.count().label("n")).group_by(*alike))
    return [
        Reached(
            position_id=row.position_id,
            stage=row.stage,
            level=row.level,
            said=tuple(row[3 : 3 + len(said)]),
            n=row.n,
        )
        for row in rows
    ]


async def count_company_applicants(session: Session, fair_id: int) -> Mapping[int, int]:
    """Return how many different people applied to each company."""
    rows = await session.execute(
        select(Position.company_id, func.count(func.distinct(Application.applicant_id)))
        .join(Position, Position.id == Application.position_id)
        .where(Application.fair_id == fair_id)
        .group_by(Position.company_id)
    )
    return {company_id: n for company_id, n in rows}  # noqa: C416 - rows, not pairs


@dataclass(frozen=True)
class Offer:
    """A position of the fair with what the record says of its company."""

    id: int
    slug: str
    title: str
    kbji: str
    sector: str
    openings: int
    disability_friendly: bool
    takes_part: bool
    """Not withdrawn, and the company is verified."""
    company_id: int
    company_slug: str
    company: str
    kbli: str


async def offers(session: Session, fair_id: int) -> Sequence[Offer]:
    """Return every position of the fair, also withdrawn ones, by company and title."""
    takes_part = case(
        (Position.withdrawn_at.is_(None) & Company.verified_at.is_not(None), literal(1)), else_=0
    )
    rows = await session.execute(
        select(
            Position.id, Position.slug, Position.title, Position.kbji, Position.sector,
            Position.openings, Position.disability_friendly, takes_part.label("takes_part"),
            Company.id.label("company_id"), Company.slug.label("company_slug"),
            Company.name.label("company"), Company.kbli,
        )
        .join(Company, Company.id == Position.company_id)
        .where(Position.fair_id == fair_id)
    )  # fmt: skip
    found = [
        Offer(**{**row._mapping, "takes_part": bool(row.takes_part)})  # noqa: SLF001 - public name
        for row in rows
    ]
    return sorted(
        found,
        key=lambda offer: (
            offer.company.casefold(),
            offer.company_slug,
            offer.title.casefold(),
            offer.slug,
        ),
    )
