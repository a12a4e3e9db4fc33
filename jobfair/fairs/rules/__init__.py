"""When a fair accepts applications, and which acts its organisers may do when."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from jobfair.clock import last_day
from jobfair.errors import Invalid, Problem, Refused
from jobfair.fields import Fields
from jobfair.fields.moments import YEARS


class Phase(StrEnum):
    """Where a fair stands, derived from its instants and its latch; never stored."""

    DRAFT = "draft"
    PUBLISHED = "published"
    OPEN = "open"
    PAUSED = "paused"
    CLOSING = "closing"
    """The window has ended; applications received before that are still being written."""
    CLOSED = "closed"
    """The latch is set: the numbers are frozen."""


@dataclass(frozen=True)
class Timetable:
    """What decides the phase: the newest window row and the stored instants of the fair."""

    opens_at: datetime
    closes_at: datetime
    paused_from: datetime | None
    published_at: datetime | None
    latched_at: datetime | None


def phase_at(now: datetime, timetable: Timetable) -> Phase:
    """Return the phase at an instant: opening counts, closing does not."""
    if timetable.latched_at is not None:
        return Phase.CLOSED
    if timetable.published_at is None:
        return Phase.DRAFT
    if now < timetable.opens_at:
        return Phase.PUBLISHED
    if now >= timetable.closes_at:
        return Phase.CLOSING
    if timetable.paused_from is not None and now >= timetable.paused_from:
        return Phase.PAUSED
    return Phase.OPEN


def check_accepts(received_at: datetime, timetable: Timetable) -> None:
    """Let an application in, or say why not. ``received_at`` is the instant it was all here.

    Called inside the writing transaction, under the lock that the closer takes too.

    Raises:
        Refused: ``not_open``, ``paused`` or ``closed``; the facts carry the deciding instant.

    """
    phase = phase_at(received_at, timetable)
    if phase in (Phase.DRAFT, Phase.PUBLISHED):
        raise Refused(
            "not_open", "Lamaran baru diterima mulai %(instant)s.", instant=timetable.opens_at
        )
    if phase is Phase.PAUSED:
        raise Refused(
            "paused",
            "Panitia sedang menjeda penerimaan lamaran sejak %(instant)s. Coba lagi nanti.",
            instant=timetable.paused_from,
        )
    if phase is not Phase.OPEN:
        raise Refused(
            "closed",
            "Masa pendaftaran sudah ditutup pada %(instant)s, lamaran ini tidak diterima. "
            "Bila Anda merasa ini keliru, hubungi panitia.",
            instant=timetable.closes_at,
        )


REASON_LONGEST = 500
CLOSING_WORD = "TUTUP"
"""Typed to close a fair, so that no click closes it."""
LONGEST_FAIR = timedelta(days=120)
OPEN_PHASES = frozenset({Phase.PUBLISHED, Phase.OPEN, Phase.PAUSED, Phase.CLOSING})


def read_reason(fields: Fields) -> str:
    """Return why the window is changed. Raises ``Invalid`` without a reason."""
    reason = _reason(fields)
    fields.settle()
    return reason


def _reason(fields: Fields) -> str:
    missing = Problem("Tulis alasannya. Alasan ini diumumkan.")
    return fields.text("reason", longest=REASON_LONGEST, missing=missing, lines=True)


def _check_reason(reason: str) -> None:
    read_reason(Fields({"reason": reason}))


@dataclass(frozen=True)
class Extension:
    """A later closing, and why."""

    closes_at: datetime
    reason: str


def read_extension(fields: Fields, *, zone: ZoneInfo) -> Extension:
    """Return the closing that day and hour mean in the fair's zone; 24.00 ends the day.

    Raises:
        Invalid: with everything that is wrong with day, hour and reason at once.

    """
    day = fields.day("closes_at", missing=Problem("Pilih tanggal penutupan yang baru."))
    hour = fields.hour("closes_time")
    if day is not None and day.year not in YEARS:
        fields.wrong("closes_at", Problem("Pilih tanggal penutupan yang baru."))
    reason = _reason(fields)
    fields.settle()
    assert day is not None
    assert hour is not None
    return Extension(datetime.combine(day, time(), tzinfo=zone) + hour, reason)


def read_closing(fields: Fields, *, ended: bool) -> str:
    """Return why the window is ended now; one that has ended is only frozen, without a reason.

    Raises:
        Invalid: without the typed word or the reason.

    """
    reason = "" if ended else _reason(fields)
    if fields.text("confirm", longest=40, missing=None).upper() != CLOSING_WORD:
        fields.wrong("confirm", Problem("Ketik %(word)s untuk menutup.", word=CLOSING_WORD))
    fields.settle()
    return reason


def check_may_extend(
    *, now: datetime, timetable: Timetable, closes_at: datetime, reason: str
) -> None:
    """Let the closing move later, or say why not.

    Raises:
        Refused: the fair is a draft or its latch is set.
        Invalid: no reason, or the new closing is not later than the old one and now.

    """
    if phase_at(now, timetable) not in OPEN_PHASES:
        raise Refused("closed", "Job fair ini sudah ditutup dan tidak dapat diperpanjang.")
    _check_reason(reason)
    if closes_at <= timetable.closes_at or closes_at <= now:
        raise Invalid(
            {
                "closes_at": Problem(
                    "Penutupan baru harus sesudah %(instant)s.",
                    instant=max(timetable.closes_at, now),
                )
            }
        )
    if closes_at - timetable.opens_at > LONGEST_FAIR:
        raise Invalid(
            {"closes_at": Problem("Job fair paling lama %(n)s hari.", n=LONGEST_FAIR.days)}
        )


def check_may_close_early(*, now: datetime, timetable: Timetable, reason: str) -> None:
    """Let the fair close before its time, or say why not.

    Raises:
        Refused: it is not open, or opens at this very instant. Invalid: no reason.

    """
    if phase_at(now, timetable) not in (Phase.OPEN, Phase.PAUSED) or now == timetable.opens_at:
        raise Refused("not_open", "Job fair ini sedang tidak dibuka, jadi tidak dapat ditutup.")
    _check_reason(reason)


def check_may_open_early(*, now: datetime, timetable: Timetable, reason: str) -> None:
    """Let the fair open before its time (``Refused`` unless published, ``Invalid`` reason)."""
    if phase_at(now, timetable) is not Phase.PUBLISHED:
        raise Refused("not_published", "Hanya job fair yang terbit dan belum dibuka dapat dibuka.")
    _check_reason(reason)


def check_may_pause(*, now: datetime, timetable: Timetable, reason: str) -> None:
    """Let the organiser pause, or say why not (``Refused`` unless open, ``Invalid`` reason)."""
    if phase_at(now, timetable) is not Phase.OPEN:
        raise Refused("not_open", "Job fair ini sedang tidak dibuka, jadi tidak dapat dijeda.")
    _check_reason(reason)


def earliest_end(now: datetime, last_received_at: datetime | None) -> datetime:
    """Return the first instant from ``now`` on that lies after everything in the ledger.

    An organiser's click is stamped before it waits for the lock; what came in meanwhile was
    received in time and must not end up outside the window or inside the pause.
    """
    if last_received_at is None:
        return now
    return max(now, last_received_at + timedelta(microseconds=1))


def check_may_resume(*, now: datetime, timetable: Timetable) -> None:
    """Let the organiser resume, or raise ``Refused`` when nothing is paused."""
    if phase_at(now, timetable) is not Phase.PAUSED:
        raise Refused("not_paused", "Penerimaan lamaran tidak sedang dijeda.")


def check_may_latch(*, now: datetime, timetable: Timetable) -> None:
    """Let the closer set the latch, or raise ``Refused`` before the closing instant."""
    if now < timetable.closes_at:
        raise Refused("still_open", "Masa pendaftaran belum berakhir.")


RESIDENCE_POLICIES = ("open", "local_only")


def day_of(now: datetime, timetable: Timetable, zone: Any) -> tuple[int, int]:
    """Return (which day of the fair it is, of how many), counted by calendar days in ``zone``."""
    first = timetable.opens_at.astimezone(zone).date()
    last = last_day(timetable.closes_at, zone)
    today = min(max(now.astimezone(zone).date(), first), last)
    return (today - first).days + 1, (last - first).days + 1
