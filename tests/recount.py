"""A second opinion on the ledger: everything counted again in Python, from the rows alone.

Shares no code with ``jobfair.tally.queries.recount``; the tests hold both against the kept sums.
"""

from collections import Counter
from datetime import UTC
from typing import Any

from sqlalchemy import select

from jobfair.applications.models import (
    Application,
    FairApplicant,
    HourTally,
    StageChange,
    StageTally,
)
from jobfair.applications.rules import receipt_fits
from jobfair.db import Database, Session
from jobfair.fairs.models import Fair, FairWindow
from jobfair.positions.models import Position
from jobfair.tally.queries.recount import differences


async def rows_of(session: Session, fair_id: int) -> list[Any]:
    """Return the ledger rows of a fair in order."""
    query = select(Application).where(Application.fair_id == fair_id).order_by(Application.seq)
    return list(await session.scalars(query))


async def problems_of(database: Database, fair_id: int) -> list[str]:
    """Return everything that does not add up; empty when the ledger is sound."""
    async with database.long_snapshot() as session:
        found = [str(one) for one in await differences(session, fair_id)]
        fair = (await session.scalars(select(Fair).where(Fair.id == fair_id))).one()
        rows = await rows_of(session, fair_id)
        found += _of_rows(fair, rows)
        found += await _of_sums(session, fair, rows)
        found += await _of_window(session, fair, rows)
        found += await _of_trails(session, rows)
    return found


def _unequal(what: str, kept: Any, counted: Any) -> list[str]:
    return [] if kept == counted else [f"{what}: kept {kept!r}, counted {counted!r}"]


def _of_rows(fair: Fair, rows: list[Any]) -> list[str]:
    pairs = {(row.applicant_id, row.position_id) for row in rows}
    newest = max((row.received_at for row in rows), default=None)
    return [
        *_unequal("sequence", [row.seq for row in rows], list(range(1, len(rows) + 1))),
        *_unequal("ledger_seq", fair.ledger_seq, len(rows)),
        *_unequal("applicants", fair.applicants, len({row.applicant_id for row in rows})),
        *_unequal("pairs", len(rows), len(pairs)),
        *_unequal("receipts", len({row.receipt for row in rows}), len(rows)),
        *_unequal("unfit receipts", [r.receipt for r in rows if not receipt_fits(r.receipt)], []),
        *_unequal("last_received_at", fair.last_received_at, newest),
        *(_unequal("latch_seq", fair.latch_seq, len(rows)) if fair.latched_at else []),
    ]


async def _of_sums(session: Session, fair: Fair, rows: list[Any]) -> list[str]:
    stages = await session.execute(
        select(StageTally.position_id, StageTally.stage, StageTally.n)
        .join(Position, Position.id == StageTally.position_id)
        .where(Position.fair_id == fair.id)
    )
    people = await session.execute(
        select(FairApplicant.applicant_id, FairApplicant.applications).where(
            FairApplicant.fair_id == fair.id
        )
    )
    hours = await session.execute(
        select(HourTally.hour, HourTally.applications, HourTally.new_applicants).where(
            HourTally.fair_id == fair.id
        )
    )
    per_hour: Counter[Any] = Counter()
    new: Counter[Any] = Counter()
    seen = set()
    for row in rows:
        hour = row.received_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        per_hour[hour] += 1
        new[hour] += row.applicant_id not in seen
        seen.add(row.applicant_id)
    return [
        *_unequal(
            "stages",
            Counter({(at, stage): n for at, stage, n in stages if n}),
            Counter((row.position_id, row.stage) for row in rows),
        ),
        *_unequal(
            "per applicant",
            Counter({who: n for who, n in people}),  # noqa: C416 - rows, not pairs
            Counter(row.applicant_id for row in rows),
        ),
        *_unequal(
            "hours",
            {hour: (n, fresh) for hour, n, fresh in hours},
            {hour: (n, new[hour]) for hour, n in per_hour.items()},
        ),
    ]


async def _of_window(session: Session, fair: Fair, rows: list[Any]) -> list[str]:
    windows = list(
        await session.scalars(
            select(FairWindow)
            .where(FairWindow.fair_id == fair.id)
            .order_by(FairWindow.ordinal.desc())
        )
    )
    opens, closes = windows[0].opens_at, windows[0].closes_at
    outside = [row.received_at for row in rows if not opens <= row.received_at < closes]
    return _unequal("received outside the window", outside, [])


async def _of_trails(session: Session, rows: list[Any]) -> list[str]:
    """Follow each trail from ``new`` to where the row stands now."""
    stands = {row.id: "new" for row in rows}
    broken = []
    steps = await session.scalars(
        select(StageChange).where(StageChange.application_id.in_(stands)).order_by(StageChange.id)
    )
    for step in steps:
        if stands[step.application_id] != step.from_stage:
            broken.append(f"trail of application {step.application_id}: step {step.id}")
        stands[step.application_id] = step.to_stage
    return broken + [f"stage of {row.id}" for row in rows if stands[row.id] != row.stage]
