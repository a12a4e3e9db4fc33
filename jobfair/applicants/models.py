"""Applicants."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from jobfair.db import Base
from jobfair.db.base import Document


class Applicant(Base):
    """A person with a profile; one per NIK."""

    __tablename__ = "applicant"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    """Random; the sealed NIK and the person's own key are bound to it."""
    key_wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The person's own key, encrypted with the root key. None: it was destroyed, and with it
    everything that it had sealed, here and in every copy."""
    personal_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """:class:`jobfair.applicants.rules.personal.Personal`; applications carry a copy of it."""
    disability_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The kind, told with a consent of its own; None unless the person told it."""
    nik_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    nik_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    nik_region: Mapped[str]
    """Regency that issued the NIK, after the crosswalk: a hint, never the residence."""
    sex: Mapped[str]
    education: Mapped[str]
    experience_years: Mapped[int]
    district: Mapped[str]
    """Kecamatan of the KTP address, or its regency when it lies elsewhere (12.09.19 or 12.75)."""
    moves: Mapped[Any] = mapped_column(Document, default=list, server_default="[]")
    """Earlier districts, see :mod:`jobfair.applicants.rules.residence`."""
    cv: Mapped[str] = mapped_column(default="", server_default="")
    """Name of the document that goes with the next application; empty: none."""
    sample: Mapped[bool]
    created_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    """When the second step of registering was done; before it nothing can be sent."""
    updated_at: Mapped[datetime]
