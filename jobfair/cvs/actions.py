"""Uploading, replacing and removing CVs, and giving up those whose time is over."""

from datetime import datetime

from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.cvs import queries
from jobfair.cvs.models import ApplicantCv
from jobfair.db import Session
from jobfair.documents import actions as documents
from jobfair.documents.queries import mark_removed
from jobfair.documents.rules import Kind
from jobfair.errors import NotFound
from jobfair.keys import Keys


async def begin_upload(
    session: Session, *, keys: Keys, account_id: int, kind: Kind, size: int, now: datetime
) -> documents.Begun:
    """Note that the bytes of a CV will come; until they are stored it is not shown."""
    owner = await queries.lock_owner(session, account_id)
    begun = await documents.begin(session, keys=keys, kind=kind, size=size, now=now)
    session.add(ApplicantCv(document_id=begun.id, applicant_id=owner.id))
    return begun


async def finish_upload(session: Session, *, account_id: int, name: str, now: datetime) -> None:
    """Put the document on the profile; applications already sent keep the one they went with.

    Raises:
        NotFound: it is not this person's.
        Refused: ``late``: the upload was given up meanwhile.

    """
    owner = await queries.lock_owner(session, account_id)
    if name not in await queries.names_of(session, owner.id):
        raise NotFound
    document = await documents.finish(session, name, now=now)
    await queries.mark_replaced(session, owner.cv, now=now)
    owner.cv = name
    record_audit(
        session,
        Act.UPLOAD_CV,
        now=now,
        account_id=account_id,
        kind=document.kind,
        size=document.size,
    )


async def remove_cv(session: Session, *, account_id: int, now: datetime) -> None:
    """Take away every CV of the applicant, also from companies it was sent to. Twice is once."""
    owner = await queries.lock_owner(session, account_id)
    if not owner.cv:
        return
    owner.cv = ""
    await mark_removed(session, await queries.names_of(session, owner.id), now=now)
    record_audit(session, Act.REMOVE_CV, now=now, account_id=account_id)


async def set_cv_aside(session: Session, *, account_id: int, now: datetime) -> None:
    """Take the CV off the profile; companies keep the one an application went with."""
    owner = await queries.lock_owner(session, account_id)
    await queries.mark_replaced(session, owner.cv, now=now)
    owner.cv = ""


async def give_up(session: Session, *, now: datetime) -> None:
    """Mark replaced CVs that no company may read any more; a later run takes what is left."""
    names = await queries.unneeded(session, now=now, most=documents.AT_ONCE)
    await mark_removed(session, names, now=now)


def note_reading(
    session: Session,
    *,
    account_id: int,
    fair_id: int,
    application_id: int,
    position: str,
    company: str,
    now: datetime,
) -> None:
    """Write down that a company opens a CV, before it does."""
    record_audit(
        session,
        Act.READ_CV,
        now=now,
        account_id=account_id,
        fair_id=fair_id,
        subject=f"application:{application_id}",
        position=position,
        company=company,
    )
