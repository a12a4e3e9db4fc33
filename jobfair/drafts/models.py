"""Drafts of forms."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from jobfair.db import Base


class FormDraft(Base):
    """The fields of one form of one person, encrypted."""

    __tablename__ = "form_draft"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)
    """Which form: ``daftar``, or ``lamar:`` and the id of the position."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime] = mapped_column(index=True)
