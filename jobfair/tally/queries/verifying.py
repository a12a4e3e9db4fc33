"""Frozen editions held against their signature and against the rows they were counted from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, select

from jobfair.applications.models import Application, StageChange
from jobfair.applications.rules import STAGE_NAMES, Stage
from jobfair.db import Session
from jobfair.fairs.rules.state import FairState
from jobfair.tally.models import Closing, ClosingCheck
from jobfair.tally.queries.digests import digest_ledger, digest_trail
from jobfair.tally.queries.frozen import is_signed, is_whole
from jobfair.tally.queries.record import record_of
from jobfair.tally.queries.rows import SHOWN, Difference
from jobfair.tally.rules.record import PeopleRow, Record
from jobfair.tally.rules.record_json import record_from

ROWS_OF_PEOPLE = {"education": "pendidikan", "age": "usia", "residence": "alamat"}
MAIN = {"applicants": "Pelamar", "applications": "Lamaran", "withdrawn": "Dibatalkan"}


@dataclass
class Verified:
    """What a look at the frozen figures of a fair has found."""

    editions: list[int] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    changed: list[Difference] = field(default_factory=list)
    """Changed since it was frozen, as it lawfully may: what people say of themselves, and which
    companies and positions are offered."""


async def verify_closings(session: Session, fair: FairState, *, trusted: str) -> Verified:
    """Check every edition of a fair: signature, rows, tables; ``trusted`` is our public key."""
    found = Verified()
    closings = await session.scalars(
        select(Closing).where(Closing.fair_id == fair.id).order_by(Closing.edition)
    )
    for closing in closings:
        found.editions.append(closing.edition)
        what = f"Rekap edisi {closing.edition}"
        if not is_whole(closing):
            found.differences.append(Difference(what, "isi", "sidik lain", "berubah"))
        elif not is_signed(closing, trusted):
            found.differences.append(Difference(what, "tanda tangan", "tidak sah", "berubah"))
        else:
            await _compare(session, fair, record_from(closing.record), closing.frozen_at, found)
    if fair.latched_at is not None:
        if not found.editions:
            found.differences.append(Difference("Rekap", fair.name, "dikunci", "tidak ada"))
        found.differences += await _stray_stages(session, fair)
    elif found.editions:
        found.differences.append(Difference("Rekap", fair.name, "belum dikunci", "ada"))
    return found


async def _compare(
    session: Session, fair: FairState, frozen: Record, at: datetime, found: Verified
) -> None:
    now = await record_of(session, fair, now=at, edition=frozen.edition.number)
    what = f"Rekap edisi {frozen.edition.number}"
    window = (
        ("instan penguncian", _utc(frozen.window.latched_at), _utc(now.window.latched_at)),
        ("jam penutupan", _utc(frozen.window.closes_at), _utc(now.window.closes_at)),
    )
    pairs = [*window, *_figures(frozen, now), *_people(frozen, now), *_offers(frozen, now)]
    if frozen.rows.ledger:
        last = frozen.rows.trail_last
        trail = await digest_trail(session, fair.id, last=last)
        pairs += [
            (
                "baris lamaran",
                frozen.rows.ledger[:16],
                (await digest_ledger(session, fair.id))[:16],
            ),
            ("jejak tahap", frozen.rows.trail[:16], trail[:16]),
        ]
    found.differences += [
        Difference(what, where, kept, counted) for where, kept, counted in pairs if kept != counted
    ]
    states = _states(frozen)
    lawful: list[tuple[str, int | str, int | str]] = [
        (f"jabatan {slug}", states.get(slug, "tidak ada"), state)
        for slug, state in _states(now).items()
        if slug in states
    ]
    lawful.append(
        ("penyandang disabilitas", frozen.disability.applicants, now.disability.applicants)
    )
    found.changed += [
        Difference(f"{what} (berubah sesudah dibekukan)", where, kept, counted)
        for where, kept, counted in lawful
        if kept != counted
    ]


def _utc(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(UTC).isoformat()


Pair = tuple[str, int | str, int | str]


def _figures(frozen: Record, now: Record) -> Iterable[Pair]:
    for name, label in MAIN.items():
        yield label, getattr(frozen.figures, name), getattr(now.figures, name)
    days = {row.date: row for row in now.days}
    for day in frozen.days:
        again = days.get(day.date)
        yield f"lamaran {day.date}", day.applications, again.applications if again else 0
        yield f"pelamar baru {day.date}", day.new_applicants, again.new_applicants if again else 0
    for hour, same in zip(frozen.hours, now.hours, strict=False):
        yield f"lamaran pukul {hour.hour:02d}.00", hour.applications, same.applications


def _people(frozen: Record, now: Record) -> Iterable[Pair]:
    """Yield what is counted from the profiles that were sent; they never change."""
    if not frozen.rows.ledger:  # format 1 counted the profiles of the day
        return
    for part, label in ROWS_OF_PEOPLE.items():
        rows: Mapping[str, PeopleRow] = {row.code: row for row in getattr(now, part)}
        for row in getattr(frozen, part):
            again = rows.get(row.code)
            for name in ("men", "women", "sex_unknown", "applications"):
                yield (
                    f"{label} {row.label}, {name}",
                    getattr(row, name),
                    getattr(again, name) if again else 0,
                )


def _offers(frozen: Record, now: Record) -> Iterable[Pair]:
    """Yield openings and applications of each position; both stand once a fair has closed."""
    rows = now.named
    for row in frozen.positions:
        again = rows.get(row.slug)
        if again is None:  # without applications, and no longer offered: told as a change
            if row.applications:
                yield f"lamaran ke {row.title} ({row.slug})", row.applications, 0
            continue
        yield f"posisi {row.title} ({row.slug})", row.openings, again.openings
        yield f"lamaran ke {row.title} ({row.slug})", row.applications, again.applications


def _states(record: Record) -> dict[str, str]:
    return {f"{row.company}/{row.slug}": row.state for row in record.positions}


async def _stray_stages(session: Session, fair: FairState) -> list[Difference]:
    """Find applications that stand elsewhere than their trail ends."""
    newest = (
        select(StageChange.application_id, func.max(StageChange.id).label("last"))
        .join(Application, Application.id == StageChange.application_id)
        .where(Application.fair_id == fair.id)
        .group_by(StageChange.application_id)
        .subquery()
    )
    ends = func.coalesce(StageChange.to_stage, Stage.NEW)
    rows = await session.execute(
        select(Application.seq, Application.stage, StageChange.to_stage)
        .outerjoin(newest, newest.c.application_id == Application.id)
        .outerjoin(StageChange, StageChange.id == newest.c.last)
        .where(Application.fair_id == fair.id, Application.stage != ends)
        .order_by(Application.seq)
        .limit(SHOWN)
    )
    return [
        Difference(
            "Tahap dan jejaknya",
            f"lamaran nomor {row.seq}",
            STAGE_NAMES[row.stage],
            STAGE_NAMES[row.to_stage or Stage.NEW],
        )
        for row in rows
    ]


def add_checks(session: Session, fair_id: int, verified: Verified, *, at: datetime, n: int) -> None:
    """Remember in this transaction that every edition was checked and ``n`` places differed."""
    session.add_all(
        ClosingCheck(
            fair_id=fair_id, edition=edition, at=at, differences=n, changed=len(verified.changed)
        )
        for edition in verified.editions
    )
