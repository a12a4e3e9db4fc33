"""Finding fairs and their timetables; taking the lock that intake and closing share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.orm import defer, joinedload

from jobfair.db import Session
from jobfair.db.base import plain
from jobfair.errors import NotFound
from jobfair.fairs.models import Fair, FairWindow, Office
from jobfair.fairs.rules import Timetable
from jobfair.fairs.rules.changes import ScheduleChange, last_change
from jobfair.fairs.rules.state import CountedFair, FairState, OfficeFacts


@dataclass(frozen=True)
class LockedFair:
    """The row of a fair, held until the transaction ends, and what it said when it was locked."""

    row: Fair
    fair: CountedFair


def _beside(fair: Fair, window: FairWindow) -> dict[str, Any]:
    """Return what is said of a fair elsewhere than in its own row."""
    return {
        "office": plain(OfficeFacts, fair.office),
        "timetable": Timetable(
            opens_at=window.opens_at,
            closes_at=window.closes_at,
            paused_from=window.paused_from,
            published_at=fair.published_at,
            latched_at=fair.latched_at,
        ),
        "reason": window.reason,
        "windows": window.ordinal,
    }


def _counted(fair: Fair, window: FairWindow) -> CountedFair:
    return plain(CountedFair, fair, **_beside(fair, window))


async def _newest_window(session: Session, fair_id: int) -> FairWindow:
    query = select(FairWindow).where(FairWindow.fair_id == fair_id)
    return (await session.scalars(query.order_by(FairWindow.ordinal.desc()).limit(1))).one()


_NEWEST = (
    select(func.max(FairWindow.ordinal))
    .where(FairWindow.fair_id == Fair.id)
    .correlate(Fair)
    .scalar_subquery()
)
_WITH_WINDOW = (
    select(Fair, FairWindow)
    .join(FairWindow, (FairWindow.fair_id == Fair.id) & (FairWindow.ordinal == _NEWEST))
    .options(joinedload(Fair.office))
)
_BY_SLUG = _WITH_WINDOW.where(Fair.slug == bindparam("slug"))
_BY_ID = _WITH_WINDOW.where(Fair.id == bindparam("fair_id"))
_DEFINED = _BY_SLUG.options(
    defer(Fair.ledger_seq, raiseload=True),
    defer(Fair.applicants, raiseload=True),
    defer(Fair.last_received_at, raiseload=True),
)
"""Made once: every page asks one of these, and making a statement costs more than running it."""


async def _rows_of(
    session: Session, query: Select[Fair, FairWindow], **facts: object
) -> tuple[Fair, FairWindow]:
    found = (await session.execute(query, facts)).one_or_none()
    if found is None:
        raise NotFound("Job fair ini tidak ada.")
    return found[0], found[1]


async def fair_by_slug(session: Session, slug: str) -> CountedFair:
    """Return a fair with its office and timetable.

    Raises:
        NotFound: there is no such fair.

    """
    return _counted(*await _rows_of(session, _BY_SLUG, slug=slug))


async def fair_by_id(session: Session, fair_id: int) -> CountedFair:
    """Return a fair with its office and timetable; ``NotFound`` when there is none."""
    return _counted(*await _rows_of(session, _BY_ID, fair_id=fair_id))


async def defined_fair(session: Session, slug: str) -> FairState:
    """Return a fair without its ledger, to be cached for as long as nobody changes the fair.

    Raises:
        NotFound: there is no such fair.

    """
    fair, window = await _rows_of(session, _DEFINED, slug=slug)
    return plain(FairState, fair, **_beside(fair, window))


async def lock_fair(session: Session, fair_id: int) -> LockedFair:
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
    return LockedFair(fair, _counted(fair, await _newest_window(session, fair.id)))


_FAIR, _OFFICE, _WINDOW = Fair.__table__, Office.__table__, FairWindow.__table__
_LEDGER = (
    select(
        _FAIR.c.id,
        _FAIR.c.receipt_prefix,
        _FAIR.c.time_zone,
        _FAIR.c.residence_policy,
        _FAIR.c.minimum_age,
        _FAIR.c.applications_per_applicant,
        _FAIR.c.ledger_seq,
        _FAIR.c.applicants,
        _FAIR.c.last_received_at,
        _FAIR.c.published_at,
        _FAIR.c.latched_at,
        _OFFICE.c.regency,
    )
    .join(_OFFICE, _OFFICE.c.id == _FAIR.c.office_id)
    .where(_FAIR.c.id == bindparam("fair_id"))
)
_LOCKED_LEDGER = _LEDGER.with_for_update(of=_FAIR)
_NEWEST_ORDINAL = select(func.max(_WINDOW.c.ordinal)).where(
    _WINDOW.c.fair_id == bindparam("fair_id")
)
_WINDOW_NOW = select(_WINDOW.c.opens_at, _WINDOW.c.closes_at, _WINDOW.c.paused_from).where(
    _WINDOW.c.fair_id == bindparam("fair_id"),
    _WINDOW.c.ordinal == _NEWEST_ORDINAL.scalar_subquery(),
)
"""Not sorted and limited: a limit handed in makes SQLite plan the statement anew each time."""
_GROWN_LEDGER = (
    update(Fair.metadata.tables["fair"])
    .where(_FAIR.c.id == bindparam("fair_id"))
    .values(
        ledger_seq=bindparam("seq"),
        applicants=bindparam("people"),
        last_received_at=bindparam("last"),
    )
)


@dataclass(frozen=True)
class Ledger:
    """A fair as the intake needs it: what it asks of applicants, and where its ledger ends."""

    fair_id: int
    timetable: Timetable
    receipt_prefix: str
    zone: ZoneInfo
    regency: str
    residence_policy: str
    minimum_age: int
    applications_per_applicant: int
    seq: int
    applicants: int
    last_received_at: datetime | None


async def lock_ledger(session: Session, fair_id: int) -> Ledger:
    """Take the lock of :func:`lock_fair`, but read columns: asked with every batch of the intake.

    The window is read by a statement of its own, after the lock is held. Joined to the locked
    row it would be, on PostgreSQL, the one from before the wait for the lock.

    Raises:
        NotFound: there is no such fair.

    """
    facts = {"fair_id": fair_id}
    fair = (await session.execute(_LOCKED_LEDGER, facts)).one_or_none()
    if fair is None:
        raise NotFound("Job fair ini tidak ada.")
    window = (await session.execute(_WINDOW_NOW, facts)).one()
    return Ledger(
        fair_id=fair_id,
        timetable=Timetable(
            opens_at=window.opens_at,
            closes_at=window.closes_at,
            paused_from=window.paused_from,
            published_at=fair.published_at,
            latched_at=fair.latched_at,
        ),
        receipt_prefix=fair.receipt_prefix,
        zone=ZoneInfo(fair.time_zone),
        regency=fair.regency,
        residence_policy=fair.residence_policy,
        minimum_age=fair.minimum_age,
        applications_per_applicant=fair.applications_per_applicant,
        seq=fair.ledger_seq,
        applicants=fair.applicants,
        last_received_at=fair.last_received_at,
    )


async def grow_ledger(
    session: Session, fair_id: int, *, seq: int, applicants: int, last_received_at: datetime
) -> None:
    """Store where the locked ledger ends now; a fair this session has loaded is read again."""
    facts = {"fair_id": fair_id, "seq": seq, "people": applicants, "last": last_received_at}
    await session.execute(_GROWN_LEDGER, facts)
    for held in session.identity_map.values():
        if isinstance(held, Fair):
            session.expire(held, ("ledger_seq", "applicants", "last_received_at"))


async def all_fairs(session: Session, *, office_id: int | None = None) -> Sequence[Fair]:
    """Return the fairs with their offices, newest first."""
    query = select(Fair).options(joinedload(Fair.office)).order_by(Fair.id.desc())
    if office_id is not None:
        query = query.where(Fair.office_id == office_id)
    return (await session.scalars(query)).all()


async def published_fairs(session: Session) -> list[CountedFair]:
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
    return [_counted(fair, window) for fair, window in await session.execute(query)]


async def unlatched_fair_ids(session: Session) -> Sequence[int]:
    """Return the published fairs whose latch is not set, oldest first."""
    query = select(Fair.id).where(Fair.latched_at.is_(None), Fair.published_at.is_not(None))
    return (await session.scalars(query.order_by(Fair.id))).all()


async def windows_of(session: Session, fair_id: int) -> Sequence[FairWindow]:
    """Return the windows of a fair, first to newest."""
    query = select(FairWindow).where(FairWindow.fair_id == fair_id)
    return (await session.scalars(query.order_by(FairWindow.ordinal))).all()


async def last_change_of(session: Session, fair_id: int) -> ScheduleChange | None:
    """Return the newest change of a fair's opening or closing, with its reason."""
    return last_change(await windows_of(session, fair_id))


async def office_by_slug(session: Session, slug: str) -> Office | None:
    """Return the office, or None."""
    office: Office | None = await session.scalar(select(Office).where(Office.slug == slug))
    return office


async def find_fair(session: Session, slug: str) -> Fair | None:
    """Return the bare fair row, or None."""
    fair: Fair | None = await session.scalar(select(Fair).where(Fair.slug == slug))
    return fair


async def newest_received_at(session: Session) -> datetime | None:
    """Return the newest instant in any ledger, or None when all are empty."""
    newest: datetime | None = await session.scalar(
        select(Fair.last_received_at)
        .where(Fair.last_received_at.is_not(None))
        .order_by(Fair.last_received_at.desc())
        .limit(1)
    )
    return newest
