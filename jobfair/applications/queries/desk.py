"""What a company sees of those who applied to it. Every question names the company."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select, union_all, update
from sqlalchemy.orm import aliased

from jobfair.applicants.models import Applicant
from jobfair.applications.models import Application, StageChange
from jobfair.applications.queries.sealed import SEALED, SentRow, with_copy
from jobfair.applications.rules import Stage
from jobfair.db import Session
from jobfair.errors import NotFound
from jobfair.positions.models import Position

PAGE = 50


@dataclass(frozen=True)
class Row(SentRow):
    """One applicant in the list of a desk."""

    id: int
    receipt: str
    seq: int
    received_at: datetime
    stage: Stage


@dataclass(frozen=True)
class NotedRow(Row):
    """An applicant in the sheet of a desk."""

    note: str


@dataclass(frozen=True)
class Opened(SentRow):
    """One application opened at the desk."""

    id: int
    receipt: str
    seq: int
    received_at: datetime
    stage: Stage
    stage_at: datetime
    note: str
    applicant_id: int
    account_id: int
    """The applicant's."""
    position_id: int
    fair_id: int


@dataclass(frozen=True)
class Page:
    """One page of a list, and whether older ones follow."""

    rows: Sequence[Row]
    more: bool


def list_query(company_id: int, position_id: int) -> Select[Any]:
    """Select what a list shows of the applications to a position of a company."""
    return (
        select(
            Application.id,
            Application.receipt,
            Application.seq,
            Application.received_at,
            Application.stage,
            Application.profile,
            *SEALED,
        )
        .join(Position, Position.id == Application.position_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Position.company_id == company_id, Application.position_id == position_id)
    )


async def rows_at(
    session: Session,
    *,
    company_id: int,
    position_id: int,
    stage: Stage,
    before: int | None = None,
    up_to: int | None = None,
) -> Page:
    """Return a page of applications at a stage, newest first; ``before`` a seq for the next.

    ``up_to`` hides what arrived later, so that a list does not move under the pointer.
    """
    query = list_query(company_id, position_id).where(Application.stage == stage)
    if before is not None:
        query = query.where(Application.seq < before)
    if up_to is not None:
        query = query.where(Application.seq <= up_to)
    return await page_of(session, query)


async def page_of(session: Session, query: Select[Any]) -> Page:
    """Return the newest of the selected applications, at most one page of them."""
    found = await session.execute(query.order_by(Application.seq.desc()).limit(PAGE + 1))
    rows = [with_copy(Row, row) for row in found]
    return Page(rows=rows[:PAGE], more=len(rows) > PAGE)


async def every_row(session: Session, *, company_id: int, position_id: int) -> Sequence[NotedRow]:
    """Return all applications to a position in ledger order, each with its note: for the sheet."""
    query = (
        list_query(company_id, position_id).add_columns(Application.note).order_by(Application.seq)
    )
    return [with_copy(NotedRow, row) for row in await session.execute(query)]


_NEWEST = union_all(
    *(
        select(func.max(Application.seq).label("seq")).where(
            Application.position_id == bindparam("position_id"), Application.stage == stage
        )
        for stage in Stage
    )
).subquery()
"""One for each stage, as the index is ordered: of a position, no row but these is looked at."""


async def newest_seq(session: Session, *, position_id: int) -> int:
    """Return the ledger sequence of the newest application to a position, 0 when none."""
    newest = select(func.max(_NEWEST.c.seq))
    return await session.scalar(newest, {"position_id": position_id}) or 0


async def arrived_after(session: Session, *, position_id: int, seq: int) -> int:
    """Return how many applications to a position came after a ledger sequence."""
    query = select(func.count()).where(
        Application.position_id == position_id,
        Application.stage.in_(Stage),  # all of them, named for the index's sake
        Application.seq > seq,
    )
    return await session.scalar(query) or 0


async def count_older(session: Session, *, position_id: int, stage: Stage, seq: int) -> int:
    """Return how many applications at a stage are older than a ledger sequence."""
    query = select(func.count()).where(
        Application.position_id == position_id,
        Application.stage == stage,
        Application.seq < seq,
    )
    return await session.scalar(query) or 0


