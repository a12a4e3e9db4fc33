"""Writing down what was done, in the transaction that does it."""

from datetime import datetime

from jobfair.audit.models import AuditEntry
from jobfair.audit.queries import add_entry
from jobfair.audit.rules import Act
from jobfair.db import Session


def record_audit(
    session: Session,
    act: Act,
    *,
    now: datetime,
    account_id: int | None,
    fair_id: int | None = None,
    subject: str = "",
    reason: str = "",
    **facts: object,
) -> None:
    """Add an audit entry; it is kept if, and only if, the act itself commits.

    ``facts`` must be JSON values without personal data.
    """
    add_entry(
        session,
        AuditEntry(
            at=now,
            account_id=account_id,
            act=act.value,
            fair_id=fair_id,
            subject=subject,
            reason=reason,
            facts=facts,
        ),
    )
