"""Checks of the ledger row by row: its sequence, its instants, its receipts."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from jobfair.applications.models import Application
from jobfair.db import Session
from jobfair.fairs.rules.state import CountedFair, FairState

SHOWN = 5
"""So many rows of one kind are named one by one; a last line tells how many more there are."""


@dataclass(frozen=True)
class Difference:
    """One place where a kept number and the rows behind it disagree."""

    what: str
    where: str
    kept: int | str
    counted: int | str

    def __str__(self) -> str:
        """Return the sentence that says where."""
        return f"{self.what}, {self.where}: tercatat {self.kept}, hitung ulang {self.counted}."


async def check_sequence(session: Session, fair: CountedFair) -> list[Difference]:
    """Find gaps in 1..n and rows beyond the latch."""
    rows = select(
        Application.seq, func.lead(Application.seq).over(order_by=Application.seq).label("next")
    ).where(Application.fair_id == fair.id)
    pairs = rows.subquery()
    gaps = await session.execute(
        select(pairs.c.seq, pairs.c.next)
        .where(pairs.c.next != pairs.c.seq + 1)
        .order_by(pairs.c.seq)
        .limit(SHOWN)
    )
    found = [
        Difference("Urutan buku lamaran", f"sesudah nomor {seq}", seq + 1, following)
        for seq, following in gaps
    ]
    first = await session.scalar(
        select(func.min(Application.seq)).where(Application.fair_id == fair.id)
    )
    if first is not None and first != 1:
        found.insert(0, Difference("Urutan buku lamaran", "nomor pertama", 1, first))
    if fair.latch_seq is not None:
        beyond = await session.scalar(
            select(func.count()).where(
                Application.fair_id == fair.id, Application.seq > fair.latch_seq
            )
        )
        if beyond:
            found.append(Difference("Lamaran sesudah dikunci", fair.name, 0, beyond))
    return found


async def check_instants(session: Session, found: FairState) -> list[Difference]:
    """Find rows received outside the newest window, or after the latch."""
    fair, timetable = found, found.timetable
    outside = or_(
        Application.received_at < timetable.opens_at, Application.received_at >= timetable.closes_at
    )
    if fair.latched_at is not None:
        outside = or_(outside, Application.received_at > fair.latched_at)
    rows = select(Application.seq, Application.received_at).where(
        Application.fair_id == fair.id, outside
    )
    window = (
        f"{timetable.opens_at.astimezone(fair.zone).isoformat()} sampai "
        f"{timetable.closes_at.astimezone(fair.zone).isoformat()}"
    )
    return await _named_rows(
        session, rows, "Lamaran di luar masa pendaftaran", kept=window,
        counted=lambda row: row.received_at.astimezone(fair.zone).isoformat(),
    )  # fmt: skip


async def check_receipts(session: Session, found: FairState) -> list[Difference]:
    """Find receipts that are not the number their row must bear."""
    fair = found
    year = found.timetable.opens_at.astimezone(fair.zone).year % 100
    expected = receipt_in_sql(fair.receipt_prefix, year)
    rows = (
        select(Application.seq, Application.receipt, expected.label("expected"))
        .where(Application.fair_id == fair.id)
        .subquery()
    )
    wrong = select(rows).where(rows.c.receipt != rows.c.expected)
    return await _named_rows(
        session, wrong, "Nomor tanda terima",
        kept=lambda row: row.receipt, counted=lambda row: row.expected,
    )  # fmt: skip


async def _named_rows(
    session: Session, rows: Select[*tuple[Any, ...]], what: str, *, kept: Any, counted: Any
) -> list[Difference]:
    """Name the first rows one by one and count the rest."""
    total = await session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    if not total:
        return []
    first = rows.order_by("seq").limit(SHOWN)
    named = [
        Difference(
            what, f"lamaran nomor {row.seq}", kept(row) if callable(kept) else kept, counted(row)
        )
        for row in await session.execute(first)
    ]
    if total > SHOWN:
        named.append(Difference(what, "lamaran lain yang juga berbeda", 0, total - SHOWN))
    return named


def receipt_in_sql(prefix: str, year: int) -> ColumnElement[str]:
    """Say :func:`jobfair.applications.rules.receipt_number` in SQL; ``year`` has two digits."""
    seq = cast(Application.seq, BigInteger)
    shortest = 10**5
    padded = case(
        (seq < shortest, func.substr(cast(seq + shortest, String), 2)), else_=cast(seq, String)
    )
    limits = [10**digits for digits in range(5, 10)]
    number = case(*[(seq < limit, seq + year * limit) for limit in limits], else_=seq)
    check = 98 - number * 100 % 97
    start: ColumnElement[str] = literal(f"{prefix}-{year:02d}-")
    return start + padded + "-" + func.substr(cast(check + 100, String), 2)
