"""The door: one row per pair, inside the window, and receipts only for what is durable."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from jobfair.applications.actions.accepting import Receipt
from jobfair.applications.models import Application
from jobfair.db import Database
from jobfair.errors import NotFound, Overloaded, Refused
from jobfair.fairs.actions import close_early
from jobfair.intake import door as intake
from jobfair.intake.closing import close_when_drained
from jobfair.intake.door import Door
from tests.builders import CLOSES, EDGE, KEYS, NOW, OPENS, stage
from tests.doors import apply, count_rows, nodes, running, staged
from tests.recount import problems_of


async def test_an_application_gets_its_receipt(database, door):
    made = await staged(database)

    receipt = await apply(door, made)

    assert receipt == Receipt("ASH-26-00001-59", 1, NOW, repeated=False)
    assert await problems_of(database, made.fair.id) == []


async def test_what_was_here_in_time_is_taken_before_the_latch(database, door, clock):
    # Guards P4: whoever stands in line when the window ends is waited for, and judged by arrival.
    made = await staged(database, positions=2)
    pair = {"applicant_id": made.applicants[0].id, "position_id": made.positions[0].id}
    clock.move_to(CLOSES - EDGE)
    with door.arrival() as arrival:
        clock.move_to(CLOSES)
        closing = asyncio.create_task(
            close_when_drained(
                database, clock, door, keys=KEYS, fair_id=made.fair.id, account_id=None
            )
        )
        await asyncio.wait({closing}, timeout=0.1)
        assert not closing.done()
        receipt = await door.submit(fair_id=made.fair.id, **pair, arrival=arrival)
    await closing

    assert (receipt.seq, receipt.received_at) == (1, CLOSES - EDGE)
    with pytest.raises(Refused, match="ditutup"):
        await door.submit(fair_id=made.fair.id, **pair | {"position_id": made.positions[1].id})


async def test_who_is_on_the_way_comes_along(database, door, monkeypatch):
    # Guards the gathering: remove it and these are two batches, and the last assertion three.
    monkeypatch.setattr(intake, "GATHERING", 60)
    made = await staged(database, applicants=4)
    with door.arrival() as arrival, door.arrival():
        first = asyncio.create_task(apply(door, made, 0))
        await asyncio.wait({first}, timeout=0.1)
        second = asyncio.create_task(apply(door, made, 1, arrival=arrival))
        await asyncio.wait({first, second}, timeout=0.1)
        assert door.batches == 0
    await asyncio.gather(first, second)
    assert door.batches == 1

    with door.arrival() as arrival:
        third = asyncio.create_task(apply(door, made, 2))
        await asyncio.gather(third, apply(door, made, 3, arrival=arrival))
        assert door.batches == 2


async def test_a_full_batch_waits_for_nobody(database, clock, monkeypatch):
    monkeypatch.setattr(intake, "GATHERING", 60)
    made = await staged(database, applicants=2)
    async with running(Door(database, clock, KEYS, batch=2)) as door:
        with door.arrival():
            await asyncio.gather(apply(door, made, 0), apply(door, made, 1))
        assert door.batches == 1


async def test_who_never_comes_holds_nobody_up(database, door):
    made = await staged(database)
    with door.arrival():
        receipt = await apply(door, made)

    assert receipt == Receipt("ASH-26-00001-59", 1, NOW, repeated=False)


async def test_32_submits_of_one_pair_through_4_nodes_are_one_row(database, database_url, clock):
    # Guards P5: the fair's lock, the look-up under it, and UNIQUE(applicant, position).
    made = await staged(database)

    async with nodes(database_url, clock, 4) as four:
        receipts = await asyncio.gather(*(apply(four[at % 4], made) for at in range(32)))

    assert {receipt.number for receipt in receipts} == {"ASH-26-00001-59"}
    assert sum(not receipt.repeated for receipt in receipts) == 1
    assert await count_rows(database) == 1
    assert await problems_of(database, made.fair.id) == []


async def test_a_crowd_through_4_nodes_has_no_gaps(database, database_url, clock):
    made = await staged(database, companies=2, positions=3, applicants=20)

    async with nodes(database_url, clock, 4) as four:
        receipts = await asyncio.gather(
            *(apply(four[(w + p) % 4], made, w, p) for p in range(6) for w in range(20))
        )

    assert sorted(receipt.seq for receipt in receipts) == list(range(1, 121))
    assert len({receipt.number for receipt in receipts}) == 120
    assert await problems_of(database, made.fair.id) == []


async def test_a_receipt_is_in_the_database_when_it_is_given(database, database_url, door):
    # Guards the order in Door._write: answers only after the transaction has been left.
    made = await staged(database, applicants=30)
    onlooker = Database(database_url)

    async def apply_and_look(who: int) -> None:
        receipt = await apply(door, made, who)
        async with onlooker.snapshot() as session:
            found = await session.scalar(
                select(Application.seq).where(Application.receipt == receipt.number)
            )
        assert found == receipt.seq

    await asyncio.gather(*(apply_and_look(who) for who in range(30)))
    await onlooker.close()


async def test_a_commit_that_fails_leaves_nobody_with_a_receipt(database, door):
    made = await staged(database, applicants=20)
    broken = OperationalError("commit", {}, Exception("disk I/O error"))

    def fail(_):
        raise broken

    event.listen(database.write_engine, "commit", fail)
    outcomes = await asyncio.gather(
        *(apply(door, made, who) for who in range(20)), return_exceptions=True
    )
    event.remove(database.write_engine, "commit", fail)

    assert {type(outcome) for outcome in outcomes} == {Overloaded}
    assert await count_rows(database) == 0
    again = await asyncio.gather(*(apply(door, made, who) for who in range(20)))
    assert sorted(receipt.seq for receipt in again) == list(range(1, 21))
    assert await problems_of(database, made.fair.id) == []


async def test_a_window_that_moves_while_the_lock_is_awaited_counts(database, database_url, clock):
    # Guards lock_ledger: read together with the locked row, the window would be the old one.
    made = await staged(database)
    async with nodes(database_url, clock, 1) as (other,):
        async with database.transaction() as session:
            await close_early(
                session, fair_id=made.fair.id, reason="Hujan.", now=NOW - EDGE, account_id=None
            )
            await session.flush()
            late = asyncio.ensure_future(apply(other, made))
            await asyncio.sleep(0.3)
            assert not late.done()
        with pytest.raises(Refused, match="sudah ditutup"):
            await late

    assert await count_rows(database) == 0


async def test_a_batch_asks_the_same_number_of_statements_however_many_there_are(database, door):
    made = await staged(database, positions=3, applicants=20)
    engine, ran = database.write_engine, []

    def note(_c, _k, text, *_):
        ran.append(text.split(maxsplit=1)[0])

    asked = []
    event.listen(engine, "before_cursor_execute", note)
    for what, crowd in enumerate((1, 20)):
        await asyncio.gather(*(apply(door, made, who, what) for who in range(crowd)))
        asked.append([word for word in ran if word != "BEGIN"])
        ran.clear()
    event.remove(engine, "before_cursor_execute", note)

    told = [] if database.is_sqlite else ["select"]  # what changed, for the other nodes
    # Then the consents and the letters of the whole batch, a statement each.
    assert asked == [["SELECT"] * 5 + ["INSERT"] * 4 + ["UPDATE", "INSERT", "INSERT", *told]] * 2
    assert door.batches == 2


async def test_two_fairs_in_one_batch(database, door):
    made = await staged(database, applicants=3)
    async with database.transaction() as session:
        office = await session.merge(made.office)
        other = await stage(
            session, office=office, slug="asahan-lain", receipt_prefix="LAIN", applicants=3
        )

    outcomes = await asyncio.gather(
        *(apply(door, fair, who) for who in range(3) for fair in (made, other))
    )

    assert door.batches == 1
    assert [outcome.seq for outcome in outcomes] == [1, 1, 2, 2, 3, 3]
    assert await problems_of(database, made.fair.id) == []
    assert await problems_of(database, other.fair.id) == []


async def test_a_position_of_another_fair_is_not_found(database, door):
    made = await staged(database)
    async with database.transaction() as session:
        office = await session.merge(made.office)
        other = await stage(session, office=office, slug="lain", receipt_prefix="LAIN")

    with pytest.raises(NotFound):
        await door.submit(
            fair_id=made.fair.id,
            applicant_id=made.applicants[0].id,
            position_id=other.positions[0].id,
        )
    assert await count_rows(database) == 0


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (OPENS - EDGE, "not_open"),
        (OPENS, None),
        (OPENS + EDGE, None),
        (CLOSES - EDGE, None),
        (CLOSES, "closed"),
        (CLOSES + EDGE, "closed"),
        (CLOSES + timedelta(days=400), "closed"),
    ],
)
async def test_the_edges_of_the_window(database, door, clock, at, code):
    # Guards P2: `<` at the closing, `<=` at the opening, in the stamp the door itself takes.
    made = await staged(database)
    clock.move_to(at)

    outcome = await asyncio.gather(apply(door, made), return_exceptions=True)

    if code is None:
        assert outcome[0].received_at == at
    else:
        assert isinstance(outcome[0], Refused)
        assert outcome[0].code == code
    assert await count_rows(database) == (code is None)
    assert await problems_of(database, made.fair.id) == []


async def test_a_repeat_after_the_closing_still_gets_its_receipt(database, door, clock):
    made = await staged(database)
    first = await apply(door, made)
    clock.move_to(CLOSES + timedelta(hours=1))

    again = await apply(door, made)

    assert (again.number, again.received_at, again.repeated) == (first.number, NOW, True)
