"""Finding accounts and signed-in browsers."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import joinedload

from jobfair.db import Session
from jobfair.errors import NotFound
from jobfair.people.models import Account, SignIn
from jobfair.people.rules import ABSOLUTE, IDLE, Role


async def account_for_key(session: Session, sign_in_key: bytes) -> Account | None:
    """Return the account that signs in with this key, or None."""
    account: Account | None = await session.scalar(
        select(Account).where(Account.sign_in_key == sign_in_key)
    )
    return account


async def sign_in_for(session: Session, token_hash: bytes) -> SignIn | None:
    """Return the signed-in browser with its account, or None; expiry is judged by the caller."""
    found: SignIn | None = await session.scalar(
        select(SignIn).where(SignIn.token_hash == token_hash).options(joinedload(SignIn.account))
    )
    return found


async def reviewers_of(session: Session, company_id: int) -> list[Account]:
    """Return the reviewers of a company, by name."""
    query = select(Account).where(Account.company_id == company_id, Account.role == Role.REVIEWER)
    return list(await session.scalars(query.order_by(Account.name)))


async def reviewers_per_company(session: Session, office_companies: Iterable[int]) -> dict[int, int]:
    """Return how many reviewers can sign in for each company; none is left out of the answer."""
    rows = await session.execute(
        select(Account.company_id, func.count())
        .where(
            Account.role == Role.REVIEWER,
            Account.disabled_at.is_(None),
            Account.company_id.in_(set(office_companies)),
        )
        .group_by(Account.company_id)
    )
    return {company_id: n for company_id, n in rows.tuples() if company_id is not None}


async def reviewer_of(
    session: Session, *, company_id: int, account_id: int, lock: bool = False
) -> Account:
    """Return a reviewer of this company; anybody else is ``NotFound`` like nobody."""
    query = select(Account).where(
        Account.id == account_id, Account.company_id == company_id, Account.role == Role.REVIEWER
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: Account | None = await session.scalar(query)
    if found is None:
        raise NotFound("Peninjau ini tidak ada.")
    return found


async def staff_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of staff among these accounts; applicants are left out on purpose."""
    rows = await session.execute(
        select(Account.id, Account.name).where(
            Account.id.in_(set(ids)), Account.role != Role.APPLICANT
        )
    )
    return dict(rows.tuples().all())


def add(session: Session, row: Account | SignIn) -> None:
    """Add a row to this transaction."""
    session.add(row)


async def touch_sign_in(session: Session, token_hash: bytes, *, seen_at: datetime) -> None:
    """Store when the browser was last seen."""
    await session.execute(
        update(SignIn).where(SignIn.token_hash == token_hash).values(seen_at=seen_at)
    )


async def delete_sign_in(session: Session, token_hash: bytes) -> None:
    """Forget one browser."""
    await session.execute(delete(SignIn).where(SignIn.token_hash == token_hash))


async def delete_sign_ins_of(session: Session, account_id: int) -> None:
    """Forget every browser of an account."""
    await session.execute(delete(SignIn).where(SignIn.account_id == account_id))


async def delete_expired(session: Session, *, now: datetime) -> None:
    """Forget browsers that nobody can use any more."""
    longest_idle, longest = max(IDLE.values()), max(ABSOLUTE.values())
    await session.execute(
        delete(SignIn).where(
            or_(SignIn.seen_at < now - longest_idle, SignIn.made_at < now - longest)
        )
    )
