"""Documents, and which store they lie in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from jobfair.db import Base
from jobfair.documents.rules import Kind


class StoredDocument(Base):
    """One upload. Its bytes never change: another version is another row.

    ``begun_at`` is written before the bytes, ``stored_at`` once they are kept, ``removed_at``
    before they go; the row goes last. So everything the store holds for us is known here at every
    moment.
    """

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_leaving", "removed_at", "stored_at", "begun_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    """Random; what the bytes are called in the store, and what they are sealed for."""
    key_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The document's own key, sealed with the root key and bound to ``name``."""
    kind: Mapped[Kind]
    size: Mapped[int]
    """Bytes before sealing."""
    begun_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class StoreMark(Base):
    """The one store this database's documents lie in: it holds an object with this name."""

    __tablename__ = "document_store"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    mark: Mapped[str]
