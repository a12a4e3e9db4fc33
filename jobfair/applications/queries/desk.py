"""What a company sees of those who applied to it. Every question names the company."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from jobfair.applications.models import Application, StageChange
from jobfair.applications.rules import Stage
from jobfair.db import Session
from jobfair.errors import NotFound
from jobfair.positions.models import Position

PAGE = 50


@dataclass(frozen=True)
class Row:
    """One applicant in the list of a desk."""

    id: int
    receipt: str
    seq: int
    received_at: datetime
    stage: Stage
    profile: Any


@dataclass(frozen=True)
class Opened:
    """One application opened at the desk."""

    id: int
    receipt: str
    seq: int
    received_at: datetime
    stage: Stage
    stage_at: datetime
    profile: Any
    answers: Any
    note: str
    applicant_id: int
    position_id: int
    fair_id: int


async def rows_at(
    session: Session,
    *,
    company_id: int,
    position_id: int,
    stage: Stage,
    before: int | None = None,
    up_to: int | None = None,
) -> Sequence[Row]:
    """Return a page of applications at a stage, newest first; ``before`` a seq for the next.

    ``up_to`` hides what arrived later, so that a list does not move under the pointer.
    """
    query = (
        select(
            Application.id,
            Application.receipt,
            Application.seq,
            Application.received_at,
            Application.stage,
            Application.profile,
        )
        .join(Position, Position.id == Application.position_id)
        .where(
            Position.company_id == company_id,
            Application.position_id == position_id,
            Application.stage == stage,
        )
        .order_by(Application.seq.desc())
        .limit(PAGE)
    )
    if before is not None:
        query = query.where(Application.seq < before)
    if up_to is not None:
        query = query.where(Application.seq <= up_to)
    return [Row(**row._mapping) for row in await session.execute(query)]  # noqa: SLF001


async def newest_seq(session: Session, *, position_id: int) -> int:
    """Return the ledger sequence of the newest application to a position, 0 when none."""
    query = select(func.max(Application.seq)).where(Application.position_id == position_id)
    return await session.scalar(query) or 0


async def opened(
    session: Session, *, company_id: int, receipt: str, lock: bool = False
) -> Opened:
    """Return an application to this company; another company's is ``NotFound`` like none.

    ``lock`` holds its row until the transaction ends.
    """
    query = (
        select(
            Application.id,
            Application.receipt,
            Application.seq,
            Application.received_at,
            Application.stage,
            Application.stage_at,
            Application.profile,
            Application.answers,
            Application.note,
            Application.applicant_id,
            Application.position_id,
            Application.fair_id,
        )
        .join(Position, Position.id == Application.position_id)
        .where(Application.receipt == receipt, Position.company_id == company_id)
    )
    if lock:
        query = query.with_for_update(of=Application)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("Lamaran ini tidak ada.")
    return Opened(**row._mapping)  # noqa: SLF001


async def others_at_company(
    session: Session, *, company_id: int, applicant_id: int, except_id: int
) -> int:
    """Return how many other applications the applicant has at the company."""
    query = (
        select(func.count())
        .select_from(Application)
        .join(Position, Position.id == Application.position_id)
        .where(
            Position.company_id == company_id,
            Application.applicant_id == applicant_id,
            Application.id != except_id,
        )
    )
    return await session.scalar(query) or 0


async def last_step_by(session: Session, *, account_id: int) -> tuple[StageChange, str] | None:
    """Return this reviewer's newest step that still holds, with its receipt number, or None."""
    row = (
        await session.execute(
            select(StageChange, Application.receipt)
            .join(Application, Application.id == StageChange.application_id)
            .where(StageChange.account_id == account_id, StageChange.undone_at.is_(None))
            .order_by(StageChange.id.desc())
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


async def set_note(session: Session, *, application_id: int, note: str) -> None:
    """Store the company's note."""
    await session.execute(
        update(Application).where(Application.id == application_id).values(note=note)
    )
