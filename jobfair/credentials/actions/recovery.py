"""A new password for who has forgotten theirs, by a code that was sent or given at the counter."""

from datetime import datetime

from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.credentials import queries
from jobfair.credentials.actions.codes import make_code, use_code
from jobfair.credentials.actions.telling import Notice, tell
from jobfair.credentials.queries import TriedCode
from jobfair.credentials.rules import SHORT_LIVED, ContactKind, Purpose
from jobfair.db import Session, topics
from jobfair.db.base import plain
from jobfair.db.changes import mark_changed
from jobfair.errors import Refused
from jobfair.keys import Keys
from jobfair.people import actions as people
from jobfair.people.models import Account
from jobfair.people.queries import Credentials, account_by_id, delete_sign_ins_of

RECOVERING = (Purpose.RECOVER, Purpose.COUNTER)


async def send_recovery_code(
    session: Session, keys: Keys, *, name: bytes, kind: ContactKind, now: datetime
) -> None:
    """Send a code to the confirmed contact of who signs in with ``name``.

    The steps are the same for an unknown name, down to the row of a code that is not sent.
    """
    account_id, contact_id = await queries.recoverable(session, name=name, kind=kind)
    code_id, _ = await make_code(
        session,
        keys,
        Purpose.RECOVER,
        name=name,
        account_id=account_id,
        contact_id=contact_id,
        now=now,
    )
    if account_id is not None:
        await tell(session, Notice.CODE, account_id=account_id, code_id=code_id)


async def give_counter_code(
    session: Session,
    keys: Keys,
    *,
    account: Account,
    act: Act,
    now: datetime,
    by: int,
    fair_id: int,
    reason: str,
    found_by: str,
) -> str:
    """Return a code for a person whose KTP was seen. The old password works until it is used."""
    _, code = await make_code(
        session, keys, Purpose.COUNTER, name=account.sign_in_key, account_id=account.id, now=now
    )
    record_audit(
        session,
        act,
        now=now,
        account_id=by,
        fair_id=fair_id,
        subject=f"account:{account.id}",
        reason=reason,
        found_by=found_by,
        ktp_seen=True,
    )
    await tell(session, Notice.COUNTER_CODE, account_id=account.id)
    return code


async def recover_account(
    session: Session,
    *,
    code: TriedCode,
    password_hash: str,
    old_token: str,
    device: str,
    now: datetime,
) -> tuple[Credentials, str]:
    """Store the password its owner chose with a code; return the account and the new cookie.

    Every other browser is signed out, and every code of the account ends.

    Raises:
        Invalid: the code was used meanwhile. Refused: the account was closed.

    """
    await use_code(session, code)
    account = await account_by_id(session, code.account_id or 0, lock=True)
    if account.disabled_at is not None:
        raise Refused("disabled", "Akun ini sudah ditutup.")
    account.password_hash, account.must_change_password = password_hash, False
    await session.flush()
    await delete_sign_ins_of(session, account.id)
    await queries.delete_codes(session, account.id, SHORT_LIVED)
    mark_changed(session, topics.account(account.id))
    record_audit(session, Act.RECOVER, now=now, account_id=account.id, way=code.purpose)
    await tell(session, Notice.PASSWORD_CHANGED, account_id=account.id)
    token = await people.sign_in(
        session, account=account, old_token=old_token, now=now, device=device
    )
    return plain(Credentials, account), token
