"""Fairs that have come to their closing or were closed lately; receipt prefixes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from jobfair.db import Session
from jobfair.fairs.models import Fair, FairWindow
from jobfair.tally.models import Closing


async def fairs_to_close(session: Session, now: datetime) -> Sequence[int]:
    """Return the published fairs whose window has ended and whose latch is not set, by id.

    Level-triggered: however late it is asked, what has not been done yet is in the answer. Only
    the newest window of a fair counts.
    """
    newest = (
        select(FairWindow.fair_id, func.max(FairWindow.ordinal).label("ordinal"))
        .group_by(FairWindow.fair_id)
        .subquery()
    )
    query = (
        select(Fair.id)
        .join(newest, newest.c.fair_id == Fair.id)
        .join(
            FairWindow,
            (FairWindow.fair_id == Fair.id) & (FairWindow.ordinal == newest.c.ordinal),
        )
        .where(
            Fair.latched_at.is_(None), Fair.published_at.is_not(None), FairWindow.closes_at <= now
        )
        .order_by(Fair.id)
    )
    return (await session.scalars(query)).all()


async def fair_with_prefix(session: Session, prefix: str, *, besides: int | None) -> str | None:
    """Return the slug of a fair with this receipt prefix, or None; ``besides`` does not count."""
    query = select(Fair.slug).where(Fair.receipt_prefix == prefix).order_by(Fair.id).limit(1)
    if besides is not None:
        query = query.where(Fair.id != besides)
    slug: str | None = await session.scalar(query)
    return slug


async def editions_since(session: Session, since: datetime) -> Sequence[tuple[int, int]]:
    """Return the fairs whose figures were frozen since an instant, each with its newest edition."""
    query = (
        select(Closing.fair_id, func.max(Closing.edition))
        .where(Closing.frozen_at >= since)
        .group_by(Closing.fair_id)
        .order_by(Closing.fair_id)
    )
    return [(fair_id, edition) for fair_id, edition in await session.execute(query)]
