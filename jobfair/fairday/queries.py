"""Which fairs have come to their closing, and which were closed lately."""

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


async def editions_since(session: Session, since: datetime) -> Sequence[tuple[int, int]]:
    """Return the fairs whose figures were frozen since an instant, each with its newest edition."""
    query = (
        select(Closing.fair_id, func.max(Closing.edition))
        .where(Closing.frozen_at >= since)
        .group_by(Closing.fair_id)
        .order_by(Closing.fair_id)
    )
    return [(fair_id, edition) for fair_id, edition in await session.execute(query)]
