"""Offices, fairs and their windows."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from jobfair.db import Base
from jobfair.db.base import Document
from jobfair.people.models import Account


class Office(Base):
    """A labour office (Disnaker) that runs fairs."""

    __tablename__ = "office"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    short_name: Mapped[str]
    regency: Mapped[str]
    """Kemendagri code of the district, like 12.09."""
    city: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    whatsapp: Mapped[str]
    email: Mapped[str]
    website: Mapped[str]
    letterhead: Mapped[Any] = mapped_column(Document)
    """The lines of the letterhead, top to bottom."""


class Fair(Base):
    """One time-boxed fair. ``ledger_seq`` counts its applications: the ledger has no gaps."""

    __tablename__ = "fair"
    __table_args__ = (
        CheckConstraint("applicants <= ledger_seq", name="applicants_have_applied"),
        CheckConstraint("(latched_at IS NULL) = (latch_seq IS NULL)", name="latch_is_whole"),
        # Receipt numbers are unique: with one prefix two fairs refuse each other's applications.
        Index(
            "uq_fair_receipt_prefix",
            "receipt_prefix",
            unique=True,
            sqlite_where=text("latched_at IS NULL"),
            postgresql_where=text("latched_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    short_name: Mapped[str]
    receipt_prefix: Mapped[str]
    time_zone: Mapped[str]
    residence_policy: Mapped[str]
    residence_basis: Mapped[str]
    minimum_age: Mapped[int]
    applications_per_applicant: Mapped[int]
    """0 means no limit."""
    reporting_days: Mapped[int]
    sample: Mapped[bool]
    """People and companies are invented; every page says so."""
    texts: Mapped[Any] = mapped_column(Document)
    recap: Mapped[Any] = mapped_column(Document)
    """number, place, signatories, media: what the recap prints besides numbers."""
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    latched_at: Mapped[datetime | None]
    latch_seq: Mapped[int | None]
    ledger_seq: Mapped[int] = mapped_column(default=0)
    applicants: Mapped[int] = mapped_column(default=0)
    last_received_at: Mapped[datetime | None]

    office: Mapped[Office] = relationship(lazy="raise")

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the fair's instants are shown."""
        return ZoneInfo(self.time_zone)


class FairWindow(Base):
    """When applications are accepted. Rows are only added; the highest ordinal counts."""

    __tablename__ = "fair_window"
    __table_args__ = (
        UniqueConstraint("fair_id", "ordinal"),
        CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    ordinal: Mapped[int]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    paused_from: Mapped[datetime | None]
    made_at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    reason: Mapped[str]
