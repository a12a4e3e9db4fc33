"""Freezing figures. The latch itself is set by ``fairday``."""

from datetime import datetime

from jobfair.db import Session
from jobfair.fairs.rules.state import FairState
from jobfair.keys import Keys
from jobfair.tally.queries.frozen import add_closing, hold_still
from jobfair.tally.queries.record import record_of
from jobfair.tally.rules.record import Record


async def freeze(
    session: Session, found: FairState, *, now: datetime, keys: Keys, edition: int = 1
) -> Record:
    """Keep and sign the figures of a fair as they stand now, and return the record.

    Call it under the fair's lock, after the latch is set, so that nothing can follow.
    """
    await hold_still(session, found.id)
    record = await record_of(session, found, now=now, edition=edition)
    add_closing(session, fair_id=found.id, edition=edition, now=now, record=record, keys=keys)
    return record
