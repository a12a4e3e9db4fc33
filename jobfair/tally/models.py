"""The frozen figures of a closed fair."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
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
