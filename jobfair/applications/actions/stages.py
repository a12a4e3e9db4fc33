"""Moving applications between stages: what reviewers and applicants do after the sending."""

from datetime import datetime

from jobfair.applications.queries import desk, ledger, receipts
from jobfair.applications.rules import (
    NOTE_LONGEST,
    UNDO_WITHIN,
    Stage,
    check_may_withdraw,
    check_stage_change,
)
from jobfair.audit.actions import write_down
from jobfair.db import Session
from jobfair.db.changes import mark_changed
from jobfair.errors import Invalid, Problem, Refused
from jobfair.fairs.queries import fair_by_id


async def move_stage(
    session: Session,
    *,
    company_id: int,
    receipt: str,
    to_stage: Stage,
    account_id: int,
    now: datetime,
) -> None:
    """Move an application of this company to another stage.

    Raises:
        NotFound: not an application to this company.
        Refused: the stage cannot follow, or a colleague was faster.

    """
    found = await desk.opened(session, company_id=company_id, receipt=receipt, lock=True)
    check_stage_change(current=found.stage, wanted=to_stage)
    await _move(session, found, to_stage, account_id=account_id, now=now)


async def _move(
    session: Session,
    found: desk.Opened,
    to_stage: Stage,
    *,
    account_id: int,
    now: datetime,
    undone_at: datetime | None = None,
) -> None:
    moved = await ledger.move(
        session,
        application_id=found.id,
        position_id=found.position_id,
        from_stage=found.stage,
        to_stage=to_stage,
        at=now,
        account_id=account_id,
        undone_at=undone_at,
    )
    if not moved:
        raise Refused("stage", "Rekan Anda baru saja memindahkan lamaran ini. Muat ulang halaman.")
    mark_changed(session, f"position:{found.position_id}")
    mark_changed(session, f"fair:{found.fair_id}")


async def undo_last(
    session: Session, *, company_id: int, account_id: int, now: datetime
) -> str | None:
    """Take back this reviewer's last step, if it is at most ten minutes old.

    Returns the receipt number, or None when there is nothing to take back.
    """
    last = await desk.last_step_by(session, account_id=account_id)
    if last is None:
        return None
    step, receipt = last
    if now - step.at > UNDO_WITHIN:
        return None
    found = await desk.opened(session, company_id=company_id, receipt=receipt, lock=True)
    if found.stage is not step.to_stage:
        return None
    await _move(session, found, step.from_stage, account_id=account_id, now=now, undone_at=now)
    step.undone_at = now
    return receipt


async def write_note(session: Session, *, company_id: int, receipt: str, note: str) -> None:
    """Store the company's note on an application.

    Raises:
        NotFound: not an application to this company. Invalid: too long.

    """
    text = note.replace("\x00", "").strip()
    if len(text) > NOTE_LONGEST:
        raise Invalid({"note": Problem("Catatan paling panjang %(n)s huruf.", n=NOTE_LONGEST)})
    found = await desk.opened(session, company_id=company_id, receipt=receipt, lock=True)
    await desk.set_note(session, application_id=found.id, note=text)


async def withdraw(
    session: Session, *, applicant_id: int, receipt: str, now: datetime, account_id: int
) -> None:
    """Take an application back. It keeps its place in the ledger, and twice is once.

    Raises:
        NotFound: not this applicant's. Refused: the fair has closed, or it was accepted.

    """
    sent = await receipts.receipt_of(session, applicant_id=applicant_id, number=receipt)
    if sent.stage is Stage.WITHDRAWN:
        return
    found = await fair_by_id(session, sent.fair_id)
    check_may_withdraw(current=sent.stage, now=now, closes_at=found.timetable.closes_at)
    await ledger.move(
        session,
        application_id=sent.id,
        position_id=sent.position_id,
        from_stage=sent.stage,
        to_stage=Stage.WITHDRAWN,
        at=now,
        account_id=account_id,
    )
    write_down(session, "withdraw", now=now, account_id=account_id, fair_id=sent.fair_id)
    mark_changed(session, f"position:{sent.position_id}")
