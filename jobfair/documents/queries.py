"""Finding documents: the one on a profile, the one that was sent, and those that may go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Text, bindparam, delete, exists, func, select, type_coerce, update

from jobfair.applicants.models import Applicant
from jobfair.applications.models import Application
from jobfair.db import Session
from jobfair.documents.models import StoredDocument, StoreMark
from jobfair.documents.rules import READABLE_AFTER_CLOSING, SETTLED, Kind
from jobfair.errors import NotFound
from jobfair.fairs.models import FairWindow

WANTED = (StoredDocument.stored_at.is_not(None), StoredDocument.removed_at.is_(None))
"""Of these the store must hold the bytes, whether they are on a profile or were only sent."""


@dataclass(frozen=True)
class Wanted:
    """A document whose bytes must be in the store."""

    id: int
    name: str
    size: int
    """Bytes before sealing."""


@dataclass(frozen=True)
class Cv:
    """A CV that can be opened by who may."""

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


async def lock_owner(session: Session, account_id: int) -> Applicant:
    """Return the applicant of an account, locked against a second change of the CV.

    Applications may still come in meanwhile: they refer to the row and do not change it.
    """
    query = select(Applicant).where(Applicant.account_id == account_id)
    found: Applicant | None = await session.scalar(query.with_for_update(key_share=True))
    if found is None:
        raise NotFound
    return found


async def cv_named(session: Session, name: str) -> Cv | None:
    """Return a document by the name a profile keeps, or None when there is none (any more)."""
    if not name:
        return None
    query = select(
        StoredDocument.name,
        StoredDocument.key_sealed,
        StoredDocument.kind,
        StoredDocument.size,
        StoredDocument.stored_at,
    ).where(StoredDocument.name == name, *WANTED)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Cv(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


async def begun(session: Session, *, name: str, applicant_id: int) -> StoredDocument | None:
    """Return an upload of this applicant that still waits for its bytes."""
    query = select(StoredDocument).where(
        StoredDocument.name == name,
        StoredDocument.applicant_id == applicant_id,
        StoredDocument.stored_at.is_(None),
        StoredDocument.removed_at.is_(None),
    )
    found: StoredDocument | None = await session.scalar(query)
    return found


async def mark_replaced(session: Session, *, applicant_id: int, now: datetime) -> None:
    """Note that what this applicant had on the profile is there no longer."""
    await session.execute(
        update(StoredDocument)
        .where(
            StoredDocument.applicant_id == applicant_id,
            StoredDocument.stored_at.is_not(None),
            StoredDocument.replaced_at.is_(None),
        )
        .values(replaced_at=now)
    )


async def mark_removed_of(session: Session, *, applicant_id: int, now: datetime) -> None:
    """Note that everything of this applicant is to go."""
    await session.execute(
        update(StoredDocument)
        .where(StoredDocument.applicant_id == applicant_id, StoredDocument.removed_at.is_(None))
        .values(removed_at=now)
    )


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
        StoredDocument.replaced_at.is_(None),
        StoredDocument.stored_at.is_(None),
        StoredDocument.begun_at < now - SETTLED,
    )
    return (await session.scalars(query.limit(most))).all()


async def unneeded(session: Session, *, now: datetime, most: int) -> Sequence[str]:
    """Return replaced documents that no application a company may still read was sent with."""
    closings = select(
        FairWindow.fair_id,
        FairWindow.closes_at,
        func.row_number()
        .over(partition_by=FairWindow.fair_id, order_by=FairWindow.ordinal.desc())
        .label("age"),
    ).subquery()
    running = select(closings.c.fair_id).where(
        closings.c.age == 1, closings.c.closes_at > now - READABLE_AFTER_CLOSING
    )
    sent = exists().where(
        Application.applicant_id == StoredDocument.applicant_id,
        Application.fair_id.in_(running),
        type_coerce(Application.profile, Text).contains(StoredDocument.name),
    )
    query = select(StoredDocument.name).where(
        StoredDocument.removed_at.is_(None), StoredDocument.replaced_at < now - SETTLED, ~sent
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
    """Store keys sealed anew: ``document`` and ``sealed`` of each."""
    table = StoredDocument.metadata.tables[StoredDocument.__tablename__]
    statement = (
        update(table)
        .where(table.c.id == bindparam("document"))
        .values(key_sealed=bindparam("sealed"))
    )
    await session.execute(statement, rows)


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
