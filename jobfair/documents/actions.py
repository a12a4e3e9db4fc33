"""Storing, reading and deleting documents of anybody.

:func:`write` comes between :func:`begin` and :func:`finish`, each a transaction of its own; bytes
are deleted between :func:`queries.mark_removed` (or :func:`give_up`) and :func:`forget`. Wherever
a process dies, the rows still know every name that may be in the store.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jobfair.db import Session
from jobfair.documents import queries
from jobfair.documents.models import StoredDocument, StoreMark
from jobfair.documents.rules import Kind
from jobfair.encryption import decrypt, encrypt, encrypted_size, new_key
from jobfair.errors import Misconfigured, Refused
from jobfair.keys import Keys
from jobfair.store import ObjectNotFound, Store

AT_ONCE = 200
"""Documents a job takes on in one run; the next run takes the next."""
REKEYED_AT_ONCE = 1000
LOOKED_FOR_AT_ONCE = 16
"""Questions a store is asked side by side: one by one a bucket of 90,000 takes an hour at 40 ms."""


@dataclass(frozen=True)
class Begun:
    """An upload that is on its way: its row, and what its bytes are called and sealed with."""

    id: int
    name: str
    key: str


@dataclass(frozen=True)
class Lost:
    """A document whose bytes are not all in the store."""

    name: str
    kept: int | None
    """How many bytes there are; None: no such name."""
    needed: int


async def begin(session: Session, *, keys: Keys, kind: Kind, size: int, now: datetime) -> Begun:
    """Note that bytes under a new name will come; the caller notes whose they are."""
    name, key = secrets.token_hex(16), new_key().hex()
    sealed = keys.seal(key, context=queries.key_context(name))
    row = StoredDocument(name=name, key_sealed=sealed, kind=kind, size=size, begun_at=now)
    session.add(row)
    await session.flush()
    return Begun(row.id, name, key)


async def write(store: Store, begun: Begun, data: bytes) -> None:
    """Encrypt the bytes of a document and put them into the store.

    Raises:
        StoreUnavailable: they are not kept.

    """
    key = bytes.fromhex(begun.key)
    await store.put(begun.name, await asyncio.to_thread(encrypt, data, key=key, context=begun.name))


async def finish(session: Session, name: str, *, now: datetime) -> StoredDocument:
    """Note that the bytes are in the store: from now on the document can be read.

    Raises:
        Refused: ``late``: the upload was given up meanwhile.

    """
    document = await queries.begun(session, name)
    if document is None:
        raise Refused("late", "Unggahan ini terlalu lama. Coba sekali lagi.")
    document.stored_at = now
    return document


async def read(store: Store, keys: Keys, file: queries.StoredFile) -> bytes:
    """Return the bytes of a document as they were uploaded.

    Raises:
        ObjectNotFound: they are not in the store.
        DecryptionFailed: they are not those that were stored.
        StoreUnavailable: nobody can tell.

    """
    sealed = await store.get(file.name)
    key = bytes.fromhex(keys.unseal(file.key_sealed, context=queries.key_context(file.name)))
    return await asyncio.to_thread(decrypt, sealed, key=key, context=file.name)


async def give_up(session: Session, *, now: datetime) -> None:
    """Mark uploads that were never finished; a later run takes what this one has left."""
    names = await queries.unfinished(session, now=now, most=AT_ONCE)
    await queries.mark_removed(session, names, now=now)


async def leaving(session: Session) -> Sequence[str]:
    """Return the names of some documents whose bytes are to be deleted."""
    return await queries.leaving(session, most=AT_ONCE)


async def forget(session: Session, names: Sequence[str]) -> None:
    """Delete the rows, and with them the keys, of documents whose bytes are gone."""
    await queries.delete_rows(session, names)


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
            sealed.append({"id": row.id, "key_sealed": new.seal(key, context=context)})
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
    would otherwise lose them one by one. Puts the mark into the store before the row is committed.

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
