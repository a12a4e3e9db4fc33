"""Letters the clock writes for a fair: what was saved has opened, what was typed is not sent."""

from datetime import datetime, timedelta

from jobfair.applications.queries.about import unsent_drafts
from jobfair.db import Session
from jobfair.fairs.queries import fair_by_id
from jobfair.fairs.rules import Phase
from jobfair.outbox.actions import queue_once
from jobfair.outbox.queries import is_known
from jobfair.outbox.rules import Letter
from jobfair.positions.queries import accounts_to_tell_of_opening

REMINDERS = ((timedelta(hours=24), timedelta(hours=2)), (timedelta(hours=2), timedelta(0)))
"""How long before the closing a draft is reminded of, and until when that still makes sense."""


async def remind(session: Session, *, fair_id: int, now: datetime) -> None:
    """Write what is due now, each once for a fair and a closing; twice or late does no harm."""
    fair = await fair_by_id(session, fair_id)
    if fair.phase(now) is not Phase.OPEN:
        return
    closes_at = fair.timetable.closes_at
    until = closes_at.isoformat()
    opening = f"{Letter.SAVED_OPENS}:{fair_id}"
    if not await is_known(session, opening):
        saved = await accounts_to_tell_of_opening(session, fair_id)
        facts = [(who, {"position": what, "closes_at": until}) for who, what in saved]
        await queue_once(session, Letter.SAVED_OPENS, facts, key=opening, fair_id=fair_id, now=now)
    for before, last in REMINDERS:
        key = f"{Letter.DRAFT}:{fair_id}:{until}:{before}"
        if last < closes_at - now <= before and not await is_known(session, key):
            drafts = await unsent_drafts(session, fair_id)
            facts = [(who, {"position": what, "until_at": until}) for who, what in drafts]
            await queue_once(session, Letter.DRAFT, facts, key=key, fair_id=fair_id, now=now)
