"""Reading and adding consents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from jobfair.consents.models import ConsentEntry
from jobfair.consents.rules import Consent
from jobfair.db import Session
from jobfair.db.base import Base, plain

_NEW = insert(Base.metadata.tables["consent"])
"""Stored with every batch of the intake: made once."""


@dataclass(frozen=True)
class ConsentFacts:
    """One consent as its owner sees it."""

    kind: Consent
    version: str
    at: datetime
    given: bool
    subject: str


async def add_consents(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store entries, in one statement."""
    await session.execute(_NEW, rows)


async def consents_of(session: Session, account_id: int) -> list[ConsentFacts]:
    """Return every entry of a person, newest first."""
    query = select(ConsentEntry).where(ConsentEntry.account_id == account_id)
    found = await session.scalars(query.order_by(ConsentEntry.id.desc()))
    return [plain(ConsentFacts, one) for one in found]
