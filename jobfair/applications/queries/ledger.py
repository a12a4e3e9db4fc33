"""SQL of the intake: what a batch needs to know, and writing it. All under the fair's lock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, tuple_, update

from jobfair.applications.models import (
    Application,
    FairApplicant,
    HourTally,
    StageChange,
    StageTally,
)
from jobfair.applications.rules import Stage
from jobfair.companies.models import Company
from jobfair.db import Session
from jobfair.db.keeping import add_up
from jobfair.positions.models import Position


@dataclass(frozen=True)
class PositionFacts:
    """What the intake must know of a position."""

    fair_id: int
    company_id: int
    open: bool
    """Not withdrawn, and its company is verified."""
    questions: int


@dataclass(frozen=True)
class Entry:
    """An application that is already in the ledger."""

    id: int
    seq: int
    receipt: str
    received_at: datetime
    stage: Stage


async def position_facts(session: Session, ids: Iterable[int]) -> dict[int, PositionFacts]:
    """Return the facts of these positions; unknown ids are left out."""
    rows = await session.execute(
        select(
            Position.id,
            Position.fair_id,
            Position.company_id,
            Position.withdrawn_at,
            Position.questions,
            Company.verified_at,
        )
        .join(Company, Company.id == Position.company_id)
        .where(Position.id.in_(set(ids)))
    )
    return {
        row.id: PositionFacts(
            fair_id=row.fair_id,
            company_id=row.company_id,
            open=row.withdrawn_at is None and row.verified_at is not None,
            questions=len(row.questions),
        )
        for row in rows
    }


async def entries_for(
    session: Session, pairs: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], Entry]:
    """Return what the ledger already holds of these (applicant, position) pairs."""
    columns = tuple_(Application.applicant_id, Application.position_id)
    rows = await session.execute(
        select(
            Application.applicant_id,
            Application.position_id,
            Application.id,
            Application.seq,
            Application.receipt,
            Application.received_at,
            Application.stage,
        ).where(columns.in_(list(set(pairs))))
    )
    return {
        (row.applicant_id, row.position_id): Entry(
            id=row.id,
            seq=row.seq,
            receipt=row.receipt,
            received_at=row.received_at,
            stage=row.stage,
        )
        for row in rows
    }


async def applications_so_far(
    session: Session, fair_id: int, applicant_ids: Iterable[int]
) -> dict[int, int]:
    """Return how many applications each applicant has at the fair; who has none is left out."""
    rows = await session.execute(
        select(FairApplicant.applicant_id, FairApplicant.applications).where(
            FairApplicant.fair_id == fair_id, FairApplicant.applicant_id.in_(set(applicant_ids))
        )
    )
    return {row.applicant_id: row.applications for row in rows}


async def add_applications(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write new ledger rows."""
    await session.execute(insert(Application.metadata.tables["application"]), rows)


async def add_to_tallies(
    session: Session,
    fair_id: int,
    rows: Sequence[dict[str, Any]],
    newcomers: frozenset[int],
) -> None:
    """Move the kept tallies by new ledger ``rows``, in the same transaction.

    ``newcomers`` are the applicants whose first application at the fair is among the rows.
    """
    per_position: dict[int, int] = {}
    per_applicant: dict[int, int] = {}
    per_hour: dict[datetime, list[int]] = {}
    waiting = set(newcomers)
    for row in rows:
        position_id, applicant_id = row["position_id"], row["applicant_id"]
        per_position[position_id] = per_position.get(position_id, 0) + 1
        per_applicant[applicant_id] = per_applicant.get(applicant_id, 0) + 1
        hour = row["received_at"].astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        sums = per_hour.setdefault(hour, [0, 0])
        sums[0] += 1
        if applicant_id in waiting:
            waiting.discard(applicant_id)
            sums[1] += 1
    await add_up(
        session,
        StageTally,
        [{"position_id": at, "stage": Stage.NEW, "n": n} for at, n in per_position.items()],
        key=("position_id", "stage"),
        amounts=("n",),
    )
    await add_up(
        session,
        FairApplicant,
        [
            {"fair_id": fair_id, "applicant_id": who, "applications": n}
            for who, n in per_applicant.items()
        ],
        key=("fair_id", "applicant_id"),
        amounts=("applications",),
    )
    await add_up(
        session,
        HourTally,
        [
            {"fair_id": fair_id, "hour": hour, "applications": n, "new_applicants": new}
            for hour, (n, new) in per_hour.items()
        ],
        key=("fair_id", "hour"),
        amounts=("applications", "new_applicants"),
    )


async def move(
    session: Session,
    *,
    application_id: int,
    position_id: int,
    from_stage: Stage,
    to_stage: Stage,
    at: datetime,
    account_id: int | None,
    undone_at: datetime | None = None,
) -> bool:
    """Move one application between stages with its tallies and its trail.

    ``undone_at`` marks the step itself as the taking back of another: not shown in the trail.

    Returns False, and changes nothing, when it no longer stands at ``from_stage``: somebody
    else was faster.
    """
    moved = await session.execute(
        update(Application)
        .where(Application.id == application_id, Application.stage == from_stage)
        .values(stage=to_stage, stage_at=at)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always has a row count
        return False
    taken = update(StageTally).where(
        StageTally.position_id == position_id, StageTally.stage == from_stage
    )
    given = [{"position_id": position_id, "stage": to_stage, "n": 1}]
    if to_stage < from_stage:
        await add_up(session, StageTally, given, key=("position_id", "stage"), amounts=("n",))
        await session.execute(taken.values(n=StageTally.n - 1))
    else:
        await session.execute(taken.values(n=StageTally.n - 1))
        await add_up(session, StageTally, given, key=("position_id", "stage"), amounts=("n",))
    session.add(
        StageChange(
            application_id=application_id,
            from_stage=from_stage,
            to_stage=to_stage,
            at=at,
            account_id=account_id,
            undone_at=undone_at,
        )
    )
    return True
