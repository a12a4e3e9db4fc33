"""What organisers do to a fair's window, each audited with a reason, each a new window row."""

from datetime import datetime

from jobfair.audit.actions import write_down
from jobfair.audit.queries import has_entry
from jobfair.db import Session
from jobfair.db.changes import mark_changed
from jobfair.fairs import queries, rules
from jobfair.fairs.models import FairWindow
from jobfair.fairs.queries import FairNow


def _add_window(
    session: Session,
    found: FairNow,
    *,
    act: str,
    now: datetime,
    account_id: int | None,
    reason: str,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    paused_from: datetime | None = None,
) -> None:
    fair, timetable = found.fair, found.timetable
    queries.add(
        session,
        FairWindow(
            fair_id=fair.id,
            ordinal=found.windows + 1,
            opens_at=opens_at or timetable.opens_at,
            closes_at=closes_at or timetable.closes_at,
            paused_from=paused_from,
            made_at=now,
            account_id=account_id,
            reason=reason.strip(),
        ),
    )
    write_down(
        session,
        act,
        now=now,
        account_id=account_id,
        fair_id=fair.id,
        reason=reason.strip(),
        closes_at=(closes_at or timetable.closes_at).isoformat(),
    )
    mark_changed(session, f"fair:{fair.id}")


async def publish_fair(
    session: Session, *, fair_id: int, now: datetime, account_id: int | None
) -> None:
    """Show the fair to the public. Publishing twice changes nothing."""
    found = await queries.lock_fair(session, fair_id)
    if found.fair.published_at is None:
        found.fair.published_at = now
        write_down(session, "publish", now=now, account_id=account_id, fair_id=fair_id)
        mark_changed(session, f"fair:{fair_id}")


async def extend_fair(
    session: Session,
    *,
    fair_id: int,
    closes_at: datetime,
    reason: str,
    now: datetime,
    account_id: int | None,
) -> None:
    """Move the closing later. A pause stays a pause.

    Raises:
        Refused, Invalid: see :func:`jobfair.fairs.rules.check_may_extend`.

    """
    found = await queries.lock_fair(session, fair_id)
    rules.check_may_extend(now=now, timetable=found.timetable, closes_at=closes_at, reason=reason)
    _add_window(
        session,
        found,
        act="extend",
        now=now,
        account_id=account_id,
        reason=reason,
        closes_at=closes_at,
        paused_from=found.timetable.paused_from,
    )


async def close_early(
    session: Session, *, fair_id: int, reason: str, now: datetime, account_id: int | None
) -> None:
    """Make ``now`` the closing instant; the closer then sets the latch as at any closing.

    What was received while this waited for the lock still counts: the closing lies after it.

    Raises:
        Refused, Invalid: see :func:`jobfair.fairs.rules.check_may_close_early`.

    """
    found = await queries.lock_fair(session, fair_id)
    rules.check_may_close_early(now=now, timetable=found.timetable, reason=reason)
    ends = rules.earliest_end(now, found.fair.last_received_at)
    _add_window(
        session, found, act="close_early", now=now, account_id=account_id, reason=reason,
        closes_at=ends, paused_from=found.timetable.paused_from,
    )  # fmt: skip


async def pause_fair(
    session: Session, *, fair_id: int, reason: str, now: datetime, account_id: int | None
) -> None:
    """Stop accepting from ``now`` on; what was received before still counts.

    Raises:
        Refused, Invalid: see :func:`jobfair.fairs.rules.check_may_pause`.

    """
    found = await queries.lock_fair(session, fair_id)
    rules.check_may_pause(now=now, timetable=found.timetable, reason=reason)
    begins = rules.earliest_end(now, found.fair.last_received_at)
    _add_window(
        session, found, act="pause", now=now, account_id=account_id, reason=reason,
        paused_from=begins,
    )  # fmt: skip


async def resume_fair(
    session: Session, *, fair_id: int, now: datetime, account_id: int | None
) -> None:
    """Accept again. Raises ``Refused`` when nothing is paused."""
    found = await queries.lock_fair(session, fair_id)
    rules.check_may_resume(now=now, timetable=found.timetable)
    _add_window(session, found, act="resume", now=now, account_id=account_id, reason="")


async def open_early(
    session: Session, *, fair_id: int, reason: str, now: datetime, account_id: int | None
) -> None:
    """Make ``now`` the opening instant of a published fair that has not opened.

    Raises:
        Refused, Invalid: see :func:`jobfair.fairs.rules.check_may_open_early`.

    """
    found = await queries.lock_fair(session, fair_id)
    rules.check_may_open_early(now=now, timetable=found.timetable, reason=reason)
    _add_window(
        session, found, act="open_early", now=now, account_id=account_id, reason=reason,
        opens_at=now,
    )  # fmt: skip


async def announce_phase(session: Session, *, fair_id: int, now: datetime) -> None:
    """Mark the fair as changed, once per opening and once per closing instant.

    The audit entry is the memory of it: at any time, twice or never does no harm, and of two
    clocks that ring at once the second waits for the fair's lock and finds nothing left to do.
    """
    found = await queries.fair_by_id(session, fair_id)
    phase, timetable = found.phase(now), found.timetable
    if phase in (rules.Phase.OPEN, rules.Phase.PAUSED):
        act, at = "opened", timetable.opens_at
    elif phase is rules.Phase.CLOSING:
        act, at = "window_ended", timetable.closes_at
    else:
        return
    if await has_entry(session, act=act, fair_id=fair_id, at=at):
        return
    await queries.lock_fair(session, fair_id)
    if not await has_entry(session, act=act, fair_id=fair_id, at=at):
        write_down(session, act, now=at, account_id=None, fair_id=fair_id)
        mark_changed(session, f"fair:{fair_id}")
