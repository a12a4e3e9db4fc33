"""SQL of the intake: what a batch needs to know, and writing it. All under the fair's lock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, bindparam, insert, select, tuple_, update

from jobfair.applicants.models import Applicant
from jobfair.applicants.rules.residence import Move, district_at
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
from jobfair.db.upserts import increment
from jobfair.positions.models import Position
from jobfair.regions import is_local


@dataclass(frozen=True)
class PositionFacts:
    """What the intake must know of a position."""

    fair_id: int
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


@dataclass(frozen=True)
class Person:
    """An applicant as the intake needs it: what is judged, and what is sent along."""

    id: int
    account_id: int
    public_id: str
    key_wrapped: bytes | None
    personal_sealed: bytes
    sex: str
    education: str
    experience_years: int
    district: str
    moves: Sequence[Move]
    """Districts the profile held earlier."""
    cv: str
    completed_at: datetime | None
    """None: the second step of registering is still to be done."""
    applications: int | None
    """How many this person has at the fair; None before the first."""

    def lives_in(self, regency: str, *, at: datetime | None) -> bool:
        """Tell whether the address that counts at an instant lies in a regency."""
        return is_local(district_at(self.district, self.moves, at), regency)


_POSITION, _COMPANY = Position.__table__, Company.__table__
_APPLICANT, _HERE = Applicant.__table__, FairApplicant.__table__
_APPLICATION = Application.__table__
_POSITIONS = (
    select(
        _POSITION.c.id,
        _POSITION.c.fair_id,
        and_(_POSITION.c.withdrawn_at.is_(None), _COMPANY.c.verified_at.is_not(None)).label("open"),
        _POSITION.c.questions,
    )
    .join(_COMPANY, _COMPANY.c.id == _POSITION.c.company_id)
    .where(_POSITION.c.id.in_(bindparam("ids", expanding=True)))
)
_PERSON: list[Any] = [
    _HERE.c.applications if one.name == "applications" else _APPLICANT.c[one.name]
    for one in fields(Person)
]
_PEOPLE = (
    select(*_PERSON)
    .select_from(_APPLICANT)
    .outerjoin(
        _HERE, (_HERE.c.applicant_id == _APPLICANT.c.id) & (_HERE.c.fair_id == bindparam("fair_id"))
    )
    .where(_APPLICANT.c.id.in_(bindparam("ids", expanding=True)))
)
_ENTRIES = select(
    _APPLICATION.c.applicant_id,
    _APPLICATION.c.position_id,
    _APPLICATION.c.id,
    _APPLICATION.c.seq,
    _APPLICATION.c.receipt,
    _APPLICATION.c.received_at,
    _APPLICATION.c.stage,
).where(
    tuple_(_APPLICATION.c.applicant_id, _APPLICATION.c.position_id).in_(
        bindparam("pairs", expanding=True)
    )
)
_NEW_APPLICATION = insert(Application.metadata.tables["application"])
"""Asked with every batch: made once, and of columns rather than objects."""


async def positions_for(session: Session, ids: Iterable[int]) -> dict[int, PositionFacts]:
    """Return the facts of these positions; unknown ids are left out."""
    rows = await session.execute(_POSITIONS, {"ids": list(set(ids))})
    return {
        row.id: PositionFacts(fair_id=row.fair_id, open=row.open, questions=len(row.questions))
        for row in rows
    }


async def people_for(session: Session, fair_id: int, ids: Iterable[int]) -> dict[int, Person]:
    """Return these applicants and what they have sent at the fair; unknown ids are left out."""
    rows = await session.execute(_PEOPLE, {"fair_id": fair_id, "ids": list(set(ids))})
    return {row.id: Person(*row) for row in rows}


async def entries_for(
    session: Session, pairs: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], Entry]:
    """Return what the ledger already holds of these (applicant, position) pairs."""
    rows = await session.execute(_ENTRIES, {"pairs": list(set(pairs))})
    return {(applicant_id, position_id): Entry(*it) for applicant_id, position_id, *it in rows}


async def add_applications(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write new ledger rows."""
    await session.execute(_NEW_APPLICATION, rows)


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
    await increment(
        session,
        StageTally,
        [{"position_id": at, "stage": Stage.NEW, "n": n} for at, n in per_position.items()],
        key=("position_id", "stage"),
        amounts=("n",),
    )
    await increment(
        session,
        FairApplicant,
        [
            {"fair_id": fair_id, "applicant_id": who, "applications": n}
            for who, n in per_applicant.items()
        ],
        key=("fair_id", "applicant_id"),
        amounts=("applications",),
    )
    await increment(
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
        await increment(session, StageTally, given, key=("position_id", "stage"), amounts=("n",))
        await session.execute(taken.values(n=StageTally.n - 1))
    else:
        await session.execute(taken.values(n=StageTally.n - 1))
        await increment(session, StageTally, given, key=("position_id", "stage"), amounts=("n",))
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
