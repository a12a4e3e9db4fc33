"""Where people can be reached, and codes that are good for one use."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jobfair.credentials.rules import ContactKind, Purpose
from jobfair.db import Base


class Contact(Base):
    """An e-mail address or telephone number of an account; several accounts may share one."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("account_id", "value_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[ContactKind]
    value_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    value_index: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    added_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """Before it, nothing is sent there but the code that confirms it."""


class OneTimeCode(Base):
    """A code that was given out. Asking again puts a new one in its place."""

    __tablename__ = "one_time_code"
    __table_args__ = (UniqueConstraint("purpose", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose]
    name: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Keyed index of what the code is typed for: a contact, or what its owner signs in with. For
    codes that are long enough to be found by themselves, their hash."""
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    """None: no account has this name, and the code is never sent. The row is there so that asking
    takes the same steps for every name."""
    contact_id: Mapped[int | None]
    """Where it is sent to."""
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Keyed: six digits behind a plain hash would be found by trying them all."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The code for who sends it; only of codes that are sent."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int]
