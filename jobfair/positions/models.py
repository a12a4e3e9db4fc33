"""Positions."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from jobfair.companies.models import Company
from jobfair.db import Base
from jobfair.db.base import Document


class Position(Base):
    """One posting of one company at one fair."""

    __tablename__ = "position"
    __table_args__ = (
        UniqueConstraint("fair_id", "slug"),
        CheckConstraint("openings >= 1", name="has_openings"),
        Index("ix_position_editions", "fair_id", "edition"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    slug: Mapped[str]
    title: Mapped[str]
    kbji: Mapped[str]
    employment: Mapped[str]
    openings: Mapped[int]
    education: Mapped[Any] = mapped_column(Document)
    """List of the accepted education codes, rising."""
    experience_years: Mapped[int]
    wage_min: Mapped[int | None]
    wage_max: Mapped[int | None]
    wage_period: Mapped[str]
    wage_note: Mapped[str]
    district: Mapped[str]
    sector: Mapped[str]
    disability_friendly: Mapped[bool]
    hours: Mapped[str]
    duties: Mapped[Any] = mapped_column(Document)
    requirements: Mapped[Any] = mapped_column(Document)
    questions: Mapped[Any] = mapped_column(Document)
    """At most two texts."""
    withdrawn_at: Mapped[datetime | None]
    edition: Mapped[int] = mapped_column(
        default=1, server_default="1", onupdate=text("edition + 1")
    )
    """Grows with every change, so that the sum over a fair never repeats: see ``tally``."""

    company: Mapped[Company] = relationship(lazy="raise")


class SavedPosition(Base):
    """A position that an applicant wants to come back to, and to hear of when it opens."""

    __tablename__ = "saved_position"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    position_id: Mapped[int] = mapped_column(
        ForeignKey("position.id"), primary_key=True, index=True
    )
    saved_at: Mapped[datetime]


class SavedSearch(Base):
    """A search whose new positions an applicant is told of."""

    __tablename__ = "saved_search"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), primary_key=True, index=True)
    query: Mapped[str] = mapped_column(primary_key=True)
    """As in the address of the list of positions."""
    created_at: Mapped[datetime]
    told: Mapped[Any] = mapped_column(Document, server_default="[]")
    """Ids of the positions its owner knows of: those of when it was saved, and those told of."""
    checked: Mapped[str] = mapped_column(default="", server_default="")
    """The definition of the fair it was last compared with."""
