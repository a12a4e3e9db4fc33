"""How large a CV may be, and how long companies may open it."""

from datetime import datetime, timedelta

from jobfair.applications.rules import Stage

MOST_BYTES = 2 * 1024 * 1024
MOST_MEGABYTES = MOST_BYTES // 1024**2
READABLE_AFTER_CLOSING = timedelta(days=90)
"""How long companies can open what they were sent (``domain.md`` 5)."""


def may_open(*, stage: Stage, closes_at: datetime, now: datetime) -> bool:
    """Tell whether a company may open the CV of an application sent to it."""
    return stage is not Stage.WITHDRAWN and now < closes_at + READABLE_AFTER_CLOSING
