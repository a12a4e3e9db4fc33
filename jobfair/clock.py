"""The one clock. Everything that counts is judged by an instant handed out here.

An instant is an aware UTC datetime. Clients' clocks are never used.
"""

import asyncio
import time
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

SLEW_RATE = 0.05
ZONE_NAMES = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}
"""How the zones of Indonesia are written (Keppres 41/1987)."""
WIB = ZoneInfo("Asia/Jakarta")
"""Zone of pages and messages that belong to no fair."""


def last_day(ends_at: datetime, zone: tzinfo) -> date:
    """Return the last day of a stretch of time: one that ends at 00.00 ended the day before.

    The one answer for pages, papers and counts.
    """
    return (ends_at - timedelta(microseconds=1)).astimezone(zone).date()


class Clock(Protocol):
    """What the rest of the program needs of a clock."""

    def now(self) -> datetime:
        """Return the present instant; never earlier than one handed out before."""

    async def until(self, instant: datetime) -> None:
        """Return once ``now()`` is at or after ``instant``."""


class AnchoredClock:
    """Wall time read once, then carried on by the monotonic clock.

    A wall clock that is set back or forth while the fair runs changes nothing here. ``slew``
    follows another source (the database of several nodes) so that instants handed out never go
    backwards.
    """

    def __init__(self, start: datetime | None = None, rate: float = 1) -> None:
        """Start at the wall time; the replay starts elsewhere and lets time run faster."""
        self._wall = start or datetime.now(UTC)
        self._start = time.monotonic()
        self._rate = rate
        self._backlog = 0.0

    def now(self) -> datetime:
        """Return the present instant."""
        return self._at(time.monotonic())

    def _at(self, monotonic: float) -> datetime:
        passed = (monotonic - self._start) * self._rate
        return self._wall + timedelta(seconds=passed - min(self._backlog, passed * SLEW_RATE))

    def slew(self, ahead: timedelta) -> None:
        """Follow a source that is ``ahead`` of this clock: jump there, or run slower if behind.

        A backlog is worked off over time, at most a twentieth of it, and is measured anew with
        every call.
        """
        here = time.monotonic()
        self._wall, self._start = self._at(here) + max(ahead, timedelta(0)), here
        self._backlog = max(-ahead.total_seconds(), 0)

    async def until(self, instant: datetime) -> None:
        """Return once the instant has come."""
        while (left := (instant - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - time itself
            await asyncio.sleep(min(left / self._rate, 60))


class ControlledClock:
    """A clock that stands still until it is moved: for the replay and for tests."""

    def __init__(self, instant: datetime) -> None:
        self._now = instant

    def now(self) -> datetime:
        """Return the instant it was last moved to."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Move the clock; going back is allowed, so that tests can try it."""
        self._now = instant

    async def until(self, instant: datetime) -> None:
        """Jump to the instant at once."""
        self._now = max(self._now, instant)
