"""The audit log: rows are added, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from jobfair.db import Base
from jobfair.db.base import Document


class AuditEntry(Base):
    """One act. Personal data appears only as an id."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None]
    """None: the clock or the command line."""
    act: Mapped[str]
    fair_id: Mapped[int | None] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(default="", index=True)
    reason: Mapped[str] = mapped_column(default="")
    facts: Mapped[Any] = mapped_column(Document, default=dict)
