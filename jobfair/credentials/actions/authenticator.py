"""Codes of an authenticator (TOTP) for staff, and the spare codes that stand in for it."""

import re
from datetime import datetime

import pyotp

from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.credentials import queries
from jobfair.credentials.actions.codes import make_long_code, use_spare
from jobfair.credentials.actions.telling import Notice, tell
from jobfair.credentials.rules import SPARES, WRONG_CODE, Purpose
from jobfair.db import Session
from jobfair.errors import Invalid, Refused
from jobfair.keys import Keys
from jobfair.people.actions import sign_out_others
from jobfair.people.models import Account
from jobfair.people.queries import account_by_id
from jobfair.people.rules import one_time_password

ISSUER = "Job Fair"


def _context(account_id: int) -> str:
    return f"totp:{account_id}"


def _secret(keys: Keys, account: Account) -> str:
    assert account.totp_sealed is not None
    return keys.unseal(account.totp_sealed, context=_context(account.id))


async def begin_authenticator(session: Session, keys: Keys, *, account_id: int) -> None:
    """Make a secret that counts for nothing until a code of it was typed. An unused one stays.

    Raises:
        Refused: ``set_up``, there is an authenticator already.

    """
    account = await account_by_id(session, account_id, lock=True)
    if account.totp_at is not None:
        raise Refused("set_up", "Autentikator sudah terpasang.")
    if account.totp_sealed is None:
        account.totp_sealed = keys.seal(pyotp.random_base32(), context=_context(account_id))


def enrolment(keys: Keys, account: Account) -> tuple[str, str]:
    """Return the secret as it is typed and as a QR code holds it, while it is not confirmed."""
    if account.totp_sealed is None or account.totp_at is not None:
        return "", ""
    secret = _secret(keys, account)
    name = account.email or "akun"
    return secret, pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


async def _take(session: Session, keys: Keys, account: Account, typed: str, now: datetime) -> bool:
    """Tell whether a code of the authenticator is right and newer than the last one taken.

    One step of 30 seconds early or late is allowed; the same code is never taken twice.
    """
    totp = pyotp.TOTP(_secret(keys, account))
    code = re.sub(r"\s", "", typed[:20])
    try:
        step = totp.verify_and_get_timecode(code, for_time=int(now.timestamp()), valid_window=1)
    except (pyotp.exceptions.OTPVerificationError, ValueError):
        return False
    return await queries.advance_step(session, account.id, step)


async def confirm_authenticator(
    session: Session, keys: Keys, *, account_id: int, typed: str, token: str, now: datetime
) -> list[str]:
    """Take the authenticator into use; return its spare codes, which are never shown again.

    Every other browser is signed out.

    Raises:
        Invalid: the code is wrong. Refused: ``set_up``, it is in use already or was never begun.

    """
    account = await account_by_id(session, account_id, lock=True)
    if account.totp_sealed is None or account.totp_at is not None:
        raise Refused("set_up", "Muat ulang halaman ini, lalu mulai lagi.")
    if not await _take(session, keys, account, typed, now):
        raise Invalid({"code": WRONG_CODE})
    account.totp_at = now
    await queries.delete_codes(session, account_id, [Purpose.SPARE])
    spares = [one_time_password() for _ in range(SPARES)]
    for code in spares:
        await make_long_code(session, Purpose.SPARE, code, account_id=account_id, now=now)
    await sign_out_others(session, account_id=account_id, token=token, now=now)
    record_audit(session, Act.SET_UP_CODE, now=now, account_id=account_id)
    await tell(session, Notice.CONTACT_CHANGED, account_id=account_id)
    return spares


async def check_authenticator(
    session: Session, keys: Keys, *, account_id: int, typed: str, now: datetime
) -> bool:
    """Tell whether a code is the authenticator's, or a spare one; it is used up by that."""
    account = await account_by_id(session, account_id)
    if account.totp_at is None:
        return False
    return await _take(session, keys, account, typed, now) or await use_spare(
        session, account_id=account_id, typed=typed, now=now
    )


async def remove_authenticator(session: Session, *, account: Account, now: datetime) -> None:
    """Let an account be signed in to with its password alone."""
    account.totp_sealed = account.totp_step = account.totp_at = None
    await queries.delete_codes(session, account.id, [Purpose.SPARE])
    record_audit(session, Act.REMOVE_CODE, now=now, account_id=account.id)


async def change_keys_of_credentials(session: Session, *, old: Keys, new: Keys) -> None:
    """Seal contacts and authenticators with a new root key; codes of six digits end."""
    for contact in await queries.every_contact(session):
        context = queries.contact_context(contact.account_id)
        value = old.unseal(contact.value_sealed, context=context)
        contact.value_sealed = new.seal(value, context=context)
        contact.value_index = new.blind_index(value)
    for account in await queries.every_authenticator(session):
        account.totp_sealed = new.seal(_secret(old, account), context=_context(account.id))
    await queries.delete_short_lived_codes(session)
