"""Which documents are CVs, and of whom."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from jobfair.db import Base


class ApplicantCv(Base):
    """A document that an applicant uploads as a CV; it goes with the document's own row."""

    __tablename__ = "applicant_cv"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    applicant_id: Mapped[int] = mapped_column(ForeignKey("applicant.id"), index=True)
    replaced_at: Mapped[datetime | None] = mapped_column(index=True)
    """When another CV took its place on the profile."""
