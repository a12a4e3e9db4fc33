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
    session: Session, fair_id: int, *, limit: int = 50, before: int | None = None
) -> Sequence[AuditEntry]:
    """Return the newest entries of a fair, newest first; ``before`` an id for the next page."""
    query = select(AuditEntry).where(AuditEntry.fair_id == fair_id)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return (await session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit))).all()


async def has_entry(session: Session, *, act: Act, fair_id: int, at: datetime) -> bool:
    """Tell whether the act was already written down for that fair and instant."""
    query = select(AuditEntry.id).where(
        AuditEntry.act == act.value, AuditEntry.fair_id == fair_id, AuditEntry.at == at
    )
    return await session.scalar(query.limit(1)) is not None
