"""The frozen figures of closed fairs, checked against their hash whenever they are read."""

from collections.abc import Mapping
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
from jobfair.keys import Keys, is_signed_by
from jobfair.positions.models import Position
from jobfair.tally.models import Closing, ClosingCheck
from jobfair.tally.rules.record import Record
from jobfair.tally.rules.record_json import plain, record_from


@dataclass(frozen=True)
class LastCheck:
    """The newest recount of a frozen edition: when, and how many places differed."""

    at: datetime
    differences: int
    changed: int
    """What changed lawfully since it was frozen."""


@dataclass(frozen=True)
class FrozenClosing:
    """One edition of a fair's final figures."""

    fair_id: int
    edition: int
    frozen_at: datetime
    seq: int
    record: Record
    sha256: str
    signature: str = ""
    """Ed25519 over :func:`signed_text`, in hexadecimal; empty when made before there were any."""
    public_key: str = ""
    checked: LastCheck | None = None
    """None: not recounted since it was frozen."""


def hash_of(stored: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a stored record's canonical JSON text, in hexadecimal."""
    return sha256(canonical_json(stored).encode()).hexdigest()


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


def signed_text(sha: str) -> bytes:
    """Return what the signature of an edition signs: its kind, and the hash of its record."""
    return f"jobfair record v1\n{sha}\n".encode()


def add_closing(
    session: Session, *, fair_id: int, edition: int, now: datetime, record: Record, keys: Keys
) -> None:
    """Add a signed edition to this transaction."""
    stored = plain(record)
    mark = hash_of(stored)
    session.add(
        Closing(
            fair_id=fair_id,
            edition=edition,
            frozen_at=now,
            seq=record.window.latch_seq,
            record=stored,
            sha256=mark,
            signature=keys.sign(signed_text(mark)),
            public_key=keys.public_key,
        )
    )


def is_whole(closing: Closing) -> bool:
    """Tell whether the record is the one whose hash stands beside it."""
    if hash_of(closing.record) != closing.sha256:
        return False
    return bool(closing.record.get("window", {}).get("latch_seq") == closing.seq)


def is_signed(closing: Closing, trusted: str) -> bool:
    """Tell whether the ``trusted`` key signed it, or without one the key named beside it."""
    return closing.public_key == (trusted or closing.public_key) and is_signed_by(
        closing.public_key, closing.signature, signed_text(closing.sha256)
    )


async def closing_of(
    session: Session, fair_id: int, edition: int | None = None, *, trusted: str = ""
) -> FrozenClosing | None:
    """Return an edition of a fair's figures, the newest when none is named; None before closing.

    ``trusted`` is the installation's public key; pages and commands that have it pass it.

    Raises:
        Refused: ``altered``, the stored record is no longer the one that was frozen and signed.

    """
    query = select(Closing).where(Closing.fair_id == fair_id).order_by(Closing.edition.desc())
    if edition is not None:
        query = query.where(Closing.edition == edition)
    closing: Closing | None = await session.scalar(query.limit(1))
    if closing is None:
        return None
    if not (is_whole(closing) and is_signed(closing, trusted)):
        raise Refused(
            "altered",
            "Rekap edisi %(edition)s berubah sesudah dikunci: sidik atau tanda tangannya tidak "
            "cocok lagi. Rekap ini tidak ditampilkan sampai panitia memeriksanya.",
            edition=closing.edition,
        )
    checked = await session.scalar(
        select(ClosingCheck)
        .where(ClosingCheck.fair_id == fair_id, ClosingCheck.edition == closing.edition)
        .order_by(ClosingCheck.id.desc())
        .limit(1)
    )
    return FrozenClosing(
        fair_id=closing.fair_id,
        edition=closing.edition,
        frozen_at=closing.frozen_at,
        seq=closing.seq,
        record=record_from(closing.record),
        sha256=closing.sha256,
        signature=closing.signature,
        public_key=closing.public_key,
        checked=LastCheck(checked.at, checked.differences, checked.changed) if checked else None,
    )


async def sign_closings(session: Session, *, old: Keys | None, new: Keys) -> int:
    """Sign every edition with another key; those whose signature by ``old`` is good, no others.

    Without ``old`` those are signed that have no signature. Returns how many were signed.
    """
    signed = 0
    for closing in await session.scalars(select(Closing).with_for_update()):
        good = is_signed(closing, old.public_key) if old else not closing.signature
        if good and is_whole(closing):
            closing.signature = new.sign(signed_text(closing.sha256))
            closing.public_key = new.public_key
            signed += 1
    return signed
