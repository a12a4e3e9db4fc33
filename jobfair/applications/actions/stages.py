"""Moving applications between stages: what reviewers and applicants do after the sending."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jobfair.applications.queries import desk, ledger, receipts
from jobfair.applications.rules import (
    STAGE_NAMES,
    UNDO_WITHIN,
    Stage,
    check_may_withdraw,
    check_stage_change,
    read_note,
)
from jobfair.audit.actions import record_audit
from jobfair.audit.rules import Act
from jobfair.consents.actions import record_consents
from jobfair.consents.rules import Consent
from jobfair.db import Session, topics
from jobfair.db.changes import mark_changed
from jobfair.errors import Refused
from jobfair.fairs.queries import lock_fair
from jobfair.fields import Fields
from jobfair.fields.text import clean_lines
from jobfair.outbox.actions import queue_message, recall_messages
from jobfair.outbox.rules import Letter
from jobfair.wording.language import gettext_noop

FASTER = gettext_noop(
    "Rekan Anda baru saja memindahkan lamaran ini ke tahap %(stage)s. Periksa lagi."
)

NEWS = (Letter.REVIEWED, Letter.STAGE)


async def move_stage(
    session: Session,
    *,
    company_id: int,
    receipt: str,
    to_stage: Stage,
    account_id: int,
    now: datetime,
    seen: Stage | None = None,
) -> None:
    """Move an application of this company to another stage.

    ``seen`` is the stage the reviewer had in view. Eligibility for the stage it already has changes
    nothing, so that a button pressed twice counts once.

    Raises:
        NotFound: not an application to this company.
        Refused: the stage cannot follow, or a colleague was faster.

    """
    found = await desk.opened(session, company_id=company_id, receipt=receipt, lock=True)
    if seen is not None and found.stage is to_stage:
        return
    if seen is not None and found.stage is not seen:
        raise Refused("stage", FASTER, stage=STAGE_NAMES[found.stage])
    check_stage_change(current=found.stage, wanted=to_stage)
    await _move(session, found, to_stage, account_id=account_id, now=now)


@dataclass(frozen=True)
class Moved:
    """What became of many applications that were to be moved together."""

    moved: Sequence[str]
    left: Sequence[str]
    """Receipts of those that a colleague moved meanwhile, or that cannot go there."""


async def move_many(
    session: Session,
    *,
    company_id: int,
    position_id: int,
    receipts: Sequence[str],
    seen: Stage,
    to_stage: Stage,
    account_id: int,
    now: datetime,
) -> Moved:
    """Move those of ``receipts`` that still stand at ``seen``, all in this one transaction.

    Receipts of other positions are passed over without a word, like ones that do not exist.

    Raises:
        Refused: the stage cannot follow.

    """
    check_stage_change(current=seen, wanted=to_stage)
    moved, left = [], []
    for found in await desk.lock_opened(session, company_id=company_id, receipts=receipts):
        if found.position_id != position_id:
            continue
        if found.stage is seen:
            await _move(session, found, to_stage, account_id=account_id, now=now)
            moved.append(found.receipt)
        else:
            left.append(found.receipt)
    return Moved(moved, left)


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
    await _tell(session, found, to_stage, now=now, undone=undone_at is not None)
    mark_changed(session, topics.position(found.position_id))
    mark_changed(session, topics.fair(found.fair_id))


async def _tell(
    session: Session, found: desk.Opened, to_stage: Stage, *, now: datetime, undone: bool
) -> None:
    """Write to the applicant, once the step can no longer be undone; then there is no letter."""
    about = {"receipt": found.receipt}
    if undone:
        step = {**about, "stage": found.stage}
        await recall_messages(session, NEWS, account_id=found.account_id, facts=step)
        return
    await queue_message(
        session,
        Letter.REVIEWED if to_stage is Stage.REVIEWED else Letter.STAGE,
        account_id=found.account_id,
        facts={**about, "stage": to_stage},
        now=now,
        fair_id=found.fair_id,
        hold=UNDO_WITHIN,
    )


async def undo_last(
    session: Session, *, company_id: int, account_id: int, now: datetime
) -> Sequence[desk.OwnStep]:
    """Take back this reviewer's last act, if it is at most ten minutes old.

    Applications moved together come back together; those a colleague has moved on stay where
    they are. Returns the steps taken back, none when there was nothing to take back.
    """
    steps = await desk.last_steps_by(
        session, account_id=account_id, company_id=company_id, since=now - UNDO_WITHIN
    )
    back = {step.receipt: step for step in steps}
    done = []
    for found in await desk.lock_opened(session, company_id=company_id, receipts=list(back)):
        change = back[found.receipt].change
        if found.stage is not change.to_stage:
            continue
        await _move(
            session, found, change.from_stage, account_id=account_id, now=now, undone_at=now
        )
        change.undone_at = now
        done.append(back[found.receipt])
    return done


async def write_note(
    session: Session, *, company_id: int, receipt: str, note: str, was: str
) -> None:
    """Store the company's note on an application; ``was`` is the note the reviewer started from.

    Raises:
        NotFound: not an application to this company.
        Invalid: too long.
        Refused: a colleague wrote another note meanwhile; theirs is in the facts.

    """
    text, before = read_note(Fields({"note": note})), clean_lines(was)
    found = await desk.opened(session, company_id=company_id, receipt=receipt, lock=True)
    if text in (before, found.note):
        return
    if found.note != before:
        raise Refused(
            "note",
            "Rekan Anda baru saja menulis catatan lain: “%(note)s”. Gabungkan dengan catatan "
            "Anda di bawah, lalu simpan.",
            note=found.note,
        )
    await desk.set_note(session, application_id=found.id, note=text)


async def withdraw(
    session: Session, *, applicant_id: int, receipt: str, now: datetime, account_id: int
) -> None:
    """Take an application back. It keeps its place in the ledger, and twice is once.

    Takes the fair's lock like the intake and the closing, and looks again under it.

    Raises:
        NotFound: not this applicant's.
        Refused: the fair has closed, it was accepted, or the company moved it at this moment.

    """
    sent = await receipts.receipt_of(session, applicant_id=applicant_id, number=receipt)
    found = (await lock_fair(session, sent.fair_id)).fair
    sent = await receipts.receipt_of(session, applicant_id=applicant_id, number=receipt)
    if sent.stage is Stage.WITHDRAWN:
        return
    at = max(now, found.latched_at or now)  # the click may have waited while the fair closed
    check_may_withdraw(current=sent.stage, now=at, closes_at=found.timetable.closes_at)
    moved = await ledger.move(
        session,
        application_id=sent.id,
        position_id=sent.position_id,
        from_stage=sent.stage,
        to_stage=Stage.WITHDRAWN,
        at=now,
        account_id=account_id,
    )
    if not moved:
        raise Refused("stage", "Perusahaan baru saja memindahkan lamaran ini. Muat ulang halaman.")
    await recall_messages(session, NEWS, account_id=account_id, facts={"receipt": sent.receipt})
    await record_consents(
        session, Consent.APPLICATION, [(account_id, sent.receipt, now)], given=False
    )
    record_audit(session, Act.WITHDRAW, now=now, account_id=account_id, fair_id=sent.fair_id)
    mark_changed(session, topics.position(sent.position_id))
    mark_changed(session, topics.fair(sent.fair_id))
