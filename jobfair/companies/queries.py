"""Finding companies."""

from collections.abc import Sequence

from sqlalchemy import select

from jobfair.companies.models import Company
from jobfair.db import Session
from jobfair.errors import NotFound


async def company_by_slug(session: Session, *, office_id: int, slug: str) -> Company:
    """Return a verified company of the office; ``NotFound`` when there is none."""
    found: Company | None = await session.scalar(
        select(Company).where(
            Company.office_id == office_id,
            Company.slug == slug,
            Company.verified_at.is_not(None),
        )
    )
    if found is None:
        raise NotFound("Perusahaan ini tidak ada.")
    return found


async def company_by_id(session: Session, company_id: int) -> Company:
    """Return a company; ``NotFound`` when there is none."""
    found: Company | None = await session.get(Company, company_id)
    if found is None:
        raise NotFound("Perusahaan ini tidak ada.")
    return found


async def company_of_office(
    session: Session, *, office_id: int, company_id: int, lock: bool = False
) -> Company:
    """Return a company of this office; another office's is ``NotFound`` like none."""
    query = select(Company).where(Company.id == company_id, Company.office_id == office_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: Company | None = await session.scalar(query)
    if found is None:
        raise NotFound("Perusahaan ini tidak ada.")
    return found


async def companies_of_office(session: Session, office_id: int) -> Sequence[Company]:
    """Return all companies of an office, verified or not, by name."""
    query = select(Company).where(Company.office_id == office_id).order_by(Company.name)
    return (await session.scalars(query)).all()
