"""Finding CVs: whose they are, and those that no company may read any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, exists, func, select, type_coerce, update

from jobfair.applicants.models import Applicant
from jobfair.applications.models import Application
from jobfair.cvs.models import ApplicantCv
from jobfair.cvs.rules import READABLE_AFTER_CLOSING
from jobfair.db import Session
from jobfair.documents.models import StoredDocument
from jobfair.documents.rules import SETTLED
from jobfair.errors import NotFound
from jobfair.fairs.models import FairWindow


async def lock_owner(session: Session, account_id: int) -> Applicant:
    """Return the applicant of an account, locked against a second change of the CV.

    Applications may still come in meanwhile: they refer to the row and do not change it.
    """
    query = select(Applicant).where(Applicant.account_id == account_id)
    found: Applicant | None = await session.scalar(query.with_for_update(key_share=True))
    if found is None:
        raise NotFound
    return found


async def names_of(session: Session, applicant_id: int) -> Sequence[str]:
    """Return the names of every CV of this applicant, also of uploads on their way."""
    query = select(StoredDocument.name).join(ApplicantCv)
    return (await session.scalars(query.where(ApplicantCv.applicant_id == applicant_id))).all()


async def mark_replaced(session: Session, name: str, *, now: datetime) -> None:
    """Note that another CV takes the place of this one."""
    document = select(StoredDocument.id).where(StoredDocument.name == name)
    await session.execute(
        update(ApplicantCv)
        .where(ApplicantCv.document_id == document.scalar_subquery())
        .values(replaced_at=now)
    )


async def unneeded(session: Session, *, now: datetime, most: int) -> Sequence[str]:
    """Return replaced CVs that no application a company may still read was sent with.

    Some may be marked already. To ask for that would lead SQLite over every document.
    """
    closings = select(
        FairWindow.fair_id,
        FairWindow.closes_at,
        func.row_number()
        .over(partition_by=FairWindow.fair_id, order_by=FairWindow.ordinal.desc())
        .label("age"),
    ).subquery()
    running = select(closings.c.fair_id).where(
        closings.c.age == 1, closings.c.closes_at > now - READABLE_AFTER_CLOSING
    )
    sent = exists().where(
        Application.applicant_id == ApplicantCv.applicant_id,
        Application.fair_id.in_(running),
        type_coerce(Application.profile, Text).contains(StoredDocument.name),
    )
    query = select(StoredDocument.name).join(ApplicantCv)
    query = query.where(ApplicantCv.replaced_at < now - SETTLED, ~sent)
    return (await session.scalars(query.limit(most))).all()
