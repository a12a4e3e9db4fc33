"""Finding documents: by name, those that must be in the store, and those that may go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from jobfair.db import Session
from jobfair.db.base import plain
from jobfair.documents.models import StoredDocument, StoreMark
from jobfair.documents.rules import SETTLED, Kind

WANTED = (StoredDocument.stored_at.is_not(None), StoredDocument.removed_at.is_(None))
"""Of these the store must hold the bytes."""


@dataclass(frozen=True)
class Wanted:
    """A document whose bytes must be in the store."""

    id: int
    name: str
    size: int
    """Bytes before sealing."""


@dataclass(frozen=True)
class StoredFile:
    """A document that can be read."""

    name: str
    key_sealed: bytes
    kind: Kind
    size: int
    stored_at: datetime

    @property
    def kilobytes(self) -> int:
        """Size as people read it, never 0."""
        return -(-self.size // 1024)


def key_context(name: str) -> str:
    """Return what a document's sealed key is bound to, so that it opens in no other row."""
    return f"document.key:{name}"


async def stored_file(session: Session, name: str) -> StoredFile | None:
    """Return a document by the name its owner keeps, or None when there is none (any more)."""
    if not name:
        return None
    row = await session.scalar(select(StoredDocument).where(StoredDocument.name == name, *WANTED))
    return None if row is None else plain(StoredFile, row)


async def begun(session: Session, name: str) -> StoredDocument | None:
    """Return an upload that still waits for its bytes."""
    query = select(StoredDocument).where(
        StoredDocument.name == name,
        StoredDocument.stored_at.is_(None),
        StoredDocument.removed_at.is_(None),
    )
    found: StoredDocument | None = await session.scalar(query)
    return found


async def mark_removed(session: Session, names: Iterable[str], *, now: datetime) -> None:
    """Note that these documents are to go."""
    await session.execute(
        update(StoredDocument)
        .where(StoredDocument.name.in_(list(names)), StoredDocument.removed_at.is_(None))
        .values(removed_at=now)
    )


async def unfinished(session: Session, *, now: datetime, most: int) -> Sequence[str]:
    """Return uploads that were begun long ago and never finished."""
    query = select(StoredDocument.name).where(
        StoredDocument.removed_at.is_(None),
        StoredDocument.stored_at.is_(None),
        StoredDocument.begun_at < now - SETTLED,
    )
    return (await session.scalars(query.limit(most))).all()


async def leaving(session: Session, *, most: int) -> Sequence[str]:
    """Return documents whose bytes are to be deleted."""
    query = select(StoredDocument.name).where(StoredDocument.removed_at.is_not(None))
    return (await session.scalars(query.limit(most))).all()


async def delete_rows(session: Session, names: Iterable[str]) -> None:
    """Forget documents whose bytes are gone."""
    await session.execute(
        delete(StoredDocument).where(
            StoredDocument.name.in_(list(names)), StoredDocument.removed_at.is_not(None)
        )
    )


async def sealed_keys(session: Session, *, after: int, most: int) -> Sequence[Row[int, str, bytes]]:
    """Return id, name and sealed key of the next documents by id."""
    query = select(StoredDocument.id, StoredDocument.name, StoredDocument.key_sealed)
    query = query.where(StoredDocument.id > after).order_by(StoredDocument.id).limit(most)
    return (await session.execute(query)).all()


async def set_sealed_keys(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store keys sealed anew: ``id`` and ``key_sealed`` of each."""
    await session.execute(update(StoredDocument), rows)


async def wanted(session: Session, *, after: int, most: int) -> list[Wanted]:
    """Return the next documents by id whose bytes must be in the store."""
    query = select(StoredDocument.id, StoredDocument.name, StoredDocument.size)
    query = query.where(StoredDocument.id > after, *WANTED).order_by(StoredDocument.id).limit(most)
    return [Wanted(*row) for row in await session.execute(query)]


async def still_wanted(session: Session, names: Iterable[str]) -> set[str]:
    """Return which of these documents' bytes must be in the store now."""
    query = select(StoredDocument.name).where(StoredDocument.name.in_(list(names)), *WANTED)
    return set(await session.scalars(query))


async def store_mark(session: Session) -> str | None:
    """Return the name of the object by which this database knows its store, or None yet."""
    mark: str | None = await session.scalar(select(StoreMark.mark))
    return mark
