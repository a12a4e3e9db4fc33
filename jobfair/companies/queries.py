"""Finding companies: as plain values to show, as rows only to change them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from jobfair.companies.models import Company
from jobfair.db import Session
from jobfair.db.base import plain
from jobfair.errors import NotFound


@dataclass(frozen=True)
class CompanyFacts:
    """A company as its row says; only verified ones appear at a fair."""

    id: int
    office_id: int
    slug: str
    name: str
    legal_form: str
    kind: str
    kbli: str
    district: str
    address: str
    about: str
    verified_at: datetime | None


def _known(found: Company | None) -> Company:
    if found is None:
        raise NotFound("Perusahaan ini tidak ada.")
    return found


async def company_by_slug(session: Session, *, office_id: int, slug: str) -> CompanyFacts:
    """Return a verified company of the office; ``NotFound`` when there is none."""
    query = select(Company).where(
        Company.office_id == office_id,
        Company.slug == slug,
        Company.verified_at.is_not(None),
    )
    return plain(CompanyFacts, _known(await session.scalar(query)))


async def company_by_id(session: Session, company_id: int) -> CompanyFacts:
    """Return a company; ``NotFound`` when there is none."""
    return plain(CompanyFacts, _known(await session.get(Company, company_id)))


async def company_of_office(session: Session, *, office_id: int, company_id: int) -> CompanyFacts:
    """Return a company of this office; another office's is ``NotFound`` like none."""
    query = select(Company).where(Company.id == company_id, Company.office_id == office_id)
    return plain(CompanyFacts, _known(await session.scalar(query)))


async def lock_company(session: Session, *, office_id: int, company_id: int) -> Company:
    """Return the row of a company of this office, held until the transaction ends."""
    query = select(Company).where(Company.id == company_id, Company.office_id == office_id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return _known(await session.scalar(locked))


async def company_rows(session: Session, office_id: int) -> Sequence[Company]:
    """Return the rows of all companies of an office, by name, to be changed."""
    query = select(Company).where(Company.office_id == office_id).order_by(Company.name)
    return (await session.scalars(query)).all()


async def companies_of_office(session: Session, office_id: int) -> list[CompanyFacts]:
    """Return all companies of an office, verified or not, by name."""
    return [plain(CompanyFacts, row) for row in await company_rows(session, office_id)]
