"""What an office does about messages that did not arrive by themselves, each audited."""

from datetime import datetime

from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.db import Session
from jobfair.outbox import actions as outbox


async def send_again(
    session: Session, delivery_id: int, *, fair_id: int, now: datetime, account_id: int
) -> None:
    """Try a failed delivery of this fair again.

    Raises:
        Refused: ``not_dead``, see :func:`jobfair.outbox.actions.send_again`.

    """
    await outbox.send_again(session, delivery_id, fair_ids=[fair_id], now=now)
    record_audit(
        session,
        Act.SEND_AGAIN,
        now=now,
        account_id=account_id,
        fair_id=fair_id,
        subject=f"delivery:{delivery_id}",
    )


async def tell_by_hand(
    session: Session, delivery_id: int, *, fair_id: int, now: datetime, account_id: int
) -> None:
    """Tick off that staff have told a person of this fair themselves.

    Raises:
        Refused: ``told``, see :func:`jobfair.outbox.actions.tell_by_hand`.

    """
    await outbox.tell_by_hand(session, delivery_id, fair_ids=[fair_id], by=account_id, now=now)
    record_audit(
        session,
        Act.TELL_BY_HAND,
        now=now,
        account_id=account_id,
        fair_id=fair_id,
        subject=f"delivery:{delivery_id}",
    )
