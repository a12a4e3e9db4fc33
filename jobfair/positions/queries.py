"""Finding positions: all open ones of a fair, one of them, a company's own."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import contains_eager, joinedload

from jobfair.companies.models import Company
from jobfair.db import Session
from jobfair.errors import NotFound
from jobfair.positions.models import Position
from jobfair.positions.rules.offers import Offer


async def positions_of_fair(session: Session, fair_id: int) -> Sequence[Position]:
    """Return the positions the public may see, with their companies, by title.

    A few hundred at the largest fair: searching and counting them happens in ``rules``.
    """
    query = (
        select(Position)
        .join(Company, Company.id == Position.company_id)
        .options(contains_eager(Position.company))
        .where(
            Position.fair_id == fair_id,
            Position.withdrawn_at.is_(None),
            Company.verified_at.is_not(None),
        )
        .order_by(Position.title, Position.id)
    )
    return (await session.scalars(query)).all()


_OFFERS = (
    select(
        Position.id,
        Position.slug,
        Position.title,
        Position.kbji,
        Company.name.label("company"),
        Company.slug.label("company_slug"),
        Company.kbli,
        Position.company_id,
        Position.district,
        Position.education,
        Position.experience_years,
        Position.wage_min,
        Position.wage_max,
        Position.wage_period,
        Position.wage_note,
        Position.openings,
        Position.disability_friendly,
        Position.search_text,
    )
    .join(Company, Company.id == Position.company_id)
    .where(
        Position.fair_id == bindparam("fair_id"),
        Position.withdrawn_at.is_(None),
        Company.verified_at.is_not(None),
    )
    .order_by(Position.id)
)


async def offers_of_fair(session: Session, fair_id: int) -> list[Offer]:
    """Return what lists show of the positions the public may see, by id, in one statement."""
    return [
        Offer(**{**row._mapping, "education": tuple(row.education)})  # noqa: SLF001 - SQLAlchemy's
        for row in await session.execute(_OFFERS, {"fair_id": fair_id})
    ]


_BY_SLUG = (
    select(Position)
    .join(Company, Company.id == Position.company_id)
    .options(contains_eager(Position.company))
    .where(
        Position.fair_id == bindparam("fair_id"),
        Position.slug == bindparam("slug"),
        Company.verified_at.is_not(None),
    )
)


async def position_by_slug(session: Session, *, fair_id: int, slug: str) -> Position:
    """Return a position the public may see, with its company; ``NotFound`` when there is none.

    Neither is a part of the session any more: pages keep them.
    """
    found: Position | None = await session.scalar(_BY_SLUG, {"fair_id": fair_id, "slug": slug})
    if found is None:
        raise NotFound("Jabatan ini tidak ada.")
    for row in (found, found.company):
        session.expunge(row)
    return found


async def positions_of_company(
    session: Session, *, company_id: int, fair_id: int | None = None
) -> Sequence[Position]:
    """Return a company's positions, newest fair first, then by title."""
    query = select(Position).where(Position.company_id == company_id)
    if fair_id is not None:
        query = query.where(Position.fair_id == fair_id)
    return (await session.scalars(query.order_by(Position.fair_id.desc(), Position.title))).all()


async def own_position(session: Session, *, company_id: int, position_id: int) -> Position:
    """Return a position of this company; another company's is ``NotFound`` like none."""
    query = (
        select(Position)
        .where(Position.id == position_id, Position.company_id == company_id)
        .options(joinedload(Position.company))
    )
    found: Position | None = await session.scalar(query)
    if found is None:
        raise NotFound("Jabatan ini tidak ada.")
    return found


async def every_position_of(session: Session, fair_id: int) -> Sequence[Position]:
    """Return all positions of a fair, also withdrawn ones and those of unverified companies."""
    query = select(Position).where(Position.fair_id == fair_id).order_by(Position.id)
    return (await session.scalars(query)).all()


async def companies_at_fairs(session: Session, fair_ids: Sequence[int]) -> frozenset[int]:
    """Return the ids of the companies that have a position at one of these fairs."""
    query = select(Position.company_id).where(Position.fair_id.in_(fair_ids)).distinct()
    return frozenset(await session.scalars(query)) if fair_ids else frozenset()
