"""Destroying the key of a person, and everything beside it that says who it was."""

import secrets
from datetime import datetime

from jobfair.applicants import queries
from jobfair.applicants.models import Applicant
from jobfair.credentials.queries import delete_credentials
from jobfair.db import Session, topics
from jobfair.db.changes import mark_changed
from jobfair.drafts.actions import forget_drafts
from jobfair.errors import NotFound
from jobfair.keys import Keys
from jobfair.people import queries as people
from jobfair.people.rules import Role


async def forget_applicant(
    session: Session, *, keys: Keys, account_id: int, now: datetime
) -> Applicant | None:
    """Destroy a person's key, end every sign-in and free the NIK; None when it was done before.

    What was sent stays where it is, counted and no longer legible. That a disability was told
    stays as a mark without its kind: a closed fair counted it.

    Raises:
        NotFound: not an applicant.

    """
    account = await people.account_by_id(session, account_id, lock=True)
    if account.role is not Role.APPLICANT:
        raise NotFound
    applicant = await queries.applicant_row(session, account_id, lock=True)
    if applicant.key_wrapped is None:
        return None
    word = f"hapus-{secrets.token_urlsafe(16)}"
    account.sign_in_key = applicant.nik_index = keys.blind_index(word)
    applicant.nik_sealed = keys.seal(word, context=queries.nik_context(applicant.public_id))
    account.password_hash, account.email = None, None
    account.disabled_at = account.disabled_at or now
    applicant.key_wrapped, applicant.personal_sealed = None, b""
    if applicant.disability_sealed is not None:
        applicant.disability_sealed = b""
    applicant.nik_region = applicant.sex = applicant.education = applicant.district = ""
    applicant.experience_years, applicant.moves, applicant.cv = 0, [], ""
    applicant.updated_at = now
    await forget_drafts(session, account_id=account_id)
    await delete_credentials(session, [account_id])
    await people.delete_sign_ins_of(session, account_id)
    mark_changed(session, topics.account(account_id))
    return applicant
