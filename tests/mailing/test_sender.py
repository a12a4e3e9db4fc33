"""From an act to a channel: what is sent, how often, when again, and what never."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from jobfair.errors import Refused
from jobfair.jobs.runner import run_job
from jobfair.jobs.schedule import Job
from jobfair.mailing import sender as sending
from jobfair.mailing.channels import HandOverError
from jobfair.outbox import actions, queries
from jobfair.outbox.models import Broadcast, Delivery, Message
from jobfair.outbox.rules import LEASE, Audience, Channel, Kind, Letter, Reason, State
from jobfair.people.models import Account
from jobfair.people.rules import Recipient, Role
from tests.builders import NOW, make_account, stage
from tests.doors import apply, staged
from tests.mailing.sending import Recorder, make_sender


@pytest.fixture
def contacts(monkeypatch):
    """Give everybody a confirmed address, as people will have: the seam is ``recipients``."""
    known: dict[int, Recipient] = {}

    async def recipients(session, ids):
        rows = await session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
        return {
            row.id: known.get(row.id, Recipient(row.name, "id", email=f"orang{row.id}@contoh.id"))
            for row in rows
        }

    monkeypatch.setattr(sending, "recipients", recipients)
    return known


@pytest.fixture
def passed(contacts, monkeypatch):
    """Give the seconds a channel counts by, and one letter at a time."""
    seconds = [100.0]
    monkeypatch.setattr(sending, "monotonic", lambda: seconds[0])
    monkeypatch.setattr(sending, "AT_ONCE", 1)
    return seconds


async def applied(database, door, *, applicants=1):
    made = await staged(database, applicants=applicants)
    for who in range(applicants):
        await apply(door, made, who)
    return made


async def deliveries(database):
    async with database.snapshot() as session:
        found = await session.scalars(select(Delivery).order_by(Delivery.id))
        return [(one.channel, one.state, one.tries, one.reason, one.code) for one in found]


async def run(sender, channel=Channel.EMAIL):
    await sender.distribute()
    await sender.send(channel)


async def test_a_receipt_is_in_the_inbox_and_is_sent_once(database, clock, door, contacts):
    made = await applied(database, door)
    mail = Recorder()
    sender = make_sender(database, clock, mail)
    heard = []
    database.announce = heard.append

    for _ in range(3):
        await run(sender)

    account_id = made.applicants[0].account_id
    async with database.snapshot() as session:
        (inbox,) = await queries.inbox_of(session, account_id, now=NOW)
        assert await queries.unread_count(session, account_id, now=NOW) == 1
    assert (inbox.letter, inbox.facts) == (Letter.RECEIPT, {"receipt": "ASH-26-00001-59"})
    (sent,) = mail.taken
    assert (sent.to, sent.key.partition(".")[0]) == (f"orang{account_id}@contoh.id", str(inbox.id))
    assert sent.letter.title == f"Lamaran terkirim: {made.positions[0].title}"
    assert heard == [frozenset({f"inbox:{account_id}"})]
    assert await deliveries(database) == [(Channel.EMAIL, State.SENT, 0, None, "")]


async def test_an_act_that_is_rolled_back_writes_to_nobody(database, clock, contacts):
    made = await staged(database)
    account_id = made.applicants[0].account_id

    async def act(session):
        await actions.queue_message(session, Letter.STAGE, account_id=account_id, facts={}, now=NOW)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await database.write(act)
    mail = Recorder()

    await run(make_sender(database, clock, mail))

    assert (mail.taken, await deliveries(database)) == ([], [])


async def test_without_channels_there_are_the_inbox_and_the_list_of_whom_to_tell(
    database, clock, door
):
    made = await applied(database, door)
    account_id, fair_id = made.applicants[0].account_id, made.fair.id
    async with database.transaction() as session:
        await actions.queue_message(
            session,
            Letter.STAGE,
            account_id=account_id,
            facts={"receipt": "ASH-26-00001-59", "stage": "interview"},
            now=NOW,
            fair_id=fair_id,
        )
    sender = make_sender(database, clock)
    for channel in Channel:
        await run(sender, channel)

    async with database.snapshot() as session:
        (todo,) = await queries.deliveries_of(session, fair_ids=[fair_id], state=State.WAITING)
        assert await queries.unread_count(session, account_id, now=NOW) == 2
    assert (todo.channel, todo.message.letter) == (Channel.BY_HAND, Letter.STAGE)
    async with database.transaction() as session:
        with pytest.raises(Refused):  # another office's
            await actions.tell_by_hand(session, todo.id, fair_ids=[fair_id + 1], by=7, now=NOW)
        await actions.tell_by_hand(session, todo.id, fair_ids=[fair_id], by=7, now=NOW)
        with pytest.raises(Refused):  # a colleague was faster
            await actions.tell_by_hand(session, todo.id, fair_ids=[fair_id], by=8, now=NOW)
    assert await deliveries(database) == [(Channel.BY_HAND, State.SENT, 0, None, "")]


async def test_what_somebody_refuses_stays_in_the_inbox_alone(database, clock, door, contacts):
    made = await applied(database, door)
    account_id = made.applicants[0].account_id
    contacts[account_id] = Recipient(
        "X", "id", email="x@contoh.id", refused=frozenset({Kind.APPLICATIONS})
    )

    await run(make_sender(database, clock, Recorder()))

    async with database.snapshot() as session:
        assert await queries.unread_count(session, account_id, now=NOW) == 1
    assert await deliveries(database) == []


async def test_failures_are_tried_again_later_or_never_and_can_be_sent_again(
    database, clock, door, contacts
):
    made = await applied(database, door)
    mail = Recorder()
    sender = make_sender(database, clock, mail)
    mail.error = HandOverError(Reason.BUSY, 451)
    await run(sender)
    assert await deliveries(database) == [(Channel.EMAIL, State.WAITING, 1, Reason.BUSY, "451")]
    await run(sender)
    assert (await deliveries(database))[0][2] == 1, "it is not due before its time"
    clock.move_to(NOW + timedelta(minutes=1))
    mail.error = HandOverError(Reason.ADDRESS, 550)
    await run(sender)
    assert await deliveries(database) == [(Channel.EMAIL, State.DEAD, 2, Reason.ADDRESS, "550")]

    mail.error = None
    async with database.transaction() as session:
        (dead,) = await queries.deliveries_of(session, fair_ids=[made.fair.id], state=State.DEAD)
        again = {"fair_ids": [made.fair.id], "now": clock.now()}
        await actions.send_again(session, dead.id, **again)
        with pytest.raises(Refused):
            await actions.send_again(session, dead.id, **again)
    await run(sender)

    assert len(mail.taken) == 1
    assert (await deliveries(database))[0][1] == State.SENT


async def test_a_letter_is_given_up_when_it_is_of_no_use_any_more(database, clock, door, contacts):
    await applied(database, door)
    mail = Recorder()
    mail.error = HandOverError(Reason.BUSY, 451)
    sender = make_sender(database, clock, mail)
    await run(sender)
    clock.move_to(NOW + Letter.RECEIPT.useful_for + timedelta(seconds=1))
    await run(sender)

    assert await deliveries(database) == [(Channel.EMAIL, State.DEAD, 2, Reason.TOO_OLD, "451")]


async def test_what_nobody_has_heard_of_for_days_is_not_sent_then(database, clock, door, contacts):
    await applied(database, door)
    clock.move_to(NOW + Letter.RECEIPT.useful_for + timedelta(seconds=1))

    await run(make_sender(database, clock, Recorder()))

    assert await deliveries(database) == []


async def test_a_lease_that_was_left_is_taken_over_and_the_late_one_changes_nothing(
    database, clock, door, contacts
):
    await applied(database, door)
    mail = Recorder()
    sender = make_sender(database, clock, mail)
    await sender.distribute()
    async with database.transaction() as session:
        (left,) = await actions.lease(session, Channel.EMAIL, now=NOW, most=5)
        assert await actions.lease(session, Channel.EMAIL, now=NOW, most=5) == []
    await sender.send(Channel.EMAIL)
    assert mail.taken == []
    clock.move_to(NOW + LEASE)

    await sender.send(Channel.EMAIL)

    assert len(mail.taken) == 1
    async with database.transaction() as session:
        late = await actions.finish_failed(session, left, Reason.CUT_OFF, code="", now=clock.now())
    assert late is False
    assert await deliveries(database) == [(Channel.EMAIL, State.SENT, 0, None, "")]


async def test_a_channel_keeps_its_pace_and_the_most_urgent_go_first(database, clock, door, passed):
    await applied(database, door, applicants=5)
    mail = Recorder(per_minute=120)
    sender = make_sender(database, clock, mail)
    sender = make_sender(database, clock, mail)
    await sender.distribute()
    async with database.transaction() as session:
        urgent = await session.scalar(select(func.max(Delivery.id)))
        (await session.get(Delivery, urgent)).rank = 0
    counts = []
    for _ in range(4):
        await sender.send(Channel.EMAIL)
        counts.append(len(mail.taken))
        passed[0] += 0.5

    assert counts == [1, 2, 3, 4]
    assert mail.taken[0].key.partition(".")[0] == "5"


async def test_a_channel_that_cannot_send_rests_and_is_shouted_about_once(
    database, clock, door, passed, caplog
):
    await applied(database, door, applicants=9)
    mail = Recorder()
    sender = make_sender(database, clock, mail)
    passed[0] += 1
    mail.error = HandOverError(Reason.SENDER, 530)
    await run(sender)

    assert [one[2] for one in await deliveries(database)] == [1, *[0] * 8], "the others wait"
    assert sender.connected == {Channel.EMAIL: Reason.SENDER}
    clock.move_to(NOW + timedelta(minutes=1))
    await run(sender)
    assert sum(one[2] for one in await deliveries(database)) == 1, "it rests"
    passed[0] += 6
    await run(sender)
    assert sum(one[2] for one in await deliveries(database)) == 2
    assert [line for line in caplog.messages if "cannot send" in line] == [
        "email cannot send: " + Reason.SENDER.sentence % {"code": 530}
    ]
    mail.error = None
    passed[0] += 60
    clock.move_to(NOW + timedelta(hours=1))
    await run(sender)
    assert len(mail.taken) == 9
    assert sender.connected == {Channel.EMAIL: None}


async def test_a_fault_in_one_letter_disturbs_no_other(database, clock, door, contacts, caplog):
    made = await applied(database, door, applicants=2)
    async with database.transaction() as session:
        await actions.queue_message(
            session,
            Letter.STAGE,
            account_id=made.applicants[0].account_id,
            facts={"receipt": "ASH-26-00001-59", "stage": "no such stage"},
            now=NOW,
        )
        await actions.queue_message(
            session,
            Letter.STAGE,
            account_id=made.applicants[0].account_id,
            facts={"receipt": "ASH-26-99999-99", "stage": "interview"},
            now=NOW,
        )
    mail = Recorder()

    await run(make_sender(database, clock, mail))

    assert len(mail.taken) == 2
    assert sorted(one[1:4] for one in await deliveries(database)) == [
        (State.DEAD, 1, Reason.GONE),
        (State.SENT, 0, None),
        (State.SENT, 0, None),
        (State.WAITING, 1, Reason.FAULT),
    ]
    assert len([line for line in caplog.messages if "could not be handed over" in line]) == 1


@pytest.mark.parametrize("audience", Audience)
async def test_a_broadcast_is_one_row_and_reaches_everybody_once(
    database, door, clock, monkeypatch, audience
):
    monkeypatch.setattr(sending, "BATCH", 3)
    made = await applied(database, door, applicants=7)
    about = {
        Audience.APPLICANTS_OF_COMPANY: made.companies[0].id,
        Audience.APPLICANTS_OF_POSITION: made.positions[0].id,
    }.get(audience, made.fair.id)
    async with database.transaction() as session:
        session.add(make_account(Role.REVIEWER, company_id=made.companies[0].id))
        await stage(session, applicants=2, slug="lain", receipt_prefix="LAIN", office=made.office)
        await actions.queue_broadcast(
            session, Letter.STAGE, key="k", audience=audience, about=about, facts={}, now=NOW
        )
        assert await session.scalar(select(func.count()).select_from(Message)) == 7
    sender = make_sender(database, clock, Recorder())

    await sender.distribute()
    async with database.transaction() as session:  # a second sender that knows less
        (await session.get(Broadcast, 1)).reached = 0
        (await session.get(Broadcast, 1)).expanded_at = None
    await sender.distribute()

    async with database.snapshot() as session:
        found = await session.scalars(
            select(Message.account_id).where(Message.broadcast_id.is_not(None))
        )
        reached = {Audience.COMPANIES_OF_FAIR: 1, Audience.EVERYBODY: 8}.get(audience, 7)
        assert len(found.all()) == reached


async def test_one_of_two_nodes_sends(database, clock, door, passed):
    await applied(database, door, applicants=4)
    boxes = [Recorder(per_minute=60), Recorder(per_minute=60)]
    senders = [make_sender(database, clock, box) for box in boxes]
    lines = [] if database.is_sqlite else [await database.own_connection() for _ in senders]
    job = Job("send", run, seconds=1)

    for _ in range(3):
        # A SQLite file has one server, which leads without asking.
        roles = [await line.takes_role() for line in lines] or [True, False]
        await asyncio.gather(
            *(
                run_job(job, one, partial(bool, role))
                for one, role in zip(senders, roles, strict=True)
            )
        )
        passed[0] += 1
    for line in lines:
        await line.close()

    assert sorted(len(box.taken) for box in boxes) == [0, 3], "one at its pace"
