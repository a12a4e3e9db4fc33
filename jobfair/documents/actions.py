"""Uploading, replacing and removing CVs, and clearing away what nobody needs.

The bytes are put into the store between :func:`begin_upload` and :func:`finish_upload`, each a
transaction of its own, and deleted from it between :func:`remove_cv` (or :func:`give_up`) and
:func:`forget`. Wherever a process dies, the rows still know every name that may be in the store.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.db import Session
from jobfair.db.sealed import Keys
from jobfair.documents import queries
from jobfair.documents.models import StoredDocument, StoreMark
from jobfair.documents.rules import Kind
from jobfair.encryption import encrypted_size, new_key
from jobfair.errors import Misconfigured, Refused
from jobfair.store import ObjectNotFound, Store

AT_ONCE = 200
"""Documents a job takes on in one run; the next run takes the next."""
REKEYED_AT_ONCE = 1000
LOOKED_FOR_AT_ONCE = 16
"""Questions a store is asked side by side: one by one a bucket of 90,000 takes an hour at 40 ms."""


@dataclass(frozen=True)
class Begun:
    """An upload that is on its way: what its bytes are to be called and sealed with."""

    name: str
    key: str


@dataclass(frozen=True)
class Lost:
    """A document whose bytes are not all in the store."""

    name: str
    kept: int | None
    """How many bytes there are; None: no such name."""
    needed: int


async def begin_upload(
    session: Session, *, keys: Keys, account_id: int, kind: Kind, size: int, now: datetime
) -> Begun:
    """Note that bytes under a new name will come; until they are there nobody sees them."""
    owner = await queries.lock_owner(session, account_id)
    begun = Begun(name=secrets.token_hex(16), key=new_key().hex())
    session.add(
        StoredDocument(
            name=begun.name,
            key_sealed=keys.seal(begun.key, context=queries.key_context(begun.name)),
            applicant_id=owner.id,
            kind=kind,
            size=size,
            begun_at=now,
        ),
    )
    return begun


async def finish_upload(session: Session, *, account_id: int, name: str, now: datetime) -> None:
    """Put the document on the profile; applications already sent keep the one they went with.

    Raises:
        Refused: ``late``: the upload was given up meanwhile.

    """
    owner = await queries.lock_owner(session, account_id)
    document = await queries.begun(session, name=name, applicant_id=owner.id)
    if document is None:
        raise Refused("late", "Unggahan ini terlalu lama. Coba sekali lagi.")
    await queries.mark_replaced(session, applicant_id=owner.id, now=now)
    document.stored_at = now
    owner.cv = name
    record_audit(
        session,
        Act.UPLOAD_CV,
        now=now,
        account_id=account_id,
        kind=document.kind,
        size=document.size,
    )


async def remove_cv(session: Session, *, account_id: int, now: datetime) -> None:
    """Take away every CV of the applicant, also from companies it was sent to. Twice is once."""
    owner = await queries.lock_owner(session, account_id)
    if not owner.cv:
        return
    owner.cv = ""
    await queries.mark_removed_of(session, applicant_id=owner.id, now=now)
    record_audit(session, Act.REMOVE_CV, now=now, account_id=account_id)


async def give_up(session: Session, *, now: datetime) -> int:
    """Mark what may go: uploads never finished, and replaced CVs no company may read any more.

    Returns how many; a later run finds what this one has left.
    """
    names = [
        *await queries.unfinished(session, now=now, most=AT_ONCE),
        *await queries.unneeded(session, now=now, most=AT_ONCE),
    ]
    if names:
        await queries.mark_removed(session, names, now=now)
    return len(names)


async def leaving(session: Session) -> Sequence[str]:
    """Return the names of some documents whose bytes are to be deleted."""
    return await queries.leaving(session, most=AT_ONCE)


async def forget(session: Session, names: Sequence[str]) -> None:
    """Delete the rows, and with them the keys, of documents whose bytes are gone."""
    await queries.delete_rows(session, names)


def note_reading(
    session: Session,
    *,
    account_id: int,
    fair_id: int,
    application_id: int,
    position: str,
    company: str,
    now: datetime,
) -> None:
    """Write down that a company opens a CV, before it does."""
    record_audit(
        session,
        Act.READ_CV,
        now=now,
        account_id=account_id,
        fair_id=fair_id,
        subject=f"application:{application_id}",
        position=position,
        company=company,
    )


async def change_keys_of_documents(session: Session, *, old: Keys, new: Keys) -> int:
    """Seal every document's key with a new root key, and return how many; bytes stay as they are.

    Raises:
        Misconfigured: ``old`` does not open one of them; roll everything back.

    """
    done = last = 0
    while rows := await queries.sealed_keys(session, after=last, most=REKEYED_AT_ONCE):
        sealed = []
        for row in rows:
            context = queries.key_context(row.name)
            key = old.unseal(row.key_sealed, context=context)
            sealed.append({"document": row.id, "sealed": new.seal(key, context=context)})
        await queries.set_sealed_keys(session, sealed)
        done, last = done + len(rows), rows[-1].id
    return done


async def lost(store: Store, documents: Sequence[queries.Wanted]) -> list[Lost]:
    """Return which documents the store does not have, or not in their length, in their order.

    Asks for lengths only: nothing is fetched or opened. What was removed since the rows were read
    is among them; look at a row again (:func:`queries.still_wanted`) before it is called lost.

    Raises:
        StoreUnavailable: nobody can tell, of none of them.

    """
    kept: dict[str, int | None] = {}
    left = iter(documents)

    async def look() -> None:
        for one in left:
            try:
                kept[one.name] = await store.size(one.name)
            except ObjectNotFound:
                kept[one.name] = None

    try:
        async with asyncio.TaskGroup() as looks:
            for _ in range(LOOKED_FOR_AT_ONCE):
                looks.create_task(look())
    except ExceptionGroup as several:
        raise several.exceptions[0] from None
    found = [Lost(one.name, kept[one.name], encrypted_size(one.size)) for one in documents]
    return [one for one in found if one.kept != one.needed]


async def tie_store(session: Session, store: Store, *, place: str) -> None:
    """See that ``store`` is the one this database's documents lie in; the first one becomes it.

    Two nodes with a folder each, a folder that is not mounted, or a copy without its documents
    would otherwise lose CVs one by one. Puts the mark into the store before the row is committed.

    Raises:
        Misconfigured: it is another one.
        StoreUnavailable: nobody can tell.

    """
    mark = await queries.store_mark(session)
    if mark is None:
        mark = secrets.token_hex(16)
        await store.put(mark, b"jobfair")
        session.add(StoreMark(mark=mark))
        await session.flush()
        return
    try:
        await store.get(mark)
    except ObjectNotFound:
        raise Misconfigured(
            "Dokumen di %(place)s bukan milik basis data ini. Pakai folder atau bucket yang sama "
            "di semua peladen, atau pulihkan dari cadangan. Bila dokumennya memang hilang, buat "
            "berkas bernama %(mark)s di sana.",
            place=place,
            mark=mark,
        ) from None
