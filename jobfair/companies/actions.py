"""What an office does to a company: verify it, suspend it, give it reviewers."""

from datetime import datetime

from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.companies.queries import company_of_office, lock_company
from jobfair.companies.rules import read_suspension, read_verification
from jobfair.credentials.actions.authenticator import remove_authenticator
from jobfair.db import Session, topics
from jobfair.db.changes import mark_changed
from jobfair.fairs.queries import all_fairs
from jobfair.fields import Fields
from jobfair.keys import Keys
from jobfair.people import actions as people
from jobfair.people.queries import StaffMember, reviewer_of, staff_member
from jobfair.people.rules import Role


async def _tell_fairs(session: Session, office_id: int) -> None:
    """Mark every fair of the office: public numbers count verified companies only."""
    for fair in await all_fairs(session, office_id=office_id):
        mark_changed(session, topics.fair(fair.id))


async def verify_company(
    session: Session,
    *,
    office_id: int,
    company_id: int,
    reason: str,
    now: datetime,
    account_id: int,
    fair_id: int | None = None,
) -> None:
    """Let the company appear at the office's fairs. Verifying twice changes nothing.

    Raises:
        NotFound: not a company of this office. Invalid: the reason is too long.

    """
    company = await lock_company(session, office_id=office_id, company_id=company_id)
    reason = read_verification(Fields({"reason": reason}))
    if company.verified_at is not None:
        return
    company.verified_at = now
    record_audit(
        session,
        Act.VERIFY_COMPANY,
        now=now,
        account_id=account_id,
        fair_id=fair_id,
        subject=f"company:{company_id}",
        reason=reason,
    )
    await _tell_fairs(session, office_id)


async def suspend_company(
    session: Session,
    *,
    office_id: int,
    company_id: int,
    reason: str,
    now: datetime,
    account_id: int,
    fair_id: int | None = None,
) -> None:
    """Take the company off the public pages and its desk, until it is verified again.

    Its applications stay in the ledger and in every number of applications. Suspending twice
    changes nothing.

    Raises:
        NotFound: not a company of this office. Invalid: no reason.

    """
    company = await lock_company(session, office_id=office_id, company_id=company_id)
    reason = read_suspension(Fields({"reason": reason}))
    if company.verified_at is None:
        return
    company.verified_at = None
    mark_changed(session, topics.company(company_id))
    record_audit(
        session,
        Act.SUSPEND_COMPANY,
        now=now,
        account_id=account_id,
        fair_id=fair_id,
        subject=f"company:{company_id}",
        reason=reason,
    )
    await _tell_fairs(session, office_id)


async def add_reviewer(
    session: Session,
    *,
    keys: Keys,
    office_id: int,
    company_id: int,
    name: str,
    email: str,
    password_hash: str,
    now: datetime,
    by: int,
    fair_id: int | None = None,
) -> StaffMember:
    """Make an account for a reviewer of a company of this office.

    Raises:
        NotFound: not a company of this office.
        Invalid: see :func:`jobfair.people.actions.add_staff`.

    """
    await company_of_office(session, office_id=office_id, company_id=company_id)
    account = await people.add_staff(
        session,
        keys=keys,
        role=Role.REVIEWER,
        name=name,
        email=email,
        password_hash=password_hash,
        now=now,
        by=by,
        company_id=company_id,
        fair_id=fair_id,
        must_change_password=True,
    )
    await session.flush()
    return staff_member(account)


async def reset_reviewer(
    session: Session,
    *,
    office_id: int,
    company_id: int,
    reviewer_id: int,
    password_hash: str,
    now: datetime,
    by: int,
    fair_id: int | None = None,
) -> StaffMember:
    """Give a reviewer a new password, also one who was disabled: they can sign in again.

    Raises:
        NotFound: not a reviewer of a company of this office.

    """
    await company_of_office(session, office_id=office_id, company_id=company_id)
    account = await reviewer_of(session, company_id=company_id, account_id=reviewer_id, lock=True)
    account.disabled_at = None
    if account.totp_at is not None:
        await remove_authenticator(session, account=account, now=now)
    await people.reset_password(
        session, account=account, password_hash=password_hash, now=now, by=by, fair_id=fair_id
    )
    return staff_member(account)


async def disable_reviewer(
    session: Session,
    *,
    office_id: int,
    company_id: int,
    reviewer_id: int,
    now: datetime,
    by: int,
    fair_id: int | None = None,
) -> None:
    """Keep a reviewer from signing in, at once.

    Raises:
        NotFound: not a reviewer of a company of this office.

    """
    await company_of_office(session, office_id=office_id, company_id=company_id)
    account = await reviewer_of(session, company_id=company_id, account_id=reviewer_id, lock=True)
    await people.disable_account(session, account=account, now=now, by=by, fair_id=fair_id)
