"""How long data stay, and what counts as one look."""

from datetime import datetime, timedelta

from jobfair.cvs.rules import READABLE_AFTER_CLOSING
from jobfair.errors import NotAllowed
from jobfair.wording.language import gettext_noop

ONE_LOOK = timedelta(minutes=10)
"""Looks of one reviewer at one application that follow each other this closely are one."""
UNUSED_FOR = timedelta(days=2 * 365)
"""After so long without a sign-in, a change or an application, an account is deleted."""
OVER = gettext_noop(
    "Data pelamar job fair ini tidak dapat dibuka lagi: masa %(n)s hari sesudah penutupan habis."
)


def check_may_look(*, closes_at: datetime, now: datetime) -> None:
    """Let a company see who applied, or say that its time is over.

    Raises:
        NotAllowed: the fair closed too long ago.

    """
    if now >= closes_at + READABLE_AFTER_CLOSING:
        raise NotAllowed(OVER, n=READABLE_AFTER_CLOSING.days)
