"""Making codes and looking at those that were typed."""

import hmac
from collections.abc import Sequence
from datetime import datetime

from jobfair.credentials import queries
from jobfair.credentials.queries import TriedCode, code_context
from jobfair.credentials.rules import (
    GOOD_FOR,
    WRONG_CODE,
    Purpose,
    new_code,
    read_code,
)
from jobfair.db import Session
from jobfair.errors import Invalid
from jobfair.keys import Keys
from jobfair.people.actions import hash_token


def _hash(keys: Keys, purpose: Purpose, name: bytes, code: str) -> bytes:
    return keys.blind_index(f"{code_context(purpose, name)}:{code}")


async def make_code(
    session: Session,
    keys: Keys,
    purpose: Purpose,
    *,
    name: bytes,
    account_id: int | None,
    now: datetime,
    contact_id: int | None = None,
) -> tuple[int, str]:
    """Store a new code of six digits for a name; return the id of its row, and the code.

    Only a code that is sent is kept so that it can be read, sealed, until it is used or too old.
    """
    code = new_code()
    sealed = None
    if purpose is not Purpose.COUNTER:
        sealed = keys.seal(code, context=code_context(purpose, name))
    row = {
        "purpose": purpose,
        "name": name,
        "account_id": account_id,
        "contact_id": contact_id,
        "code_hash": _hash(keys, purpose, name, code),
        "sealed": sealed,
        "expires_at": now + GOOD_FOR[purpose],
        "tries": 0,
    }
    return await queries.store_code(session, row), code


async def make_long_code(
    session: Session, purpose: Purpose, code: str, *, account_id: int, now: datetime
) -> None:
    """Store a code that is too long to be guessed, by its hash alone."""
    known = hash_token(read_code(code))
    row = {
        "purpose": purpose,
        "name": known,
        "account_id": account_id,
        "contact_id": None,
        "code_hash": known,
        "sealed": None,
        "expires_at": now + GOOD_FOR[purpose],
        "tries": 0,
    }
    await queries.store_code(session, row)


async def try_code(
    session: Session,
    keys: Keys,
    purposes: Sequence[Purpose],
    *,
    name: bytes,
    typed: str,
    now: datetime,
) -> TriedCode | None:
    """Count a try and return the code that was right, if any.

    Commit before saying that it was wrong, or the try would not be counted.
    """
    text = read_code(typed)
    found = None
    for code in await queries.count_try(session, purposes, name, now=now):
        if hmac.compare_digest(code.code_hash, _hash(keys, code.purpose, name, text)):
            found = code
    return None if found is None or found.account_id is None else found


async def use_code(session: Session, code: TriedCode) -> None:
    """Take a code that was right out of use. Two at once: the second is ``Invalid``."""
    if not await queries.use_up(session, code):
        raise Invalid({"code": WRONG_CODE})


async def use_spare(session: Session, *, account_id: int, typed: str, now: datetime) -> bool:
    """Take one of the codes that stand in for a lost authenticator; each is good once."""
    known = hash_token(read_code(typed))
    code = await queries.code_by_name(session, Purpose.SPARE, known, now=now)
    return (
        code is not None and code.account_id == account_id and await queries.use_up(session, code)
    )


async def forget_expired_codes(session: Session, *, now: datetime) -> None:
    """Delete codes that are too old. Safe at any time."""
    await queries.delete_expired_codes(session, now=now)
