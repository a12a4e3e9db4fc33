"""The frozen figures of closed fairs, checked against their hash whenever they are read."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from jobfair.applications.models import StageTally
from jobfair.companies.models import Company
from jobfair.db import Session
from jobfair.db.base import canonical_json
from jobfair.errors import Refused
from jobfair.positions.models import Position
from jobfair.tally.models import Closing


@dataclass(frozen=True)
class FrozenClosing:
    """One edition of a fair's final figures."""

    fair_id: int
    edition: int
    frozen_at: datetime
    seq: int
    record: dict[str, Any]
    sha256: str


def hash_of(record: dict[str, Any]) -> str:
    """Return the SHA-256 of a record's canonical JSON text, in hexadecimal."""
    return sha256(canonical_json(record).encode()).hexdigest()


async def hold_still(session: Session, fair_id: int) -> None:
    """Let nothing that a record counts be changed by others until this transaction ends.

    Each statement of a PostgreSQL transaction sees what others have committed before it, so
    without this a reviewer who moves an application between two of our counts would leave a
    record that disagrees with itself. On SQLite nobody else writes anyway. Rows are taken in
    their order; the fair's lock must be held already.
    """
    companies = select(Position.company_id).where(Position.fair_id == fair_id)
    positions = select(Position.id).where(Position.fair_id == fair_id)
    for rows in (
        select(Company.id).where(Company.id.in_(companies)).order_by(Company.id),
        positions.order_by(Position.id),
        select(StageTally.n)
        .where(StageTally.position_id.in_(positions))
        .order_by(StageTally.position_id, StageTally.stage),
    ):
        await session.execute(rows.with_for_update(read=True))


def add_closing(
    session: Session, *, fair_id: int, edition: int, now: datetime, seq: int, record: dict[str, Any]
) -> str:
    """Add an edition to this transaction and return the hash of its record."""
    mark = hash_of(record)
    session.add(
        Closing(
            fair_id=fair_id, edition=edition, frozen_at=now, seq=seq, record=record, sha256=mark
        )
    )
    return mark


async def closing_of(
    session: Session, fair_id: int, edition: int | None = None
) -> FrozenClosing | None:
    """Return an edition of a fair's figures, the newest when none is named; None before closing.

    Raises:
        Refused: ``altered``, the stored record is no longer the one that was frozen.

    """
    query = select(Closing).where(Closing.fair_id == fair_id).order_by(Closing.edition.desc())
    if edition is not None:
        query = query.where(Closing.edition == edition)
    closing: Closing | None = await session.scalar(query.limit(1))
    if closing is None:
        return None
    if (
        hash_of(closing.record) != closing.sha256
        or closing.record["window"]["latch_seq"] != closing.seq
    ):
        raise Refused(
            "altered",
            "Rekap edisi %(edition)s berubah sesudah dikunci: sidiknya tidak cocok lagi. Rekap ini "
            "tidak ditampilkan sampai panitia memeriksanya.",
            edition=closing.edition,
        )
    return FrozenClosing(
        fair_id=closing.fair_id,
        edition=closing.edition,
        frozen_at=closing.frozen_at,
        seq=closing.seq,
        record=closing.record,
        sha256=closing.sha256,
    )
