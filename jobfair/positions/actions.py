"""Saving positions."""

from collections.abc import Collection
from datetime import datetime

from jobfair.db import Session
from jobfair.positions.models import SavedPosition
from jobfair.positions.queries import forget_all_saved, forget_saved, saved_ids, saved_positions

MOST_SAVED = 200


async def save_positions(
    session: Session, *, account_id: int, position_ids: Collection[int], now: datetime
) -> None:
    """Save positions for an account; what is saved already, or unknown, is left out."""
    known = await saved_ids(session, account_id)
    found = await saved_positions(session, position_ids)
    for one in found[: max(0, MOST_SAVED - len(known))]:
        if one.id not in known:
            session.add(SavedPosition(account_id=account_id, position_id=one.id, saved_at=now))
    await session.flush()


async def unsave_position(session: Session, *, account_id: int, position_id: int) -> None:
    """Take a position off an account's list."""
    await forget_saved(session, account_id=account_id, position_id=position_id)


async def forget_saved_of(session: Session, *, account_id: int) -> None:
    """Forget every position and search that an account has saved."""
    await forget_all_saved(session, account_id)
