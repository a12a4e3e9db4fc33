"""Uploading as the page does, and being cut off."""

from datetime import datetime

from jobfair.db import Database
from jobfair.documents import actions
from jobfair.documents.rules import Kind
from jobfair.encryption import encrypt
from jobfair.store import Store
from tests.builders import KEYS, NOW


async def upload_cv(
    database: Database,
    store: Store,
    account_id: int,
    content: bytes = b"isi",
    *,
    now: datetime = NOW,
    after: str = "",
) -> str:
    """Upload a CV and return its name; stop ``after`` "begin" or "put" when told to."""
    async with database.transaction() as session:
        begun = await actions.begin_upload(
            session, keys=KEYS, account_id=account_id, kind=Kind.PDF, size=len(content), now=now
        )
    if after == "begin":
        return begun.name
    await store.put(begun.name, encrypt(content, key=bytes.fromhex(begun.key), context=begun.name))
    if after == "put":
        return begun.name
    async with database.transaction() as session:
        await actions.finish_upload(session, account_id=account_id, name=begun.name, now=now)
    return begun.name
