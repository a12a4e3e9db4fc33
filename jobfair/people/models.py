"""Accounts and the browsers that are signed in."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from jobfair.db import Base
from jobfair.people.rules import Duty, Role


class Account(Base):
    """Someone who can sign in."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[Role]
    sign_in_key: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """Keyed index of what is typed to sign in: a NIK (applicants) or an e-mail address (staff)."""
    password_hash: Mapped[str | None]
    """None: cannot sign in (people of the sample fair)."""
    name: Mapped[str]
    email: Mapped[str | None]
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Somebody else has set the password and may know it."""
    duty: Mapped[Duty | None]
    """Of organisers."""
    claimed_at: Mapped[datetime | None]
    """It passed to the owner of its NIK, who has not yet said which applications stay."""
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    """Time step of the last code that was taken; it and older ones are not taken again."""
    totp_at: Mapped[datetime | None]
    """When the authenticator was confirmed. A secret without it is not asked for."""


class Attempts(Base):
    """How often something was tried in a stretch of time, for all nodes together."""

    __tablename__ = "attempts"

    name: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """Keyed index of what is limited and for whom; it cannot be read back."""
    since: Mapped[datetime] = mapped_column(primary_key=True)
    n: Mapped[int]


class SignIn(Base):
    """One signed-in browser. Only the hash of its cookie is kept."""

    __tablename__ = "sign_in"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(default="", server_default="")
    """Browser and system in words, "Firefox/Windows"; empty where they are not known."""
    proved_at: Mapped[datetime | None]
    awaits_code: Mapped[bool] = mapped_column(default=False, server_default=false())

    account: Mapped[Account] = relationship(lazy="raise")
