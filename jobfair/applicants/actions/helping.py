"""What an organiser does for a person who stands at the counter."""

import secrets
from datetime import datetime

from jobfair.applicants import queries
from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.db import Session, topics
from jobfair.db.changes import mark_changed
from jobfair.db.sealed import Keys
from jobfair.errors import NotFound, Refused
from jobfair.people import actions as accounts
from jobfair.people import queries as people
from jobfair.people.models import Account
from jobfair.people.rules import Role


async def note_lookup(
    session: Session, *, account_id: int, found_by: str, now: datetime, by: int, fair_id: int
) -> None:
    """Write down that an organiser has looked at a person, and how they found them."""
    record_audit(
        session,
        Act.LOOK_UP_APPLICANT,
        now=now,
        account_id=by,
        fair_id=fair_id,
        subject=f"account:{account_id}",
        found_by=found_by,
    )


async def reset_applicant_password(
    session: Session,
    *,
    account_id: int,
    password_hash: str,
    reason: str,
    now: datetime,
    by: int,
    fair_id: int,
) -> Account:
    """Give an applicant whose KTP was seen a password for one sign-in; every browser ends.

    Raises:
        NotFound: not an applicant. Refused: ``released``, the account was closed.

    """
    account = await _open_applicant(session, account_id)
    await accounts.reset_password(
        session,
        account=account,
        password_hash=password_hash,
        now=now,
        by=by,
        fair_id=fair_id,
        act=Act.RESET_APPLICANT,
        reason=reason,
    )
    return account


async def release_nik(
    session: Session,
    *,
    keys: Keys,
    account_id: int,
    reason: str,
    now: datetime,
    by: int,
    fair_id: int,
) -> None:
    """Close the account that registered another person's NIK, so that its owner can register.

    Its applications stay in the ledger, and nobody can sign in to it again. A random word takes
    the place of the NIK, so that changing the root key later finds something to seal here too.

    Raises:
        NotFound: not an applicant. Refused: ``released``, it was closed before.

    """
    account = await _open_applicant(session, account_id)
    applicant = await queries.applicant_row(session, account_id)
    word = f"lepas-{secrets.token_urlsafe(16)}"
    account.sign_in_key = applicant.nik_index = keys.blind_index(word)
    applicant.nik_sealed = keys.seal(word, context=queries.nik_context(applicant.public_id))
    account.password_hash, account.disabled_at = None, now
    await people.delete_sign_ins_of(session, account_id)
    mark_changed(session, topics.account(account_id))
    record_audit(
        session,
        Act.RELEASE_NIK,
        now=now,
        account_id=by,
        fair_id=fair_id,
        subject=f"account:{account_id}",
        reason=reason,
    )


async def _open_applicant(session: Session, account_id: int) -> Account:
    account = await people.account_by_id(session, account_id, lock=True)
    if account.role is not Role.APPLICANT:
        raise NotFound
    if account.disabled_at is not None:
        raise Refused("released", "Akun ini sudah ditutup dan NIK-nya sudah dilepas.")
    return account
