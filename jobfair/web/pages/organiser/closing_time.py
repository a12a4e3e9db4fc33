"""The closing instant as an organiser types it: a date, an hour, a reason."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from jobfair.errors import Invalid, Problem
from jobfair.web.http.forms import Form

LAST_YEAR = 2100


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year <= LAST_YEAR else None


def _time(text: str) -> time | None:
    try:
        at = time.fromisoformat(text.replace(".", ":"))
    except ValueError:
        return None
    return at if at.tzinfo is None else None


def read_closing_instant(form: Form, zone: ZoneInfo) -> datetime:
    """Return the instant that date and time mean in the fair's zone.

    Raises:
        Invalid: with everything that is wrong with date, time and reason at once.

    """
    day, at = _day(form.text("closes_at")), _time(form.text("closes_time"))
    problems = {}
    if day is None:
        problems["closes_at"] = Problem("Pilih tanggal penutupan yang baru.")
    if at is None:
        problems["closes_time"] = Problem("Tulis jam sebagai 16:00.")
    if not form.text("reason"):
        problems["reason"] = Problem("Tulis alasannya. Alasan ini diumumkan.")
    if problems or day is None or at is None:
        raise Invalid(problems)
    return datetime.combine(day, at, tzinfo=zone)
