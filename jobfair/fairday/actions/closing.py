"""The closing: the one act that ends a fair and freezes its numbers."""

from dataclasses import replace
from datetime import datetime

from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.db import Session, topics
from jobfair.db.changes import mark_changed
from jobfair.fairs.queries import lock_fair
from jobfair.fairs.rules import check_may_latch
from jobfair.keys import Keys
from jobfair.outbox.actions import queue_broadcast
from jobfair.outbox.rules import Audience, Letter
from jobfair.tally.actions import freeze


async def close_fair(
    session: Session, *, keys: Keys, fair_id: int, now: datetime, account_id: int | None
) -> None:
    """Set the latch and keep the figures, in one transaction. Closing twice changes nothing.

    Drain the door first: what was received before the closing instant must be in the ledger.
    Takes the lock that intake takes, so nothing can enter between counting and latch. Numbers
    that disagree with the rows do not keep a fair open; they stand in the record, and the recap
    refuses to print until somebody has looked.

    Raises:
        NotFound: there is no such fair.
        Refused: see :func:`jobfair.fairs.rules.check_may_latch`.

    """
    locked = await lock_fair(session, fair_id)
    fair = locked.fair
    if fair.latched_at is not None:
        return
    check_may_latch(now=now, timetable=fair.timetable)
    locked.row.latched_at = now
    locked.row.latch_seq = fair.ledger_seq
    latched = replace(
        fair,
        latched_at=now,
        latch_seq=fair.ledger_seq,
        timetable=replace(fair.timetable, latched_at=now),
    )
    record = await freeze(session, latched, now=now, keys=keys)
    record_audit(
        session,
        Act.LATCH,
        now=now,
        account_id=account_id,
        fair_id=fair_id,
        applications=fair.ledger_seq,
        differences=len(record.reconciliation.differences),
    )
    await queue_broadcast(
        session,
        Letter.CLOSED,
        key=f"{Letter.CLOSED}:{fair_id}",
        audience=Audience.EVERYBODY,
        about=fair_id,
        facts={"closed_at": fair.timetable.closes_at.isoformat()},
        now=now,
        fair_id=fair_id,
    )
    mark_changed(session, topics.fair(fair_id))
