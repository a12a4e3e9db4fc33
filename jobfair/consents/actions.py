"""Writing consents down, in the transaction of the act they belong to."""

from collections.abc import Iterable
from datetime import datetime

from jobfair.consents.queries import add_consents
from jobfair.consents.rules import Consent
from jobfair.db import Session


async def record_consents(
    session: Session,
    kind: Consent,
    entries: Iterable[tuple[int, str, datetime]],
    *,
    given: bool = True,
) -> None:
    """Note for each (account, subject, instant) that the consent was given, or taken back."""
    rows = [
        {
            "account_id": account_id,
            "kind": kind,
            "version": kind.version,
            "at": at,
            "given": given,
            "subject": subject,
        }
        for account_id, subject, at in entries
    ]
    if rows:
        await add_consents(session, rows)
