"""Reading and adding audit entries."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from jobfair.audit.models import AuditEntry
from jobfair.audit.rules import Act
from jobfair.db import Session


def add_entry(session: Session, entry: AuditEntry) -> None:
    """Add an entry to this transaction."""
    session.add(entry)


async def entries_of_fair(
    session: Session,
    fair_id: int,
    *,
    limit: int,
    before: int | None = None,
    account_id: int | None = None,
) -> Sequence[AuditEntry]:
    """Return the newest entries of a fair, newest first; ``before`` an id for the next page.

    ``account_id`` leaves out what others did.
    """
    query = select(AuditEntry).where(AuditEntry.fair_id == fair_id)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if account_id is not None:
        query = query.where(AuditEntry.account_id == account_id)
    return (await session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit))).all()


async def accounts_of_fair(session: Session, fair_id: int) -> list[int]:
    """Return the accounts that did something at a fair, without those of applicants."""
    query = select(AuditEntry.account_id).distinct()
    query = query.where(AuditEntry.fair_id == fair_id, AuditEntry.act != Act.WITHDRAW.value)
    found = await session.scalars(query)
    return [account_id for account_id in found if account_id is not None]


async def has_entry(session: Session, *, act: Act, fair_id: int, at: datetime) -> bool:
    """Tell whether the act was already written down for that fair and instant."""
    query = select(AuditEntry.id).where(
        AuditEntry.act == act.value, AuditEntry.fair_id == fair_id, AuditEntry.at == at
    )
    return await session.scalar(query.limit(1)) is not None
