"""What applicants are told of the steps of their applications, and when."""

from jobfair.applications.actions.stages import move_stage, undo_last, withdraw
from jobfair.applications.rules import UNDO_WITHIN, Stage
from jobfair.outbox.actions import mark_read
from jobfair.outbox.queries import inbox_of, unread_count
from jobfair.outbox.rules import Letter
from jobfair.people.rules import Role
from tests.builders import NOW, make_account
from tests.doors import apply, staged

LATER = NOW + UNDO_WITHIN


async def moved(database, door, *stages):
    """Return what was staged, the receipt and the reviewer, after these steps."""
    made = await staged(database)
    receipt = (await apply(door, made)).number
    company_id = made.companies[0].id
    async with database.transaction() as session:
        reviewer = make_account(Role.REVIEWER, company_id=company_id)
        session.add(reviewer)
        await session.flush()
    for stage in stages:
        async with database.transaction() as session:
            await move_stage(
                session,
                company_id=company_id,
                receipt=receipt,
                to_stage=stage,
                account_id=reviewer.id,
                now=NOW,
            )
    return made, receipt, reviewer


async def told(database, made, now):
    async with database.snapshot() as session:
        found = await inbox_of(session, made.applicants[0].account_id, now=now)
        assert await unread_count(session, made.applicants[0].account_id, now=now) == len(found)
    return [(one.letter, one.facts.get("stage")) for one in found]


RECEIPT = (Letter.RECEIPT, None)


async def test_steps_are_told_once_they_cannot_be_undone(database, door):
    made, _, _ = await moved(database, door, Stage.REVIEWED, Stage.INTERVIEW)

    assert await told(database, made, NOW) == [RECEIPT]
    assert await told(database, made, LATER) == [
        (Letter.STAGE, "interview"), (Letter.REVIEWED, "reviewed"), RECEIPT,
    ]  # fmt: skip


async def test_a_step_that_is_taken_back_is_never_told(database, door):
    made, _, reviewer = await moved(database, door, Stage.UNSUITABLE)
    async with database.transaction() as session:
        undone = await undo_last(
            session, company_id=made.companies[0].id, account_id=reviewer.id, now=NOW
        )

    assert len(undone) == 1
    assert await told(database, made, LATER) == [RECEIPT]


async def test_who_withdraws_is_told_nothing_of_steps_before(database, door):
    made, receipt, _ = await moved(database, door, Stage.SHORTLISTED)
    person = made.applicants[0]
    async with database.transaction() as session:
        await withdraw(
            session, applicant_id=person.id, receipt=receipt, now=NOW, account_id=person.account_id
        )

    assert await told(database, made, LATER) == [RECEIPT]


async def test_a_message_is_read_once_and_by_its_owner(database, door):
    made, _, reviewer = await moved(database, door)
    account_id = made.applicants[0].account_id
    heard = []
    database.announce = heard.append
    async with database.snapshot() as session:
        (message,) = await inbox_of(session, account_id, now=NOW)
    for who in (reviewer.id, account_id, account_id):
        async with database.transaction() as session:
            await mark_read(session, who, message.id, now=NOW)

    async with database.snapshot() as session:
        assert await unread_count(session, account_id, now=LATER) == 0
    assert heard == [frozenset({f"inbox:{account_id}"})]
