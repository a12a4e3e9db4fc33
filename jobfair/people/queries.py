"""Finding accounts and signed-in browsers."""

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import joinedload

from jobfair.db import Session
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
