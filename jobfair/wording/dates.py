"""Instants, days and stretches of time as they are written in each language."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from babel.dates import format_date

from jobfair.clock import ZONE_NAMES
from jobfair.wording.language import LOCALES, translate

AGO = ((86400, "hari lalu"), (3600, "jam lalu"), (60, "menit lalu"), (1, "detik lalu"))
"""Seconds and what they are called, the longest first."""
PATTERNS = {
    "full": "EEEE, d MMMM y",
    "long": "d MMMM y",
    "weekday": "EEEE, d MMMM",
    "month": "d MMMM",
    "short": "d MMM",
}


@lru_cache(maxsize=4096)
def day(at: datetime | date, language: str, zone: Any = None, *, style: str = "long") -> str:
    """Return "Selasa, 10 November 2026" (full), "10 November 2026" (long), "10 Nov" (short)."""
    local = at.astimezone(zone) if isinstance(at, datetime) and zone else at
    return format_date(local, PATTERNS[style], locale=LOCALES[language])


def clock_time(at: datetime, zone: Any, *, seconds: bool = False) -> str:
    """Return 14.32 WIB, or 14.32.07 WIB."""
    local = at.astimezone(zone)
    return f"{local:%H.%M.%S}" if seconds else f"{local:%H.%M}"


def zone_name(zone: Any) -> str:
    """Return WIB, WITA or WIT."""
    return ZONE_NAMES.get(str(zone), str(zone))


@lru_cache(maxsize=4096)
def moment(
    at: datetime, language: str, zone: Any, *, seconds: bool = False, style: str = "full"
) -> str:
    """Return "Selasa, 10 November 2026 pukul 16.00 WIB"; see :func:`day` for ``style``."""
    joint = "pukul" if language == "id" else "at"
    return (
        f"{day(at, language, zone, style=style)} {joint} "
        f"{clock_time(at, zone, seconds=seconds)} {zone_name(zone)}"
    )


@lru_cache(maxsize=256)
def days(first: date, last: date, language: str) -> str:
    """Return "3–10 November 2022", shorter or longer as the two days need."""
    end = day(last, language)
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return f"{day(first, language, style='long' if first.year != last.year else 'month')} – {end}"


def days_between(first: datetime, last: datetime, language: str, zone: Any) -> str:
    """Return the days of [first, last); the last one is the day the end lies in."""
    end = last - timedelta(microseconds=1)
    return days(first.astimezone(zone).date(), end.astimezone(zone).date(), language)


def time_left(until: datetime, now: datetime, language: str) -> str:
    """Return "3 hari 01.27.53", never negative."""
    seconds = max(0, int((until - now).total_seconds()))
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02d}.{rest % 3600 // 60:02d}.{rest % 60:02d}"
    unit = translate("hari", language, days)
    return f"{days} {unit} {clock}" if days else clock


def ago(at: datetime, now: datetime, language: str) -> str:
    """Return "12 detik lalu", "3 menit lalu", "5 jam lalu"."""
    seconds = max(0, int((now - at).total_seconds()))
    size, unit = next(one for one in AGO if seconds >= one[0] or one[0] == 1)
    return f"{seconds // size} {translate(unit, language, seconds // size)}"


def iso(at: datetime, zone: Any) -> str:
    """Return the machine form with its offset, for ``datetime`` attributes."""
    return at.astimezone(zone).isoformat(timespec="seconds")
