"""Writing down who looks, deleting a person's data, and letting old data go by the clock."""

from datetime import datetime

from jobfair.applicants.actions.forgetting import forget_applicant
from jobfair.applications.queries.receipts import forget_notes_on, sent_by
from jobfair.applications.rules import Stage
from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.consents.actions import record_consents
from jobfair.consents.rules import Consent
from jobfair.cvs.queries import names_of
from jobfair.db import Session
from jobfair.documents.queries import mark_removed
from jobfair.keys import Keys
from jobfair.outbox.actions import forget_messages_of
from jobfair.positions.actions import forget_saved_of
from jobfair.privacy import queries
from jobfair.privacy.models import Opening
from jobfair.privacy.rules import ONE_LOOK, UNUSED_FOR

AT_ONCE = 100


async def note_opening(
    session: Session, *, application_id: int, account_id: int, now: datetime
) -> None:
    """Write down that a reviewer looks at an application; looks close together are one."""
    if not await queries.looked_lately(
        session, application_id=application_id, account_id=account_id, since=now - ONE_LOOK
    ):
        session.add(Opening(application_id=application_id, account_id=account_id, at=now))


async def delete_person(
    session: Session, *, keys: Keys, account_id: int, now: datetime, by: int | None
) -> bool:
    """Forget a person everywhere; tell whether there was still something to forget.

    The key goes, and with it every sealed copy; documents are marked and their bytes and keys
    follow within a minute. Rows that are counted stay, so no figure changes.

    Raises:
        NotFound: not an applicant.

    """
    applicant = await forget_applicant(session, keys=keys, account_id=account_id, now=now)
    if applicant is None:
        return False
    documents = await names_of(session, applicant.id)
    await mark_removed(session, documents, now=now)
    await forget_notes_on(session, applicant.id)
    await forget_saved_of(session, account_id=account_id)
    await forget_messages_of(session, account_id)
    sent = await sent_by(session, applicant.id)
    standing = [one.receipt for one in sent if one.stage is not Stage.WITHDRAWN]
    taken = [(account_id, receipt, now) for receipt in standing]
    await record_consents(session, Consent.APPLICATION, taken, given=False)
    if applicant.disability_sealed is not None:
        await record_consents(session, Consent.DISABILITY, [(account_id, "", now)], given=False)
    record_audit(
        session,
        Act.DELETE_PERSON if by else Act.DELETE_UNUSED,
        now=now,
        account_id=by,
        subject=f"account:{account_id}",
        documents=len(documents),
        applications=len(sent),
    )
    return True


async def let_go(session: Session, *, keys: Keys, now: datetime) -> int:
    """Delete what has been kept for as long as was promised; a later run takes what is left.

    Returns how many accounts went; an audit entry holds the counts.
    """
    before = now - UNUSED_FOR
    unused = await queries.unused_accounts(session, before=before, most=AT_ONCE)
    for account_id in unused:
        await delete_person(session, keys=keys, account_id=account_id, now=now, by=None)
    openings = await queries.delete_openings(session, before=before)
    if unused or openings:
        record_audit(
            session,
            Act.RETENTION,
            now=now,
            account_id=None,
            accounts=len(unused),
            openings=openings,
        )
    return len(unused)
