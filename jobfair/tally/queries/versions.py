"""What the public pages of a fair are made of, in one small answer: equal stamps, equal pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from jobfair.applications.models import StageTally
from jobfair.companies.models import Company
from jobfair.db import Base, PreparedLookup, Session
from jobfair.fairs.models import Fair, FairWindow, Office
from jobfair.fairs.rules import Phase, Timetable, phase_at
from jobfair.positions.models import Position
from jobfair.tally.models import Closing


@dataclass(frozen=True)
class FairVersion:
    """A fair at one state of the database."""

    timetable: Timetable
    zone: ZoneInfo
    defined: str
    """All that people have said of it: its row, office and window, how often its companies and
    positions have changed, and the edition."""
    edition: int | None
    """The newest of its final figures."""
    seq: int
    applicants: int
    last_received_at: datetime | None
    sent: int
    """Applications to the one position that was named."""

    @property
    def ledger(self) -> tuple[Any, ...]:
        """All that changes with every application."""
        return (self.seq, self.applicants, self.last_received_at)

    def phase(self, now: datetime) -> Phase:
        """Return the phase at an instant."""
        return phase_at(now, self.timetable)


class _AsOne(GenericFunction[str]):
    """Values as one JSON array: forty columns take a driver longer than all the rest."""

    inherit_cache = True


@compiles(_AsOne)
def _as_json(element: Any, compiler: Any, **how: Any) -> str:
    of_sqlite = compiler.dialect.name == "sqlite"
    name = "json_array" if of_sqlite else "json_build_array"
    return f"{name}({compiler.process(element.clauses, **how)})"


_MOVING = (Fair.ledger_seq, Fair.applicants, Fair.last_received_at)
_TIMETABLE = (
    FairWindow.opens_at,
    FairWindow.closes_at,
    FairWindow.paused_from,
    Fair.published_at,
    Fair.latched_at,
)


def _defined(table: type[Base]) -> list[ColumnElement[Any]]:
    """Return what is defined in a row, as it is stored: it is compared and not read."""
    moving = {column.key for column in _MOVING} if table is Fair else set()
    return [
        type_coerce(column, Text) if isinstance(column.type, TypeDecorator) else column
        for column in table.__table__.columns
        if column.name not in moving
    ]


_NEWEST = (
    select(func.max(FairWindow.ordinal))
    .where(FairWindow.fair_id == Fair.id)
    .correlate(Fair)
    .scalar_subquery()
)
_SENT = (
    select(func.coalesce(func.sum(StageTally.n), 0))
    .join(Position, Position.id == StageTally.position_id)
    .where(Position.fair_id == Fair.id, Position.slug == bindparam("position"))
    .correlate(Fair)
    .scalar_subquery()
)
_EDITION = (
    select(func.max(Closing.edition))
    .where(Closing.fair_id == Fair.id)
    .correlate(Fair)
    .scalar_subquery()
)
_CHANGES = [
    select(func.sum(table.edition)).where(of_fair).correlate(Fair).scalar_subquery()
    for table, of_fair in (
        (Position, Position.fair_id == Fair.id),
        (Company, Company.office_id == Fair.office_id),
    )
]
"""Rows are never deleted and each change of one raises its edition, so a sum never comes back."""
_STAMP = (
    select(
        *_TIMETABLE,
        _SENT.label("sent"),
        *_MOVING,
        Fair.time_zone,
        _EDITION.label("edition"),
        cast(
            _AsOne(_EDITION, *_CHANGES, *_defined(Fair), *_defined(Office), *_defined(FairWindow)),
            Text,
        ).label("defined"),
    )
    .select_from(Fair)
    .join(Office, Office.id == Fair.office_id)
    .join(FairWindow, (FairWindow.fair_id == Fair.id) & (FairWindow.ordinal == _NEWEST))
    .where(Fair.slug == bindparam("fair"))
)


async def fair_version(
    session: Session | PreparedLookup, fair: str, *, position: str = ""
) -> FairVersion | None:
    """Return the stamp of a fair, by its slug, or None when there is none. One statement.

    A page made in the same snapshot is the page of this stamp: whatever it shows besides the hour
    is a part of the answer or counted in it.
    """
    found = await session.execute(_STAMP, {"fair": fair, "position": position})
    row = found.one_or_none()
    if row is None:
        return None
    return FairVersion(
        timetable=Timetable(*row[: len(_TIMETABLE)]),
        zone=ZoneInfo(row.time_zone),
        defined=row.defined,
        edition=row.edition,
        seq=row.ledger_seq,
        applicants=row.applicants,
        last_received_at=row.last_received_at,
        sent=int(row.sent),
    )
