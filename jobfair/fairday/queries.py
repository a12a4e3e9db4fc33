"""Which fairs have come to their closing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from jobfair.db import Session
from jobfair.fairs.models import Fair, FairWindow


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