async def next_receipt(
    session: Session, *, company_id: int, position_id: int, stage: Stage, seq: int, up_to: int
) -> str | None:
    """Return who follows ``seq`` in a list: the next older one, else the newest, or None."""
    query = list_query(company_id, position_id).where(
        Application.stage == stage, Application.seq != seq, Application.seq <= up_to
    )
    older_first = (Application.seq > seq, Application.seq.desc())
    row = (await session.execute(query.order_by(*older_first).limit(1))).first()
    return None if row is None else row.receipt


def _opened(company_id: int) -> Select[Any]:
    return (
        select(
            Application.id,
            Application.receipt,
            Application.seq,
            Application.received_at,
            Application.stage,
            Application.stage_at,
            Application.profile,
            *SEALED,
            Application.note,
            Application.applicant_id,
            Applicant.account_id,
            Application.position_id,
            Application.fair_id,
        )
        .join(Position, Position.id == Application.position_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(Position.company_id == company_id)
    )


async def opened(session: Session, *, company_id: int, receipt: str, lock: bool = False) -> Opened:
    """Return an application to this company; another company's is ``NotFound`` like none.

    ``lock`` holds its row until the transaction ends.
    """
    query = _opened(company_id).where(Application.receipt == receipt)
    if lock:
        query = query.with_for_update(of=Application)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("Lamaran ini tidak ada.")
    return with_copy(Opened, row)


async def lock_opened(
    session: Session, *, company_id: int, receipts: Sequence[str]
) -> Sequence[Opened]:
    """Return the company's applications among ``receipts``, their rows locked in one order.

    Taken before any of them is moved, so that two reviewers never wait for each other in turn.
    """
    query = _opened(company_id).where(Application.receipt.in_(receipts))
    rows = await session.execute(query.order_by(Application.id).with_for_update(of=Application))
    return [with_copy(Opened, row) for row in rows]


@dataclass(frozen=True)
class OtherApplication:
    """Another application of the same person to the same company."""

    receipt: str
    position_id: int
    title: str
    stage: Stage


async def others_at_company(
    session: Session, *, company_id: int, applicant_id: int, except_id: int
) -> list[OtherApplication]:
    """Return the other applications the applicant has at the company, newest first."""
    query = (
        select(Application.receipt, Application.position_id, Position.title, Application.stage)
        .join(Position, Position.id == Application.position_id)
        .where(
            Position.company_id == company_id,
            Application.applicant_id == applicant_id,
            Application.id != except_id,
        )
        .order_by(Application.id.desc())
    )
    return [OtherApplication(*row) for row in await session.execute(query)]


@dataclass(frozen=True)
class OwnStep(SentRow):
    """A step this reviewer made, with what is needed to show it or take it back."""

    change: StageChange
    receipt: str
    position_id: int


async def last_steps_by(
    session: Session, *, account_id: int, company_id: int, since: datetime
) -> Sequence[OwnStep]:
    """Return this reviewer's newest step that still holds, with all made in the same act.

    Empty when the newest one is older than ``since``.
    """
    newest = (
        select(func.max(StageChange.at))
        .where(
            StageChange.account_id == account_id,
            StageChange.undone_at.is_(None),
            StageChange.at >= since,
        )
        .scalar_subquery()
    )
    change = aliased(StageChange, name="change")
    rows = await session.execute(
        select(
            change,
            Application.receipt,
            Application.position_id,
            Application.profile,
            *SEALED,
        )
        .join(Application, Application.id == change.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .join(Position, Position.id == Application.position_id)
        .where(
            Position.company_id == company_id,
            change.account_id == account_id,
            change.undone_at.is_(None),
            change.at == newest,
        )
        .order_by(change.id)
    )
    return [with_copy(OwnStep, row) for row in rows]


async def set_note(session: Session, *, application_id: int, note: str) -> None:
    """Store the company's note."""
    await session.execute(
        update(Application).where(Application.id == application_id).values(note=note)
    )
