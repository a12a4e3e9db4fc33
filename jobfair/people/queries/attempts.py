"""Tries that are counted for all nodes together."""

from datetime import datetime

from sqlalchemy import func, select, update

from jobfair.db import Session
from jobfair.db.upserts import upsert
from jobfair.people.models import Attempts


async def attempts_since(session: Session, name: bytes, since: datetime) -> int:
    """Return how often something was tried in the stretch of time that began at ``since``."""
    return (
        await session.scalar(
            select(Attempts.n).where(Attempts.name == name, Attempts.since == since)
        )
        or 0
    )


async def attempts_after(session: Session, name: bytes, since: datetime) -> int:
    """Return how often something was tried in the stretches of time that began after ``since``."""
    tried = select(func.sum(Attempts.n)).where(Attempts.name == name, Attempts.since > since)
    return int(await session.scalar(tried) or 0)


async def count_attempt(session: Session, name: bytes, since: datetime, *, most: int) -> bool:
    """Count one more, or tell that there were ``most`` already; exact on any number of nodes."""
    if most < 1:
        return False
    counted = await session.execute(
        upsert(session.get_bind().dialect.name, Attempts)
        .values(name=name, since=since, n=1)
        .on_conflict_do_update(
            index_elements=["name", "since"], set_={"n": Attempts.n + 1}, where=Attempts.n < most
        )
        .returning(Attempts.n)
    )
    return counted.first() is not None


async def uncount_attempt(session: Session, name: bytes, since: datetime) -> None:
    """Count one less; a count that is gone stays gone."""
    await session.execute(
        update(Attempts)
        .where(Attempts.name == name, Attempts.since == since, Attempts.n > 0)
        .values(n=Attempts.n - 1)
        .execution_options(synchronize_session=False)
    )
