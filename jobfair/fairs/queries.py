"""Finding fairs and their timetables. ``lock_fair`` is the lock that intake and closing share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from jobfair.db import Session
from jobfair.errors import NotFound
from jobfair.fairs.models import Fair, FairWindow, Office
from jobfair.fairs.rules import Phase, Timetable, phase_at


@dataclass(frozen=True)
class FairNow:
    """A fair (with its office loaded) and its timetable, read in one snapshot."""

    fair: Fair
    timetable: Timetable
    reason: str
    """Why the newest window was made: shown while paused, extended or closed early."""
    windows: int

    def phase(self, now: datetime) -> Phase:
        """Return the phase at an instant."""
        return phase_at(now, self.timetable)


def _with_timetable(fair: Fair, window: FairWindow) -> FairNow:
    timetable = Timetable(
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        paused_from=window.paused_from,
        published_at=fair.published_at,
        latched_at=fair.latched_at,
    )
    return FairNow(fair=fair, timetable=timetable, reason=window.reason, windows=window.ordinal)


async def _newest_window(session: Session, fair_id: int) -> FairWindow:
    query = select(FairWindow).where(FairWindow.fair_id == fair_id)
    return (await session.scalars(query.order_by(FairWindow.ordinal.desc()).limit(1))).one()


async def fair_by_slug(session: Session, slug: str) -> FairNow:
    """Return a fair with its office and timetable.

    Raises:
        NotFound: there is no such fair.

    """
    query = select(Fair).where(Fair.slug == slug).options(joinedload(Fair.office))
    fair = await session.scalar(query)
    if fair is None:
        raise NotFound("Job fair ini tidak ada.")
    return _with_timetable(fair, await _newest_window(session, fair.id))


async def fair_by_id(session: Session, fair_id: int) -> FairNow:
    """Return a fair with its office and timetable; ``NotFound`` when there is none."""
    query = select(Fair).where(Fair.id == fair_id).options(joinedload(Fair.office))
    fair = await session.scalar(query)
    if fair is None:
        raise NotFound("Job fair ini tidak ada.")
    return _with_timetable(fair, await _newest_window(session, fair.id))


async def lock_fair(session: Session, fair_id: int) -> FairNow:
    """Return the fair, holding its row until the transaction ends.

    Everything that adds to the ledger or ends it takes this lock first and reads the timetable
    under it. On SQLite the transaction itself is the lock (``BEGIN IMMEDIATE``).
    """
    fair = (
        await session.scalars(
            select(Fair)
            .where(Fair.id == fair_id)
            .options(joinedload(Fair.office))
            .with_for_update(of=Fair)
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if fair is None:
        raise NotFound("Job fair ini tidak ada.")
    return _with_timetable(fair, await _newest_window(session, fair.id))


async def all_fairs(session: Session, *, office_id: int | None = None) -> Sequence[Fair]:
    """Return the fairs with their offices, newest first."""
    query = select(Fair).options(joinedload(Fair.office)).order_by(Fair.id.desc())
    if office_id is not None:
        query = query.where(Fair.office_id == office_id)
    return (await session.scalars(query)).all()


async def published_fairs(session: Session) -> list[FairNow]:
    """Return the published fairs with offices and timetables, newest opening first."""
    newest = (
        select(FairWindow.fair_id, func.max(FairWindow.ordinal).label("ordinal"))
        .group_by(FairWindow.fair_id)
        .subquery()
    )
    query = (
        select(Fair, FairWindow)
        .join(newest, newest.c.fair_id == Fair.id)
        .join(
            FairWindow,
            (FairWindow.fair_id == Fair.id) & (FairWindow.ordinal == newest.c.ordinal),
        )
        .options(joinedload(Fair.office))
        .where(Fair.published_at.is_not(None))
        .order_by(FairWindow.opens_at.desc(), Fair.id)
    )
    return [_with_timetable(fair, window) for fair, window in await session.execute(query)]


async def unlatched_fair_ids(session: Session) -> Sequence[int]:
    """Return the published fairs whose latch is not set, oldest first."""
    query = select(Fair.id).where(Fair.latched_at.is_(None), Fair.published_at.is_not(None))
    return (await session.scalars(query.order_by(Fair.id))).all()


async def windows_of(session: Session, fair_id: int) -> Sequence[FairWindow]:
    """Return the windows of a fair, first to newest."""
    query = select(FairWindow).where(FairWindow.fair_id == fair_id)
    return (await session.scalars(query.order_by(FairWindow.ordinal))).all()


async def office_by_slug(session: Session, slug: str) -> Office | None:
    """Return the office, or None."""
    office: Office | None = await session.scalar(select(Office).where(Office.slug == slug))
    return office


async def find_fair(session: Session, slug: str) -> Fair | None:
    """Return the bare fair row, or None."""
    fair: Fair | None = await session.scalar(select(Fair).where(Fair.slug == slug))
    return fair


def add(session: Session, row: Office | Fair | FairWindow) -> None:
    """Add a row to this transaction."""
    session.add(row)


async def newest_received_at(session: Session) -> datetime | None:
    """Return the newest instant in any ledger, or None when all are empty."""
    newest: datetime | None = await session.scalar(
        select(Fair.last_received_at)
        .where(Fair.last_received_at.is_not(None))
        .order_by(Fair.last_received_at.desc())
        .limit(1)
    )
    return newest
