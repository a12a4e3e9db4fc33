"""The counts behind a record: each table of it comes from one statement over the rows."""

from collections.abc import Mapping, Sequence

from sqlalchemy import CTE, Integer, Subquery, case, cast, func, literal, select
from sqlalchemy.orm import aliased

from jobfair.applicants.models import Applicant
from jobfair.applications.models import Application, StageChange
from jobfair.applications.rules import REACHED
from jobfair.companies.models import Company
from jobfair.db import Session
from jobfair.positions.models import Position
from jobfair.tally.queries.words import ProfileField, level_of
from jobfair.tally.rules import AGE_EDGES, UNKNOWN, age_bands
from jobfair.tally.rules.counted import Cell, Offer, Reached
from jobfair.tally.rules.record import OFFERED, PULLED, SUSPENDED


def _applied(fair_id: int) -> CTE:
    """Every application with how far it came: :func:`jobfair.tally.rules.counted.reached` in SQL.

    ``recorded_*`` tells which steps were recorded themselves; companies may skip some.
    """
    before_accepted = REACHED[:-1]
    recorded = [
        func.max(case((StageChange.to_stage == stage, 1), else_=0)).label(f"recorded_{stage}")
        for stage in REACHED
    ]
    trail = (
        select(
            StageChange.application_id,
            func.max(
                case((StageChange.to_stage.in_(before_accepted), StageChange.id), else_=None)
            ).label("last"),
            *recorded,
        )
        .join(Application, Application.id == StageChange.application_id)
        .where(Application.fair_id == fair_id, StageChange.undone_at.is_(None))
        .group_by(StageChange.application_id)
        .subquery()
    )
    last = aliased(StageChange)
    now_at, came = level_of(Application.stage), level_of(last.to_stage)
    level = case((Application.stage.in_(REACHED), now_at), (came > now_at, came), else_=now_at)
    return (
        select(
            Application.applicant_id,
            Application.position_id,
            Application.stage,
            level.label("level"),
            *[
                case(
                    (level < at, 0),
                    (Application.stage == stage, 1),
                    else_=func.coalesce(trail.c[f"recorded_{stage}"], 0),
                ).label(f"recorded_{stage}")
                for at, stage in enumerate(REACHED, start=1)
            ],
        )
        .outerjoin(trail, trail.c.application_id == Application.id)
        .outerjoin(last, last.id == trail.c.last)
        .where(Application.fair_id == fair_id)
        .cte("applied")
    )


def newest_sent(fair_id: int) -> Subquery:
    """Return the newest application of every applicant of a fair, with what was sent in it.

    Breakdowns of people count this and not today's profile; of several different ones the
    newest sent decides.
    """
    newest = (
        select(func.max(Application.seq))
        .where(Application.fair_id == fair_id)
        .group_by(Application.applicant_id)
    )
    sent = ("sex", "education", "age", "district")
    return (
        select(
            Application.applicant_id,
            *[ProfileField(Application.profile, literal(name)).label(name) for name in sent],
        )
        .where(Application.fair_id == fair_id, Application.seq.in_(newest))
        .subquery()
    )


async def count_people(session: Session, fair_id: int) -> Sequence[Cell]:
    """Return all applicants of the fair, grouped; ages are those when the newest was sent."""
    applied, sent = _applied(fair_id), newest_sent(fair_id)
    steps = [f"recorded_{stage}" for stage in REACHED]
    people = (
        select(
            applied.c.applicant_id,
            func.count().label("applications"),
            func.max(applied.c.level).label("level"),
            *[func.max(applied.c[step]).label(step) for step in steps],
        )
        .group_by(applied.c.applicant_id)
        .subquery()
    )
    age = cast(sent.c.age, Integer)
    codes = [code for code, _ in age_bands()]
    younger = [(age < edge, code) for edge, code in zip(AGE_EDGES, codes, strict=False)]
    facts = (
        select(
            sent.c.sex,
            sent.c.education,
            sent.c.district,
            case((age.is_(None), UNKNOWN), *younger, else_=codes[-2]).label("age"),
            case((Applicant.disability_sealed.is_not(None), 1), else_=0).label("disabled"),
            people.c.level,
            people.c.applications,
            *[people.c[step] for step in steps],
        )
        .join(people, people.c.applicant_id == sent.c.applicant_id)
        .join(Applicant, Applicant.id == sent.c.applicant_id)
        .subquery()
    )  # fmt: skip
    alike = (
        facts.c.sex, facts.c.education, facts.c.age, facts.c.district, facts.c.disabled,
        facts.c.level, *[facts.c[step] for step in steps],
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
            sex=row.sex or "", education=row.education or "", age=row.age,
            district=row.district or "", disabled=row.disabled, level=row.level,
            recorded=tuple(row[6 : 6 + len(steps)]), applicants=row.applicants,
            applications=int(row.applications), most=row.most,
        )
        for row in rows
    ]  # fmt: skip


async def count_levels(session: Session, fair_id: int) -> dict[int, int]:
    """Return how many people came as far as each step, each by the best of theirs."""
    applied = _applied(fair_id)
    best = (
        select(func.max(applied.c.level).label("level")).group_by(applied.c.applicant_id).subquery()
    )
    rows = await session.execute(select(best.c.level, func.count()).group_by(best.c.level))
    return {level: n for level, n in rows}  # noqa: C416 - rows, not pairs


async def count_applications(session: Session, fair_id: int) -> Sequence[Reached]:
    """Return all applications of the fair, grouped."""
    applied = _applied(fair_id)
    recorded = [applied.c[f"recorded_{stage}"] for stage in REACHED]
    alike = (applied.c.position_id, applied.c.stage, applied.c.level, *recorded)
    rows = await session.execute(select(*alike, func.count().label("n")).group_by(*alike))
    return [
        Reached(
            position_id=row.position_id,
            stage=row.stage,
            level=row.level,
            recorded=tuple(row[3 : 3 + len(recorded)]),
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


async def offers(session: Session, fair_id: int) -> Sequence[Offer]:
    """Return every position of the fair, also those no longer offered, by company and title."""
    state = case(
        (Company.verified_at.is_(None), SUSPENDED),
        (Position.withdrawn_at.is_not(None), PULLED),
        else_=OFFERED,
    )
    rows = await session.execute(
        select(
            Position.id, Position.slug, Position.title, Position.kbji, Position.sector,
            Position.openings, Position.disability_friendly, state.label("state"),
            Company.id.label("company_id"), Company.slug.label("company_slug"),
            Company.name.label("company"), Company.kbli,
        )
        .join(Company, Company.id == Position.company_id)
        .where(Position.fair_id == fair_id)
    )  # fmt: skip
    found = [Offer(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name
    return sorted(
        found,
        key=lambda offer: (
            offer.company.casefold(),
            offer.company_slug,
            offer.title.casefold(),
            offer.slug,
        ),
    )
