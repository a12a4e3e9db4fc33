"""What organisers do to a fair's window, each audited with a reason, each a new window row."""

from datetime import datetime

from jobfair.audit.actions import record_audit
from jobfair.audit.queries import has_entry
from jobfair.audit.rules import Act
from jobfair.db import Session, topics
from jobfair.db.changes import mark_changed
from jobfair.fairs import queries, rules
from jobfair.fairs.models import FairWindow
from jobfair.fairs.rules.state import FairState
from jobfair.outbox.actions import queue_broadcast
from jobfair.outbox.rules import Audience, Letter


def _add_window(
    session: Session,
    fair: FairState,
    *,
    act: Act,
    now: datetime,
    account_id: int | None,
    reason: str,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    paused_from: datetime | None = None,
) -> None:
    timetable = fair.timetable
    session.add(
        FairWindow(
            fair_id=fair.id,
            ordinal=fair.windows + 1,
            opens_at=opens_at or timetable.opens_at,
            closes_at=closes_at or timetable.closes_at,
            paused_from=paused_from,
            made_at=now,
            account_id=account_id,
            reason=reason.strip(),
        ),
    )
    record_audit(
        session,
        act,
        now=now,
        account_id=account_id,
        fair_id=fair.id,
        reason=reason.strip(),
        closes_at=(closes_at or timetable.closes_at).isoformat(),
    )
    mark_changed(session, topics.fair(fair.id))


async def _tell_everybody(
    session: Session, fair: FairState, letter: Letter, *, now: datetime, **instants: datetime
) -> None:
    """Write to the fair's applicants and companies, once for each window the fair has had."""
    await queue_broadcast(
        session,
        letter,
        key=f"{letter}:{fair.id}:{fair.windows + 1}",
        audience=Audience.EVERYBODY,
        about=fair.id,
        facts={name: at.isoformat() for name, at in instants.items()},
        now=now,
        fair_id=fair.id,
    )


async def publish_fair(
    session: Session, *, fair_id: int, now: datetime, account_id: int | None
) -> None:
    """Show the fair to the public. Publishing twice changes nothing."""
    locked = await queries.lock_fair(session, fair_id)
    if locked.row.published_at is None:
        locked.row.published_at = now
        record_audit(session, Act.PUBLISH, now=now, account_id=account_id, fair_id=fair_id)
        mark_changed(session, topics.fair(fair_id))


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
    fair = (await queries.lock_fair(session, fair_id)).fair
    rules.check_may_extend(now=now, timetable=fair.timetable, closes_at=closes_at, reason=reason)
    _add_window(
        session,
        fair,
        act=Act.EXTEND,
        now=now,
        account_id=account_id,
        reason=reason,
        closes_at=closes_at,
        paused_from=fair.timetable.paused_from,
    )
    await _tell_everybody(session, fair, Letter.EXTENDED, now=now, closes_at=closes_at)


async def close_early(
    session: Session, *, fair_id: int, reason: str, now: datetime, account_id: int | None
) -> None:
    """Make ``now`` the closing instant; the closer then sets the latch as at any closing.

    What was received while this waited for the lock still counts: the closing lies after it.

    Raises:
        Refused, Invalid: see :func:`jobfair.fairs.rules.check_may_close_early`.

    """
    fair = (await queries.lock_fair(session, fair_id)).fair
    rules.check_may_close_early(now=now, timetable=fair.timetable, reason=reason)
    ends = rules.earliest_end(now, fair.last_received_at)
    _add_window(
        session, fair, act=Act.CLOSE_EARLY, now=now, account_id=account_id, reason=reason,
        closes_at=ends, paused_from=fair.timetable.paused_from,
    )  # fmt: skip


async def pause_fair(
    session: Session, *, fair_id: int, reason: str, now: datetime, account_id: int | None
) -> None:
    """Stop accepting from ``now`` on; what was received before still counts.

    Raises:
        Refused, Invalid: see :func:`jobfair.fairs.rules.check_may_pause`.

    """
    fair = (await queries.lock_fair(session, fair_id)).fair
    rules.check_may_pause(now=now, timetable=fair.timetable, reason=reason)
    begins = rules.earliest_end(now, fair.last_received_at)
    _add_window(
        session, fair, act=Act.PAUSE, now=now, account_id=account_id, reason=reason,
        paused_from=begins,
    )  # fmt: skip
    closes_at = fair.timetable.closes_at
    await _tell_everybody(
        session, fair, Letter.PAUSED, now=now, paused_at=begins, closes_at=closes_at
    )


async def resume_fair(
    session: Session, *, fair_id: int, now: datetime, account_id: int | None
) -> None:
    """Accept again. Raises ``Refused`` when nothing is paused."""
    fair = (await queries.lock_fair(session, fair_id)).fair
    rules.check_may_resume(now=now, timetable=fair.timetable)
    _add_window(session, fair, act=Act.RESUME, now=now, account_id=account_id, reason="")
    closes_at = fair.timetable.closes_at
    await _tell_everybody(session, fair, Letter.RESUMED, now=now, closes_at=closes_at)


async def open_early(
    session: Session, *, fair_id: int, reason: str, now: datetime, account_id: int | None
) -> None:
    """Make ``now`` the opening instant of a published fair that has not opened.

    Raises:
        Refused, Invalid: see :func:`jobfair.fairs.rules.check_may_open_early`.

    """
    fair = (await queries.lock_fair(session, fair_id)).fair
    rules.check_may_open_early(now=now, timetable=fair.timetable, reason=reason)
    _add_window(
        session, fair, act=Act.OPEN_EARLY, now=now, account_id=account_id, reason=reason,
        opens_at=now,
    )  # fmt: skip


async def announce_phase(session: Session, *, fair_id: int, now: datetime) -> None:
    """Mark the fair as changed, once per opening and once per closing instant.

    The audit entry is the memory of it: at any time, twice or never does no harm, and of two
    clocks that ring at once the second waits for the fair's lock and finds nothing left to do.
    """
    fair = await queries.fair_by_id(session, fair_id)
    phase, timetable = fair.phase(now), fair.timetable
    if phase in (rules.Phase.OPEN, rules.Phase.PAUSED):
        act, at = Act.OPENED, timetable.opens_at
    elif phase is rules.Phase.CLOSING:
        act, at = Act.WINDOW_ENDED, timetable.closes_at
    else:
        return
    if await has_entry(session, act=act, fair_id=fair_id, at=at):
        return
    await queries.lock_fair(session, fair_id)
    if not await has_entry(session, act=act, fair_id=fair_id, at=at):
        record_audit(session, act, now=at, account_id=None, fair_id=fair_id)
        mark_changed(session, topics.fair(fair_id))
