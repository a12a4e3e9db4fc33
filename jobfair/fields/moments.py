"""Days, hours and instants, as people and programs write them."""

import re
from datetime import date, datetime, timedelta

from jobfair.errors import Problem
from jobfair.fields.text import plain_digits

LAST_DAY, LAST_MONTH, FEBRUARY = 31, 12, 2
YEARS = range(2000, 2101)
"""Years a fair may lie in."""
_DAY = re.compile(r"(\d{1,2}) ?[-/. ] ?(\d{1,2}) ?[-/. ] ?(\d{4})")
_HOUR = re.compile(r"(\d{1,2})[.:](\d{2})(?:[.:](\d{2}))?")
_END_OF_DAY = re.compile(r"[T ]24:00(?::00(?:\.0+)?)?")


def read_day(text: str) -> date | Problem:
    """Return a day from 17-08-1995, 17/8/1995, 17.8.1995 or 1995-08-17."""
    typed = plain_digits(text)
    found = _DAY.fullmatch(typed)
    day, month, year = (int(part) for part in found.groups()) if found else (0, 0, 0)
    try:
        return date(year, month, day) if found else date.fromisoformat(typed)
    except ValueError:
        pass
    if month > LAST_MONTH:
        return Problem("Bulan %(month)s tidak ada. Tulis bulan 1 sampai 12.", month=month)
    if day > LAST_DAY:
        return Problem("Tanggal %(day)s tidak ada. Periksa lagi.", day=day)
    if day and year and month == FEBRUARY:
        return Problem("%(day)s Februari %(year)s tidak ada. Periksa lagi.", day=day, year=year)
    if day and year and month:
        return Problem("Bulan %(month)s hanya sampai tanggal 30. Periksa lagi.", month=month)
    return Problem("Tulis tanggal sebagai tanggal-bulan-tahun, misalnya 17-08-1995.")


def read_hour(text: str) -> timedelta | Problem:
    """Return the time since midnight from 16.00 or 16:00; 24.00 is the midnight that ends a day."""
    found = _HOUR.fullmatch(plain_digits(text))
    hour, minute, second = (int(part or 0) for part in found.groups()) if found else (25, 0, 0)
    at = timedelta(hours=hour, minutes=minute, seconds=second)
    if minute > 59 or second > 59 or at > timedelta(days=1):  # noqa: PLR2004 - a clock
        return Problem("Tulis jam sebagai 16.00. Akhir hari ditulis 24.00.")
    return at


def read_instant(text: str) -> datetime | Problem:
    """Return an instant with its offset from ISO 8601; hour 24 is the midnight that ends a day."""
    typed = plain_digits(text)
    ends = _END_OF_DAY.search(typed)
    try:
        at = datetime.fromisoformat(_END_OF_DAY.sub("T00:00:00", typed, count=1))
    except ValueError:
        return Problem("Tulis tanggal dan jam dengan zona, misalnya 2022-11-03T08:00:00+07:00.")
    if ends and at.year in YEARS:
        at += timedelta(days=1)
    if at.tzinfo is None:
        return Problem("Jam ini tanpa selisih zona waktu. Tulis seperti 2022-11-03T08:00:00+07:00.")
    if at.year not in YEARS:
        return Problem(
            "Tahun ini di luar batas. Tulis tahun %(first)s sampai %(last)s.",
            first=YEARS[0],
            last=YEARS[-1],
        )
    return at
