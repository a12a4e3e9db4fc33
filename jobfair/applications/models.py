"""The ledger, the stages of its rows, and the tallies kept with them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jobfair.applications.rules import Stage
from jobfair.db import Base
from jobfair.db.base import Document


class Application(Base):
    """One applicant's application to one position: the row behind a receipt."""

    __tablename__ = "application"
    __table_args__ = (
        # The idempotency key: a repeat gets the first receipt; this has the last word in a race.
        UniqueConstraint("applicant_id", "position_id"),
        UniqueConstraint("fair_id", "seq"),
        Index("ix_application_desk", "position_id", "stage", "seq"),
        CheckConstraint("seq >= 1", name="seq_counts_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    seq: Mapped[int]
    """Place in the fair's ledger, without gaps."""
    receipt: Mapped[str] = mapped_column(unique=True)
    applicant_id: Mapped[int] = mapped_column(ForeignKey("applicant.id"))
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    received_at: Mapped[datetime]
    """When the whole request had arrived, on the one clock; this is what the window judges."""
    profile: Mapped[Any] = mapped_column(Document)
    """What is counted of what was sent, frozen: nothing that identifies the person."""
    personal_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The rest of what was sent, frozen, under the person's own key. Never a NIK."""
    answers_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Answers to the position's questions, under the same key; None when it asks nothing."""
    stage: Mapped[Stage] = mapped_column(default=Stage.NEW)
    stage_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    """The company's own note; the applicant never sees it."""


class StageChange(Base):
    """One step of one application: the trail."""

    __tablename__ = "stage_change"
    __table_args__ = (Index("ix_stage_change_undo", "account_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    from_stage: Mapped[Stage]
    to_stage: Mapped[Stage]
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[datetime | None]


class FairApplicant(Base):
    """An applicant of a fair: exists from the first application on."""

    __tablename__ = "fair_applicant"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    applicant_id: Mapped[int] = mapped_column(ForeignKey("applicant.id"), primary_key=True)
    applications: Mapped[int]


class StageTally(Base):
    """How many applications of a position stand at a stage; kept with the rows."""

    __tablename__ = "stage_tally"
    __table_args__ = (CheckConstraint("n >= 0", name="not_negative"),)

    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(primary_key=True)
    n: Mapped[int]


class HourTally(Base):
    """Applications and first-time applicants of a fair in one UTC hour; kept with the rows."""

    __tablename__ = "hour_tally"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    applications: Mapped[int]
    new_applicants: Mapped[int]
