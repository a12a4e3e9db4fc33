"""What an organiser does for a person who stands at the counter."""

from datetime import datetime

from jobfair.applicants import queries
from jobfair.applicants.actions.profile import put_profile
from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.credentials.actions.recovery import give_counter_code
from jobfair.credentials.queries import delete_credentials
from jobfair.db import Session, topics
from jobfair.db.changes import mark_changed
from jobfair.drafts.actions import forget_drafts
from jobfair.errors import NotFound, Refused
from jobfair.keys import Keys
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


async def give_code(
    session: Session,
    *,
    keys: Keys,
    account_id: int,
    found_by: str,
    reason: str,
    now: datetime,
    by: int,
    fair_id: int,
) -> str:
    """Return a code for an applicant whose KTP was seen, good for one new password.

    Raises:
        NotFound: not an applicant. Refused: ``closed``, the account was closed.

    """
    return await give_counter_code(
        session,
        keys,
        account=await _open_applicant(session, account_id),
        act=Act.RESET_APPLICANT,
        now=now,
        by=by,
        fair_id=fair_id,
        reason=reason,
        found_by=found_by,
    )


async def claim_account(
    session: Session,
    *,
    keys: Keys,
    account_id: int,
    found_by: str,
    reason: str,
    now: datetime,
    by: int,
    fair_id: int,
) -> str:
    """Pass an account that another person made to the owner of its NIK; return the owner's code.

    The password, contacts, codes, drafts and browsers of its maker end. Applications stay in
    the ledger; the owner says which of them to keep.

    Raises:
        NotFound: not an applicant. Refused: ``closed``, the account was closed.

    """
    account = await _open_applicant(session, account_id)
    applicant = await queries.applicant_row(session, account_id, lock=True)
    account.password_hash, account.must_change_password, account.claimed_at = None, False, now
    put_profile(applicant, keys, {"phone": ""})
    applicant.updated_at = now
    await people.delete_sign_ins_of(session, account_id)
    await delete_credentials(session, [account_id])
    await forget_drafts(session, account_id=account_id)
    mark_changed(session, topics.account(account_id))
    return await give_counter_code(
        session,
        keys,
        account=account,
        act=Act.CLAIM_ACCOUNT,
        now=now,
        by=by,
        fair_id=fair_id,
        reason=reason,
        found_by=found_by,
    )


async def keep_applications(session: Session, *, account_id: int, now: datetime) -> None:
    """Note that the owner has looked at what was sent before the account was theirs."""
    account = await people.account_by_id(session, account_id, lock=True)
    if account.claimed_at is not None:
        account.claimed_at = None
        record_audit(session, Act.KEEP_APPLICATIONS, now=now, account_id=account_id)


async def _open_applicant(session: Session, account_id: int) -> Account:
    account = await people.account_by_id(session, account_id, lock=True)
    if account.role is not Role.APPLICANT:
        raise NotFound
    if account.disabled_at is not None:
        raise Refused("closed", "Akun ini sudah ditutup.")
    return account
