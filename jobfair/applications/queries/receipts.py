"""What an applicant sees of the own applications, and what anybody may verify."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, select, update

from jobfair.applicants.models import Applicant
from jobfair.applications.models import Application, StageChange
from jobfair.applications.queries.sealed import SEALED, SentRow, with_copy
from jobfair.applications.rules import Stage, normalise_receipt
from jobfair.companies.models import Company
from jobfair.db import Session
from jobfair.errors import NotFound
from jobfair.fairs.models import Fair
from jobfair.people.models import Account
from jobfair.positions.models import Position


@dataclass(frozen=True)
class Sent(SentRow):
    """One application as its applicant sees it."""

    id: int
    receipt: str
    seq: int
    received_at: datetime
    stage: Stage
    stage_at: datetime
    position_id: int
    position_slug: str
    title: str
    questions: Any
    company_id: int
    company: str
    company_slug: str
    fair_id: int
    fair_slug: str
    fair_name: str
    time_zone: str


_SENT = (
    select(
        Application.id,
        Application.receipt,
        Application.seq,
        Application.received_at,
        Application.stage,
        Application.stage_at,
        Application.profile,
        *SEALED,
        Application.position_id,
        Position.slug.label("position_slug"),
        Position.title,
        Position.questions,
        Company.id.label("company_id"),
        Company.name.label("company"),
        Company.slug.label("company_slug"),
        Fair.id.label("fair_id"),
        Fair.slug.label("fair_slug"),
        Fair.name.label("fair_name"),
        Fair.time_zone,
    )
    .join(Position, Position.id == Application.position_id)
    .join(Company, Company.id == Position.company_id)
    .join(Fair, Fair.id == Application.fair_id)
    .join(Applicant, Applicant.id == Application.applicant_id)
)


async def sent_by(session: Session, applicant_id: int) -> Sequence[Sent]:
    """Return everything an applicant has sent, newest first."""
    query = _SENT.where(Application.applicant_id == applicant_id)
    rows = await session.execute(query.order_by(Application.received_at.desc(), Application.id))
    return [with_copy(Sent, row) for row in rows]


async def receipt_of(session: Session, *, applicant_id: int, number: str) -> Sent:
    """Return one of the applicant's own; somebody else's is ``NotFound`` like a missing one."""
    query = _SENT.where(
        Application.receipt == normalise_receipt(number), Application.applicant_id == applicant_id
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("Bukti lamaran ini tidak ada.")
    return with_copy(Sent, row)


async def forget_notes_on(session: Session, applicant_id: int) -> None:
    """Delete what companies wrote about an applicant."""
    await session.execute(
        update(Application).where(Application.applicant_id == applicant_id).values(note="")
    )


async def account_of_receipt(session: Session, *, office_id: int, number: str) -> int | None:
    """Return whose receipt this is, if it was given at a fair of this office.

    Without its prefix a number may belong to several fairs; then no application is found.
    """
    prefixes = await session.scalars(select(Fair.receipt_prefix).where(Fair.office_id == office_id))
    meant = {normalise_receipt(number, prefix=prefix) for prefix in prefixes}
    found = await session.scalars(
        select(Applicant.account_id)
        .join(Application, Application.applicant_id == Applicant.id)
        .join(Fair, Fair.id == Application.fair_id)
        .where(Application.receipt.in_(meant), Fair.office_id == office_id)
        .distinct()
        .limit(2)
    )
    people = found.all()
    return people[0] if len(people) == 1 else None


async def newest_fair_of(session: Session, account_id: int) -> str | None:
    """Return the slug of the fair an account has applied at last."""
    found: str | None = await session.scalar(
        select(Fair.slug)
        .join(Application, Application.fair_id == Fair.id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Applicant.account_id == account_id)
        .order_by(Application.received_at.desc(), Application.id.desc())
        .limit(1)
    )
    return found


async def applied_positions(session: Session, *, applicant_id: int, fair_id: int) -> frozenset[int]:
    """Return the positions of a fair this applicant has applied to (and not withdrawn)."""
    found = await session.scalars(
        select(Application.position_id).where(
            Application.applicant_id == applicant_id,
            Application.fair_id == fair_id,
            Application.stage != Stage.WITHDRAWN,
        )
    )
    return frozenset(found)


@dataclass(frozen=True)
class Verified:
    """What anybody holding a receipt number may know: never the person."""

    receipt: str
    received_at: datetime
    title: str
    company: str
    withdrawn_at: datetime | None


async def verify_receipt(session: Session, *, fair_id: int, number: str) -> Verified | None:
    """Return what the ledger says of a receipt number, or None."""
    query = (
        select(
            Application.receipt,
            Application.received_at,
            Position.title,
            Company.name.label("company"),
            case((Application.stage == Stage.WITHDRAWN, Application.stage_at), else_=None).label(
                "withdrawn_at"
            ),
        )
        .join(Position, Position.id == Application.position_id)
        .join(Company, Company.id == Position.company_id)
        .where(Application.fair_id == fair_id, Application.receipt == normalise_receipt(number))
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Verified(**row._mapping)  # noqa: SLF001


@dataclass(frozen=True)
class Step:
    """One step of the trail."""

    id: int
    from_stage: Stage
    to_stage: Stage
    at: datetime
    account_id: int | None
    by: str | None


_STEPS = select(
    StageChange.application_id,
    StageChange.id,
    StageChange.from_stage,
    StageChange.to_stage,
    StageChange.at,
    StageChange.account_id,
    Account.name.label("by"),
).outerjoin(Account, Account.id == StageChange.account_id)


async def trails_of(session: Session, application_ids: Sequence[int]) -> dict[int, list[Step]]:
    """Return the steps of several applications that still hold, each oldest first."""
    trails: dict[int, list[Step]] = {at: [] for at in application_ids}
    rows = await session.execute(
        _STEPS.where(
            StageChange.application_id.in_(application_ids), StageChange.undone_at.is_(None)
        ).order_by(StageChange.id)
    )
    for row in rows:
        step = dict(row._mapping)  # noqa: SLF001
        trails[step.pop("application_id")].append(Step(**step))
    return trails


async def trail_of(session: Session, application_id: int) -> Sequence[Step]:
    """Return the steps of an application that still hold, oldest first."""
    return (await trails_of(session, [application_id]))[application_id]
