"""The door in trouble: poison, a full queue, people who hang up, a process that stops."""

import asyncio
import threading

import pytest
from sqlalchemy import update

from jobfair.applicants.models import Applicant
from jobfair.applications.actions import accepting
from jobfair.db import Database, OperationalError
from jobfair.errors import InternalFault, Invalid, NotFound, Overloaded
from jobfair.fairs.models import Fair
from jobfair.intake import door as doors
from jobfair.intake.door import Door
from jobfair.positions.models import Position
from tests.builders import KEYS, NOW, make_office
from tests.doors import apply, count_rows, running, staged
from tests.recount import problems_of


async def batch_with(door, made, poison):
    """Hand in ``poison`` as one of 50 of the same batch; return its outcome and the others'."""
    before = door.batches
    tasks = [
        asyncio.ensure_future(poison() if who == 23 else apply(door, made, who))
        for who in range(50)
    ]
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert door.batches == before + 1, "not one batch"
    return outcomes.pop(23), outcomes


@pytest.mark.parametrize(
    "answer",
    ["\x00", "a\x00b", "\ud800", "x" * 601, "\udfff" * 600],
    ids=lambda text: ascii(text[:3]),
)
async def test_an_answer_that_cannot_be_stored_is_its_senders_problem(database, door, answer):
    made = await staged(database, applicants=50)
    async with database.transaction() as session:
        await session.execute(update(Position).values(questions=["Mengapa?"]))

    outcome, others = await batch_with(door, made, lambda: apply(door, made, 23, 0, (answer,)))

    assert isinstance(outcome, Invalid)
    assert list(outcome.fields) == ["answers"]
    assert {type(other) for other in others} == {accepting.Receipt}
    assert await problems_of(database, made.fair.id) == []


async def test_more_answers_than_questions_are_refused(database, door):
    made = await staged(database, applicants=2)

    with pytest.raises(Invalid, match="Periksa lagi"):
        await apply(door, made, answers=("",) * 10**5 + ("x",))
    assert (await apply(door, made, who=1, answers=("", ""))).seq == 1


@pytest.mark.parametrize("wrong", ["applicant_id", "position_id", "fair_id"])
async def test_an_id_that_does_not_exist_hurts_nobody_else(database, door, wrong):
    made = await staged(database, applicants=50)
    ids = {
        "fair_id": made.fair.id,
        "applicant_id": made.applicants[23].id,
        "position_id": made.positions[0].id,
    }

    outcome, others = await batch_with(door, made, lambda: door.submit(**ids | {wrong: 999_999}))

    assert isinstance(outcome, NotFound)
    assert {type(other) for other in others} == {accepting.Receipt}
    assert await problems_of(database, made.fair.id) == []


@pytest.mark.parametrize("wrong", ["applicant_id", "position_id"])
async def test_an_id_the_database_cannot_hold_hurts_nobody_else(database, door, wrong):
    # Guards the halving in Door._after_error: the error comes while the whole batch is read.
    made = await staged(database, applicants=50)
    ids = {"applicant_id": made.applicants[23].id, "position_id": made.positions[0].id}

    outcome, others = await batch_with(
        door, made, lambda: door.submit(fair_id=made.fair.id, **ids | {wrong: 2**70})
    )

    assert isinstance(outcome, InternalFault)
    assert {type(other) for other in others} == {accepting.Receipt}
    assert await count_rows(database) == 49
    assert await problems_of(database, made.fair.id) == []


@pytest.mark.parametrize("poison", ["\ud800", object(), 1 / 3])
async def test_a_row_the_database_refuses_hurts_nobody_else(database, door, monkeypatch, poison):
    # Guards the halving for errors at the insert (DataError, encoding, unserialisable values).
    made = await staged(database, applicants=50)
    freeze = accepting._counted_profile
    victim = made.applicants[23].id

    def freeze_badly(applicant: Applicant, *, age: int):
        clean = freeze(applicant, age=age)
        if applicant.id == victim:
            return {"name": poison} if not isinstance(poison, float) else {poison: {1, 2}}
        return clean

    monkeypatch.setattr(accepting, "_counted_profile", freeze_badly)
    outcome, others = await batch_with(door, made, lambda: apply(door, made, 23))

    assert isinstance(outcome, InternalFault)
    assert {type(other) for other in others} == {accepting.Receipt}
    assert sorted(other.seq for other in others) == list(range(1, 50))
    assert await problems_of(database, made.fair.id) == []


async def test_a_batch_that_was_not_stored_is_remembered_until_something_is(
    database, door, monkeypatch
):
    made = await staged(database)

    async def full(_):
        raise OperationalError("insert", {}, Exception("database or disk is full"))

    with monkeypatch.context() as patched:
        patched.setattr(database, "write", full)
        with pytest.raises(Overloaded):
            await apply(door, made)
    assert (door.failing, door.failed) == (True, 1)

    with pytest.raises(NotFound):  # says nothing about the disk: nothing is written
        await door.submit(fair_id=made.fair.id, applicant_id=1, position_id=999)
    assert door.failing
    await apply(door, made)
    assert (door.failing, door.failed) == (False, 1)


