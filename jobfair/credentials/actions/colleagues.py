"""Organisers invite colleagues, give them a duty, and end their accounts."""

from datetime import datetime

from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.credentials import queries
from jobfair.credentials.actions.codes import make_long_code, use_code
from jobfair.credentials.rules import WRONG_CODE, Purpose, read_code
from jobfair.db import Session, topics
from jobfair.db.base import plain
from jobfair.db.changes import mark_changed
from jobfair.errors import Invalid, Refused
from jobfair.keys import Keys
from jobfair.people import actions as people
from jobfair.people.queries import Credentials, account_by_id, delete_sign_ins_of
from jobfair.people.rules import Duty, Role, one_time_password


async def _invite(
    session: Session, *, account_id: int, name: str, by: int, now: datetime
) -> tuple[str, str]:
    code = one_time_password()
    await queries.delete_codes(session, account_id, [Purpose.INVITE])
    await make_long_code(session, Purpose.INVITE, code, account_id=account_id, now=now)
    record_audit(
        session, Act.INVITE_ORGANISER, now=now, account_id=by, subject=f"account:{account_id}"
    )
    return name, code


async def invite(
    session: Session,
    keys: Keys,
    *,
    office_id: int,
    name: str,
    email: str,
    duty: Duty,
    by: int,
    now: datetime,
) -> tuple[str, str]:
    """Make an account that cannot be signed in to yet; return its owner's name and the code.

    Raises:
        Invalid: name or address is missing or used.

    """
    account = await people.add_staff(
        session,
        keys=keys,
        role=Role.ORGANISER,
        name=name,
        email=email,
        password_hash=None,
        now=now,
        by=by,
        office_id=office_id,
        duty=duty,
    )
    await session.flush()
    return await _invite(session, account_id=account.id, name=account.name, by=by, now=now)


async def invite_again(
    session: Session, *, office_id: int, account_id: int, by: int, now: datetime
) -> tuple[str, str]:
    """Give a colleague another code, for one who lost the first or their password.

    Raises:
        Refused: ``disabled``. NotFound: not of this office.

    """
    account = await queries.colleague(session, office_id=office_id, account_id=account_id)
    if account.disabled_at is not None:
        raise Refused("disabled", "Akun ini nonaktif.")
    return await _invite(session, account_id=account.id, name=account.name, by=by, now=now)


async def accept_invitation(
    session: Session, *, code: str, password_hash: str, old_token: str, device: str, now: datetime
) -> tuple[Credentials, str]:
    """Store the password of who was invited; return their account and the new cookie.

    Raises:
        Invalid: the code is unknown, used or too old. Refused: the account is disabled.

    """
    known = people.hash_token(read_code(code))
    found = await queries.code_by_name(session, Purpose.INVITE, known, now=now)
    if found is None:
        raise Invalid({"password": WRONG_CODE})
    await use_code(session, found)
    account = await account_by_id(session, found.account_id or 0, lock=True)
    if account.disabled_at is not None:
        raise Refused("disabled", "Akun ini nonaktif.")
    account.password_hash, account.must_change_password = password_hash, False
    await session.flush()
    await delete_sign_ins_of(session, account.id)
    mark_changed(session, topics.account(account.id))
    record_audit(session, Act.ACCEPT_INVITATION, now=now, account_id=account.id)
    token = await people.sign_in(
        session, account=account, old_token=old_token, now=now, device=device
    )
    return plain(Credentials, account), token


async def disable_colleague(
    session: Session, *, office_id: int, account_id: int, by: int, now: datetime
) -> None:
    """Keep a colleague from signing in, at once and in every browser. Twice is once.

    Raises:
        Refused: ``self``: the office would be locked out by its last organiser.

    """
    account = await queries.colleague(session, office_id=office_id, account_id=account_id)
    if account.id == by:
        raise Refused("self", "Akun Anda sendiri hanya dapat dinonaktifkan rekan Anda.")
    if account.disabled_at is not None:
        return
    account.disabled_at = now
    await queries.delete_codes(session, account.id, list(Purpose))
    await delete_sign_ins_of(session, account.id)
    mark_changed(session, topics.account(account.id))
    record_audit(
        session, Act.DISABLE_ORGANISER, now=now, account_id=by, subject=f"account:{account.id}"
    )
