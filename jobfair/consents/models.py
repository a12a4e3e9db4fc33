"""The ledger of consents."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from jobfair.consents.rules import Consent
from jobfair.db import Base


class ConsentEntry(Base):
    """One consent given or taken back; rows are added, never changed.

    Without foreign keys, which would make the intake wait for a change of the account.
    """

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(index=True)
    kind: Mapped[Consent]
    version: Mapped[str]
    """Of the words that were agreed to."""
    at: Mapped[datetime]
    given: Mapped[bool]
    """False: taken back."""
    subject: Mapped[str] = mapped_column(default="")
    """What it is about, such as a receipt number."""
