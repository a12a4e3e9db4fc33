"""Applications by the hour of a day and by the day of a fair, as the big screen shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

HOURS = 24


@dataclass(frozen=True)
class HourCount:
    """Applications and first-time applicants received in the hour that starts at ``hour``."""

    hour: datetime
    applications: int
    new_applicants: int


def hours_of_day(hours: Sequence[HourCount], zone: ZoneInfo) -> list[tuple[str, int]]:
    """Return the 24 hours of a day with their applications."""
    by_hour = {hour.hour.astimezone(zone).hour: hour.applications for hour in hours}
    return [(f"{hour:02d}", by_hour.get(hour, 0)) for hour in range(HOURS)]


def days_of_fair(
    hours: Sequence[HourCount], first: datetime, last: datetime, zone: ZoneInfo
) -> list[tuple[str, int]]:
    """Return the days of a fair, by day of the month, with their applications."""
    day, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    by_day: dict[date, int] = {}
    for hour in hours:
        at = hour.hour.astimezone(zone).date()
        by_day[at] = by_day.get(at, 0) + hour.applications
    days = []
    while day <= end:
        days.append((str(day.day), by_day.get(day, 0)))
        day += timedelta(days=1)
    return days