async def test_a_full_queue_says_so_at_once_and_loses_nothing(database, clock):
    made = await staged(database, applicants=8)
    door = Door(database, clock, KEYS, capacity=5)
    waiting = [asyncio.ensure_future(apply(door, made, who)) for who in range(8)]

    await asyncio.sleep(0)
    await asyncio.sleep(0)
    refused = [task for task in waiting if task.done()]

    assert [type(task.exception()) for task in refused] == [Overloaded] * 3
    async with running(door):
        receipts = [await task for task in waiting if task not in refused]
    assert sorted(receipt.seq for receipt in receipts) == [1, 2, 3, 4, 5]
    assert await problems_of(database, made.fair.id) == []


async def test_who_has_waited_too_long_is_sent_away_before_anything_is_written(
    database, clock, monkeypatch
):
    made = await staged(database, applicants=2)
    monkeypatch.setattr(doors, "PATIENCE", 5.0)
    door = Door(database, clock, KEYS)
    late, fresh = (asyncio.ensure_future(apply(door, made, who)) for who in range(2))
    await asyncio.sleep(0)
    door._queue[0].since -= 5.1

    async with running(door):
        with pytest.raises(Overloaded):
            await late
        assert (await fresh).seq == 1

    assert await count_rows(database) == 1


async def test_a_sender_who_hangs_up_is_served_all_the_same(database, clock):
    made = await staged(database)
    door = Door(database, clock, KEYS)
    sending = asyncio.ensure_future(apply(door, made))
    await asyncio.sleep(0)
    sending.cancel()

    async with running(door):
        receipt = await apply(door, made)

    assert (receipt.seq, receipt.repeated) == (1, True)


async def test_stopping_finishes_the_batch_and_answers_the_rest(database, clock, monkeypatch):
    # Guards _finish: cancelling in the middle of a commit must not leave it to chance.
    made = await staged(database, applicants=3)
    begun, go_on = threading.Event(), threading.Event()
    accept = doors.accept

    async def slowly(session, submissions, *, keys):
        begun.set()
        if database.is_sqlite:
            go_on.wait()  # in the thread of the writer, where nothing else waits
        while not go_on.is_set():  # noqa: ASYNC110 - set in another thread
            await asyncio.sleep(0.001)
        return await accept(session, submissions, keys=keys)

    monkeypatch.setattr(doors, "accept", slowly)
    door = Door(database, clock, KEYS)
    task = asyncio.create_task(door.run())
    first = asyncio.ensure_future(apply(door, made, 0))
    while not begun.is_set():  # noqa: ASYNC110 - set in another thread
        await asyncio.sleep(0.001)
    second = asyncio.ensure_future(apply(door, made, 1))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()

    assert (await first).seq == 1
    with pytest.raises(Overloaded):
        await second
    assert task.done()
    assert await count_rows(database) == 1


async def test_draining_waits_for_those_before_and_not_for_those_after(database, clock):
    # Guards P4: the closer drains while people keep coming, and must come through.
    made = await staged(database, positions=10, applicants=30)
    door = Door(database, clock, KEYS, batch=4)
    before = [asyncio.ensure_future(apply(door, made, who)) for who in range(30)]
    await asyncio.sleep(0)
    stop = asyncio.Event()

    async def keep_coming() -> None:
        pairs = ((who, what) for what in range(1, 10) for who in range(30))
        for who, what in pairs:
            if stop.is_set():
                return
            later.append(asyncio.ensure_future(apply(door, made, who, what)))
            await asyncio.sleep(0)

    later: list[asyncio.Task] = []
    async with running(door):
        coming = asyncio.create_task(keep_coming())
        await asyncio.wait_for(door.drain(), 20)
        assert all(task.done() for task in before)
        assert not coming.done() or not all(task.done() for task in later), "the stream had ended"
        stop.set()
        await coming
        await asyncio.gather(*later)
    assert await problems_of(database, made.fair.id) == []


async def test_draining_an_idle_door_returns_at_once(database, clock):
    await asyncio.wait_for(Door(database, clock, KEYS).drain(), 1)


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.sqlite", "postgresql://postgres@/fair?host=/nowhere"]
)
async def test_a_database_out_of_reach_is_told_to_everybody_at_once(url, clock):
    database = Database(url)
    async with running(Door(database, clock, KEYS)) as door:
        outcomes = await asyncio.gather(
            *(door.submit(fair_id=1, applicant_id=who, position_id=1) for who in range(50)),
            return_exceptions=True,
        )
        assert door.batches == 1
    await database.close()
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            thread.join()  # aiosqlite does not wait for it after a connection that failed

    assert {type(outcome) for outcome in outcomes} == {Overloaded}


async def test_a_constraint_that_says_no_for_ever_is_not_told_as_a_crowd(database, door, caplog):
    # A closed fair of the same prefix holds the number that the next one hands out first.
    first = await staged(database)
    assert (await apply(door, first)).seq == 1
    async with database.transaction() as session:
        closed = await session.get_one(Fair, first.fair.id)
        closed.latched_at, closed.latch_seq = NOW, 1
    office = make_office(slug="lain")
    second = await staged(database, office=office, slug="kedua", receipt_prefix="ASH")
    assert not door.has_recent_fault

    with pytest.raises(InternalFault, match="Jangan ulangi; hubungi panitia"):
        await apply(door, second)

    assert (door.faults, door.failed, door.failing, door.has_recent_fault) == (1, 1, False, True)
    (told,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert told.startswith(f"an application to fair {second.fair.id} can never be stored: ")
    assert "receipt" in told
    assert "ASH" not in told, "a value is in the log"
