"""Hashes of the rows behind a record: one changed row is found, whatever it does to the sums."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from jobfair.applications.models import Application, StageChange
from jobfair.db import Session
from jobfair.db.base import canonical_json
from jobfair.tally.rules.record import RowDigests

AT_ONCE = 5000


async def _digest(
    session: Session, rows: Select[*tuple[Any, ...]], key: InstrumentedAttribute[int]
) -> str:
    """Return the hash of all rows in the order of ``key``, their first column; some at a time."""
    digest, last = sha256(), 0
    while True:
        page = rows.where(key > last).order_by(key).limit(AT_ONCE)
        found = (await session.execute(page)).all()
        for row in found:
            values = [_text(one) for one in row]
            digest.update(canonical_json(values).encode() + b"\n")
        if len(found) < AT_ONCE:
            return digest.hexdigest()
        last = found[-1][0]


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, datetime) else value


async def digest_ledger(session: Session, fair_id: int) -> str:
    """Return the hash of what was sent to a fair; it never changes after the latch."""
    rows = select(
        Application.seq, Application.receipt, Application.applicant_id, Application.position_id,
        Application.received_at, Application.profile, Application.personal_sealed,
        Application.answers_sealed,
    ).where(Application.fair_id == fair_id)  # fmt: skip
    return await _digest(session, rows, Application.seq)


async def digest_trail(session: Session, fair_id: int, *, last: int) -> str:
    """Return the hash of the steps of a fair's applications up to the id ``last``.

    Whether a step was undone later is no part of it: that may happen after the closing.
    """
    rows = (
        select(
            StageChange.id, Application.seq, StageChange.from_stage, StageChange.to_stage,
            StageChange.at, StageChange.account_id,
        )
        .join(Application, Application.id == StageChange.application_id)
        .where(Application.fair_id == fair_id, StageChange.id <= last)
    )  # fmt: skip
    return await _digest(session, rows, StageChange.id)


async def digest_rows(session: Session, fair_id: int) -> RowDigests:
    """Return the hashes of a fair's rows as they stand in this transaction."""
    last = await session.scalar(
        select(func.max(StageChange.id))
        .join(Application, Application.id == StageChange.application_id)
        .where(Application.fair_id == fair_id)
    )
    return RowDigests(
        ledger=await digest_ledger(session, fair_id),
        trail=await digest_trail(session, fair_id, last=last or 0),
        trail_last=last or 0,
    )
