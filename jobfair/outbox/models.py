"""Messages, where each of them has still to go, and what is written to many at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from jobfair.db import Base
from jobfair.db.base import Document
from jobfair.outbox.rules import Audience, Channel, Letter, Reason, State

NOT_FANNED_OUT = text("fanned_out_at IS NULL")
STILL_WAITING = text("state = 'waiting'")
OF_A_BROADCAST = text("broadcast_id IS NOT NULL")
NOT_EXPANDED = text("expanded_at IS NULL")


class Broadcast(Base):
    """A message to many, as one row; the sender makes their messages in batches."""

    __tablename__ = "broadcast"
    __table_args__ = (
        Index(
            "ix_broadcast_unexpanded",
            "id",
            sqlite_where=NOT_EXPANDED,
            postgresql_where=NOT_EXPANDED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Idempotency key of the act: a second click finds it taken."""
    letter: Mapped[Letter]
    audience: Mapped[Audience]
    about: Mapped[int]
    fair_id: Mapped[int | None]
    facts: Mapped[Any] = mapped_column(Document)
    created_at: Mapped[datetime]
    reached: Mapped[int] = mapped_column(default=0)
    """The highest account id that has its message."""
    expanded_at: Mapped[datetime | None]


class Message(Base):
    """One message to one person: the row of their inbox.

    Without foreign keys, which would make the intake wait for a change of the account. Facts
    are ids, numbers and instants; names and addresses are looked up when the letter is written.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_inbox", "account_id", "id"),
        Index(
            "ix_message_fan_out",
            "send_at",
            sqlite_where=NOT_FANNED_OUT,
            postgresql_where=NOT_FANNED_OUT,
        ),
        Index(
            "one_message_per_broadcast_and_account",
            "broadcast_id",
            "account_id",
            unique=True,
            sqlite_where=OF_A_BROADCAST,
            postgresql_where=OF_A_BROADCAST,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    letter: Mapped[Letter]
    fair_id: Mapped[int | None]
    """The fair it belongs to: its office sees what became of it."""
    facts: Mapped[Any] = mapped_column(Document)
    created_at: Mapped[datetime]
    send_at: Mapped[datetime]
    """Before this instant it is in no inbox and can be recalled."""
    read_at: Mapped[datetime | None]
    fanned_out_at: Mapped[datetime | None]
    """When its deliveries were made; the unread count of open pages changes then."""
    broadcast_id: Mapped[int | None]


class Delivery(Base):
    """A message on its way through one channel."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("message_id", "channel"),
        Index(
            "ix_delivery_queue",
            "channel",
            "rank",
            "due_at",
            sqlite_where=STILL_WAITING,
            postgresql_where=STILL_WAITING,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey(Message.id))
    channel: Mapped[Channel]
    state: Mapped[State]
    rank: Mapped[int]
    """Lower ones go first."""
    since: Mapped[datetime]
    """When trying began; sending again begins anew."""
    due_at: Mapped[datetime]
    """The next try; while leased, the end of the lease."""
    lease: Mapped[str | None]
    """Token of the sender that is handing it over."""
    tries: Mapped[int] = mapped_column(default=0)
    """Tries that failed."""
    reason: Mapped[Reason | None]
    """Why the last one failed."""
    code: Mapped[str] = mapped_column(default="")
    """The server's own number for that."""
    sent_at: Mapped[datetime | None]
    told_by: Mapped[int | None]
    """The account that told it by hand."""
