"""Letters of the fair itself: every act on the window, the opening, the drafts not sent."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from jobfair.applicants.queries import key_of
from jobfair.drafts.actions import keep_draft
from jobfair.drafts.rules import apply_form
from jobfair.fairday.actions.closing import close_fair
from jobfair.fairday.actions.reminding import remind
from jobfair.fairs.actions import extend_fair, pause_fair, resume_fair
from jobfair.outbox.models import Broadcast, Message
from jobfair.outbox.rules import Audience, Letter
from jobfair.people.rules import Role
from jobfair.positions.models import SavedPosition
from tests.builders import CLOSES, KEYS, NOW, make_account, stage
from tests.mailing.sending import make_sender
from tests.web.rooms import apply_all

LATER = CLOSES + timedelta(days=1)


def instant(facts):
    return utc(datetime.fromisoformat(facts["closes_at"])) if "closes_at" in facts else None


def utc(at):
    return at.astimezone(UTC).isoformat()


async def broadcasts(session):
    rows = await session.scalars(select(Broadcast).order_by(Broadcast.id))
    return [(one.letter, one.audience, one.about, one.facts) for one in rows]


async def written(session, *letters):
    query = select(Message).where(Message.letter.in_(letters)).order_by(Message.id)
    return [(one.letter, one.account_id, one.facts) for one in await session.scalars(query)]


async def test_what_happens_to_the_window_is_told_to_applicants_and_companies(database, clock):
    async with database.transaction() as session:
        made = await stage(session, applicants=3)
        session.add(make_account(Role.REVIEWER, company_id=made.companies[0].id))
        await session.flush()
        made.applicants, left_out = made.applicants[:2], made.applicants[2]
        await apply_all(session, made)
    fair, by = made.fair.id, {"account_id": None}
    async with database.transaction() as session:
        await pause_fair(session, fair_id=fair, reason="Listrik padam", now=NOW, **by)
        await resume_fair(session, fair_id=fair, now=NOW + timedelta(hours=1), **by)
        await extend_fair(
            session, fair_id=fair, closes_at=LATER, reason="Listrik padam",
            now=NOW + timedelta(hours=2), **by,
        )  # fmt: skip
        await close_fair(session, keys=KEYS, fair_id=fair, now=LATER, **by)
        await close_fair(session, keys=KEYS, fair_id=fair, now=LATER, **by)
    clock.move_to(LATER)
    await make_sender(database, clock).distribute()

    async with database.snapshot() as session:
        told = await broadcasts(session)
        news = await written(session, *{letter for letter, *_ in told})
    everybody, closes, later = Audience.EVERYBODY, utc(CLOSES), utc(LATER)
    assert [one[:3] for one in told] == [
        (letter, everybody, fair)
        for letter in (Letter.PAUSED, Letter.RESUMED, Letter.EXTENDED, Letter.CLOSED)
    ]
    assert [instant(facts) for *_, facts in told] == [closes, closes, later, None]
    assert len(news) == 4 * 3
    assert left_out.account_id not in {who for _, who, _ in news}


async def pause_and_fail(database, fair_id):
    async with database.transaction() as session:
        await pause_fair(session, fair_id=fair_id, reason="Padam.", now=NOW, account_id=None)
        assert len(await broadcasts(session)) == 1
        raise RuntimeError


async def test_an_act_that_is_rolled_back_tells_nobody(database):
    async with database.transaction() as session:
        made = await stage(session)
    with pytest.raises(RuntimeError):
        await pause_and_fail(database, made.fair.id)
    async with database.snapshot() as session:
        assert await broadcasts(session) == []


async def prepared(database):
    """Store three drafts, of which one was sent, and a saved position."""
    async with database.transaction() as session:
        made = await stage(session, applicants=3, positions=2)
        one, other = made.positions
        for applicant in made.applicants[:2]:
            await keep_draft(
                session, key_of(applicant, KEYS), account_id=applicant.account_id,
                form=apply_form(one.id),
                given={"answer": "ya"}, now=NOW,
            )  # fmt: skip
        await keep_draft(
            session, key_of(made.applicants[2], KEYS),
            account_id=made.applicants[2].account_id, form="daftar",
            given={"name": "Nurul"}, now=NOW,
        )  # fmt: skip
        session.add(
            SavedPosition(
                account_id=made.applicants[2].account_id, position_id=other.id, saved_at=NOW
            )
        )
        made.positions, made.applicants = [one], [made.applicants[1], *made.applicants]
        sender, made.applicants = made.applicants[0], made.applicants[1:]
        await apply_all(session, type(made)(**vars(made) | {"applicants": [sender]}))
    return made, one, other


async def test_drafts_are_reminded_of_twice_and_saved_positions_told_once(database):
    made, one, other = await prepared(database)
    steps = [25, 24, 23, 2, 1, 0]
    async with database.transaction() as session:
        await remind(session, fair_id=made.fair.id, now=made.window.opens_at - timedelta(hours=1))
    for hours in steps:
        for _ in range(2):
            async with database.transaction() as session:
                await remind(session, fair_id=made.fair.id, now=CLOSES - timedelta(hours=hours))

    async with database.snapshot() as session:
        found = await written(session, Letter.DRAFT, Letter.SAVED_OPENS)
    until = utc(CLOSES)
    draft = (Letter.DRAFT, made.applicants[0].account_id, {"position": one.id, "until_at": until})
    saved = {"position": other.id, "closes_at": until}
    assert found == [(Letter.SAVED_OPENS, made.applicants[2].account_id, saved), draft, draft]


async def test_a_late_clock_reminds_once_and_not_for_the_hours_it_has_missed(database):
    made, *_ = await prepared(database)
    async with database.transaction() as session:
        await remind(session, fair_id=made.fair.id, now=CLOSES - timedelta(minutes=30))
    async with database.snapshot() as session:
        assert len(await written(session, Letter.DRAFT)) == 1
