"""What people are told about their accounts: the one place that hands it on to be sent."""

import logging
from enum import StrEnum

from jobfair.db import Session

log = logging.getLogger(__name__)


class Notice(StrEnum):
    """A letter about an account."""

    CODE = "code"
    """Goes to the contact of its row alone, confirmed or not."""
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a letter
    COUNTER_CODE = "counter_code"
    ACCOUNT_CLAIMED = "account_claimed"
    CONTACT_CHANGED = "contact_changed"


async def tell(session: Session, notice: Notice, *, account_id: int, **facts: int | str) -> None:
    """Note what an account is to be told, by every confirmed contact. Facts are ids and words.

    A code is never among them: its row holds it sealed, and the sender asks for it by ``code_id``.
    """
    assert session.in_transaction()
    log.info("to be told: %s account=%d %s", notice, account_id, facts)
