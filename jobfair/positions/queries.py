"""Finding positions: all open ones of a fair, one of them, a company's own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import contains_eager, joinedload

from jobfair.companies.models import Company
from jobfair.companies.queries import CompanyFacts
from jobfair.db import Session
from jobfair.db.base import plain
from jobfair.errors import NotFound
from jobfair.positions.models import Position, SavedPosition, SavedSearch
from jobfair.positions.rules.offers import Offer


@dataclass(frozen=True)
class PostedPosition:
    """A position as its row says, with its company."""

    id: int
    fair_id: int
    company_id: int
    slug: str
    title: str
    kbji: str
    employment: str
    openings: int
    education: Sequence[str]
    """The accepted education codes, rising."""
    experience_years: int
    wage_min: int | None
    wage_max: int | None
    wage_period: str
    wage_note: str
    district: str
    sector: str
    disability_friendly: bool
    hours: str
    duties: Sequence[str]
    requirements: Sequence[str]
    questions: Sequence[str]
    withdrawn_at: datetime | None
    company: CompanyFacts


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
        Position.employment,
        Position.sector,
        Position.hours,
        Position.duties,
        Position.requirements,
    )
    .join(Company, Company.id == Position.company_id)
    .where(
        Position.fair_id == bindparam("fair_id"),
        Position.withdrawn_at.is_(None),
        Company.verified_at.is_not(None),
    )
    .order_by(Position.id)
)


_LISTS = ("education", "duties", "requirements")


async def offers_of_fair(session: Session, fair_id: int) -> list[Offer]:
    """Return what lists show of the positions the public may see, by id, in one statement."""
    return [
        Offer(**{**row._mapping, **{name: tuple(row._mapping[name]) for name in _LISTS}})  # noqa: SLF001 - SQLAlchemy's
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


def _posted(found: Position | None) -> PostedPosition:
    if found is None:
        raise NotFound("Jabatan ini tidak ada.")
    return plain(PostedPosition, found, company=plain(CompanyFacts, found.company))


async def position_by_slug(session: Session, *, fair_id: int, slug: str) -> PostedPosition:
    """Return a position the public may see, with its company; ``NotFound`` when there is none."""
    return _posted(await session.scalar(_BY_SLUG, {"fair_id": fair_id, "slug": slug}))


async def positions_of_company(
    session: Session, *, company_id: int, fair_id: int | None = None
) -> list[PostedPosition]:
    """Return a company's positions, newest fair first, then by title."""
    query = (
        select(Position)
        .where(Position.company_id == company_id)
        .options(joinedload(Position.company))
    )
    if fair_id is not None:
        query = query.where(Position.fair_id == fair_id)
    query = query.order_by(Position.fair_id.desc(), Position.title)
    return [_posted(row) for row in await session.scalars(query)]


async def own_position(session: Session, *, company_id: int, position_id: int) -> PostedPosition:
    """Return a position of this company; another company's is ``NotFound`` like none."""
    query = (
        select(Position)
        .where(Position.id == position_id, Position.company_id == company_id)
        .options(joinedload(Position.company))
    )
    return _posted(await session.scalar(query))


async def every_position_of(session: Session, fair_id: int) -> Sequence[Position]:
    """Return all positions of a fair, also withdrawn ones and those of unverified companies."""
    query = select(Position).where(Position.fair_id == fair_id).order_by(Position.id)
    return (await session.scalars(query)).all()


async def companies_at_fairs(session: Session, fair_ids: Sequence[int]) -> frozenset[int]:
    """Return the ids of the companies that have a position at one of these fairs."""
    query = select(Position.company_id).where(Position.fair_id.in_(fair_ids)).distinct()
    return frozenset(await session.scalars(query)) if fair_ids else frozenset()


@dataclass(frozen=True)
class Saved:
    """A saved position as its list shows it, also when it was pulled or its fair is closed."""

    id: int
    slug: str
    title: str
    company: str
    fair_id: int
    withdrawn_at: datetime | None


async def saved_ids(session: Session, account_id: int) -> frozenset[int]:
    """Return the ids of the positions an account has saved."""
    query = select(SavedPosition.position_id).where(SavedPosition.account_id == account_id)
    return frozenset(await session.scalars(query))


async def saved_positions(session: Session, ids: Collection[int]) -> list[Saved]:
    """Return positions by their ids, by fair and title; what the public never saw is left out."""
    query = (
        select(Position.id, Position.slug, Position.title, Company.name.label("company"),
               Position.fair_id, Position.withdrawn_at)
        .join(Company, Company.id == Position.company_id)
        .where(Position.id.in_(ids), Company.verified_at.is_not(None))
        .order_by(Position.fair_id.desc(), Position.title, Position.id)
    )  # fmt: skip
    return [Saved(**row._mapping) for row in await session.execute(query)]  # noqa: SLF001 - SQLAlchemy's


async def forget_saved(session: Session, *, account_id: int, position_id: int) -> None:
    """Delete one saved position, if it is there."""
    await session.execute(
        delete(SavedPosition).where(
            SavedPosition.account_id == account_id, SavedPosition.position_id == position_id
        )
    )


async def forget_all_saved(session: Session, account_id: int) -> None:
    """Forget every position and search that an account has saved."""
    for table in (SavedPosition, SavedSearch):
        await session.execute(delete(table).where(table.account_id == account_id))


async def accounts_to_tell_of_opening(session: Session, fair_id: int) -> list[tuple[int, int]]:
    """Return who is to be told when a fair opens: account and saved position, pulled ones out."""
    query = (
        select(SavedPosition.account_id, SavedPosition.position_id)
        .join(Position, Position.id == SavedPosition.position_id)
        .where(Position.fair_id == fair_id, Position.withdrawn_at.is_(None))
        .order_by(SavedPosition.account_id, SavedPosition.position_id)
    )
    return [(row.account_id, row.position_id) for row in await session.execute(query)]


async def saved_searches(session: Session, account_id: int) -> list[tuple[int, str]]:
    """Return the fair and the address of each search an account has saved, the newest first."""
    query = (
        select(SavedSearch.fair_id, SavedSearch.query)
        .where(SavedSearch.account_id == account_id)
        .order_by(SavedSearch.created_at.desc(), SavedSearch.query)
    )
    return [(row.fair_id, row.query) for row in await session.execute(query)]


async def searched_fairs(session: Session) -> Sequence[int]:
    """Return the ids of the fairs that have saved searches."""
    query = select(SavedSearch.fair_id).distinct().order_by(SavedSearch.fair_id)
    return (await session.scalars(query)).all()


async def searches_to_check(
    session: Session, fair_id: int, defined: str, *, most: int, lock: bool = False
) -> Sequence[SavedSearch]:
    """Return saved searches not yet compared with this definition."""
    query = (
        select(SavedSearch)
        .where(SavedSearch.fair_id == fair_id, SavedSearch.checked != defined)
        .order_by(SavedSearch.account_id, SavedSearch.query)
        .limit(most)
    )
    return (await session.scalars(query.with_for_update() if lock else query)).all()


async def forget_search(session: Session, *, account_id: int, fair_id: int, query: str) -> None:
    """Delete one saved search, if it is there."""
    await session.execute(
        delete(SavedSearch).where(
            SavedSearch.account_id == account_id,
            SavedSearch.fair_id == fair_id,
            SavedSearch.query == query,
        )
    )
