"""Saving positions and searches, and telling of what is new in a search."""

from collections.abc import Collection, Sequence
from datetime import datetime

from jobfair.db import Session
from jobfair.outbox.actions import queue_message
from jobfair.outbox.rules import Letter
from jobfair.positions.models import SavedPosition, SavedSearch
from jobfair.positions.queries import (
    forget_all_saved,
    forget_saved,
    saved_ids,
    saved_positions,
    saved_searches,
)
from jobfair.positions.rules.index import Index
from jobfair.positions.rules.search import matching
from jobfair.positions.rules.wishes import SearchQuery, wish_at

MOST_SAVED = 200
MOST_SEARCHES = 20


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


async def save_search(
    session: Session,
    index: Index,
    wish: SearchQuery,
    *,
    account_id: int,
    fair_id: int,
    now: datetime,
) -> None:
    """Save a search, if it is not yet; what fits it now is known and never told."""
    known = await saved_searches(session, account_id)
    query = wish.saved_address()
    if (fair_id, query) in known or len(known) >= MOST_SEARCHES:
        return
    session.add(
        SavedSearch(
            account_id=account_id,
            fair_id=fair_id,
            query=query,
            created_at=now,
            told=matching(index, wish),
        )
    )
    await session.flush()


async def tell_of_new(
    session: Session, index: Index, searches: Sequence[SavedSearch], *, defined: str, now: datetime
) -> None:
    """Write to the owners of saved searches about positions they were never told of."""
    for one in searches:
        known = frozenset(one.told)
        new = [at for at in matching(index, wish_at(one.query)) if at not in known]
        one.checked = defined
        if new:
            one.told = sorted({*known, *new})
            await queue_message(
                session,
                Letter.SEARCH_ALERT,
                account_id=one.account_id,
                facts={"query": one.query, "count": len(new)},
                now=now,
                fair_id=one.fair_id,
            )
