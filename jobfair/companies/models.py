"""Companies."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from jobfair.db import Base


class Company(Base):
    """An employer known to an office. Only verified ones appear at a fair."""

    __tablename__ = "company"
    __table_args__ = (
        UniqueConstraint("office_id", "slug"),
        Index("ix_company_editions", "office_id", "edition"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    slug: Mapped[str]
    name: Mapped[str]
    legal_form: Mapped[str]
    kind: Mapped[str]
    kbli: Mapped[str]
    district: Mapped[str]
    address: Mapped[str]
    about: Mapped[str]
    verified_at: Mapped[datetime | None]
    edition: Mapped[int] = mapped_column(
        default=1, server_default="1", onupdate=text("edition + 1")
    )
    """Grows with every change, like a position's."""
