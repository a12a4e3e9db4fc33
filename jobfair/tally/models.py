"""The frozen figures of a closed fair."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from jobfair.db import Base
from jobfair.db.base import Document


class Closing(Base):
    """One edition of a fair's final figures; rows are added, never changed."""

    __tablename__ = "closing"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True)
    frozen_at: Mapped[datetime]
    seq: Mapped[int]
    """The ledger sequence these figures are true for."""
    record: Mapped[Any] = mapped_column(Document)
    sha256: Mapped[str]
    """Of the canonical JSON text of ``record``."""
    signature: Mapped[str] = mapped_column(server_default="")
    """Of the hash, by the installation's key; another key (``jobfair rekey``) signs anew."""
    public_key: Mapped[str] = mapped_column(server_default="")


class ClosingCheck(Base):
    """One recount of a frozen edition; the newest is told wherever the figures are."""

    __tablename__ = "closing_check"
    __table_args__ = (Index("ix_closing_check_newest", "fair_id", "edition", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    edition: Mapped[int]
    at: Mapped[datetime]
    differences: Mapped[int]
    """In how many places the rows differed from what was frozen."""
    changed: Mapped[int]
    """In how many it lawfully changed since."""
