"""Finding applicants. The sealed NIK is read by one function and leaves it masked."""

from collections.abc import Iterable

from sqlalchemy import func, select

from jobfair.applicants.models import Applicant
from jobfair.applicants.rules.nik import Nik
from jobfair.db import Session
from jobfair.db.sealed import Keys
from jobfair.errors import NotFound


def nik_context(public_id: str) -> str:
    """Return what a sealed NIK is bound to, so that it opens in no other row."""
    return f"applicant.nik:{public_id}"


async def applicant_of_account(session: Session, account_id: int) -> Applicant:
    """Return the applicant behind an account; ``NotFound`` when it has none."""
    query = select(Applicant).where(Applicant.account_id == account_id)
    found: Applicant | None = await session.scalar(query)
    if found is None:
        raise NotFound
    return found


async def applicant_for_nik(session: Session, nik_index: bytes) -> Applicant | None:
    """Return the applicant with this keyed index of a NIK, or None."""
    query = select(Applicant).where(Applicant.nik_index == nik_index)
    found: Applicant | None = await session.scalar(query)
    return found


async def applicants_by_id(session: Session, ids: Iterable[int]) -> dict[int, Applicant]:
    """Return the applicants with these ids; unknown ids are left out."""
    found = await session.scalars(select(Applicant).where(Applicant.id.in_(set(ids))))
    return {applicant.id: applicant for applicant in found}


async def count_applicants(session: Session) -> int:
    """Return how many people have a profile."""
    return await session.scalar(select(func.count()).select_from(Applicant)) or 0


def masked_nik(applicant: Applicant, keys: Keys) -> str:
    """Return the NIK with its middle hidden, for its owner only."""
    return str(Nik(keys.unseal(applicant.nik_sealed, context=nik_context(applicant.public_id))))


def add(session: Session, applicant: Applicant) -> None:
    """Add a row to this transaction."""
    session.add(applicant)
