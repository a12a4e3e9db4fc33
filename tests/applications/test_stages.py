"""Moving applications: the table of steps, taking back, many at once, notes, and races."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.applications.actions.stages import (
    move_many,
    move_stage,
    undo_last,
    write_note,
)
from jobfair.applications.models import Application, StageChange
from jobfair.applications.queries.desk import opened
from jobfair.applications.rules import NEXT_STAGES, NOTE_LONGEST, UNDO_WITHIN, Stage
from jobfair.db.changes import take_changes
from jobfair.errors import Invalid, NotFound, Refused
from jobfair.people.rules import Role
from jobfair.tally.queries.counters import tally_positions
from jobfair.tally.queries.recount import differences
from tests.builders import NOW, make_account, stage
from tests.web.rooms import apply_all, furnish

LATER = NOW + timedelta(minutes=5)


async def reviewer(session, made, *, company=0):
    account = make_account(Role.REVIEWER, company_id=made.companies[company].id)
    session.add(account)
    await session.flush()
    return account.id


async def staged(session, **more):
    made = await stage(session, **{"applicants": 3} | more)
    return made, await apply_all(session, made), await reviewer(session, made)


async def move(session, made, receipt, to_stage, account_id, *, now=LATER, **more):
    await move_stage(
        session,
        company_id=made.companies[0].id,
        receipt=receipt,
        to_stage=to_stage,
        account_id=account_id,
        now=now,
        **more,
    )
    await session.flush()


async def stage_of(session, receipt):
    return await session.scalar(select(Application.stage).where(Application.receipt == receipt))


async def counts(session, made, at=0):
    position_id = made.positions[at].id
    found = (await tally_positions(session, [position_id]))[position_id]
    return {stage: n for stage, n in found.by_stage.items() if n}


async def test_every_allowed_step_keeps_the_tallies_and_writes_the_trail(session):
    steps = [(current, wanted) for current in NEXT_STAGES for wanted in NEXT_STAGES[current]]
    made, receipts, who = await staged(session, applicants=len(steps))
    for receipt, (current, wanted) in zip(receipts, steps, strict=True):
        if current is not Stage.NEW:
            await move(session, made, receipt, current, who)

        await move(session, made, receipt, wanted, who)

        assert await stage_of(session, receipt) is wanted
        trail = select(StageChange.from_stage, StageChange.to_stage, StageChange.account_id)
        newest = (await session.execute(trail.order_by(StageChange.id.desc()).limit(1))).one()
        assert tuple(newest) == (current, wanted, who)
    assert await counts(session, made) == dict(Counter(wanted for _, wanted in steps))
    assert await differences(session, made.fair.id) == []


@pytest.mark.parametrize(
    ("current", "wanted"),
    [
        (current, wanted)
        for current in (Stage.NEW, Stage.ACCEPTED, Stage.INTERVIEW)
        for wanted in Stage
        if wanted not in NEXT_STAGES[current] and wanted is not current
    ],
)
async def test_any_other_step_is_refused_and_changes_nothing(session, current, wanted):
    made, receipts, who = await staged(session, applicants=1)
    if current is not Stage.NEW:
        await move(session, made, receipts[0], current, who)
    before = await counts(session, made)
    take_changes(session)

    with pytest.raises(Refused, match="tidak dapat dipindah"):
        await move(session, made, receipts[0], wanted, who)

    assert await counts(session, made) == before
    assert take_changes(session) == frozenset()


async def test_a_move_tells_the_desk_and_the_fair(session):
    made, receipts, who = await staged(session)
    take_changes(session)

    await move(session, made, receipts[0], Stage.REVIEWED, who)

    assert take_changes(session) == {f"position:{made.positions[0].id}", f"fair:{made.fair.id}"}


async def test_another_companys_application_does_not_exist(session):
    made, receipts, _ = await staged(session, companies=2)
    stranger = await reviewer(session, made, company=1)
    for receipt in (receipts[0], "ASH-26-99999-99"):
        with pytest.raises(NotFound) as found:
            await move_stage(
                session,
                company_id=made.companies[1].id,
                receipt=receipt,
                to_stage=Stage.REVIEWED,
                account_id=stranger,
                now=LATER,
            )
        assert str(found.value) == "Lamaran ini tidak ada."
    assert await stage_of(session, receipts[0]) is Stage.NEW


async def test_who_has_seen_an_older_stage_is_told_and_nothing_moves(session):
    made, receipts, who = await staged(session)
    await move(session, made, receipts[0], Stage.SHORTLISTED, who)

    with pytest.raises(Refused) as refused:
        await move(session, made, receipts[0], Stage.UNSUITABLE, who, seen=Stage.NEW)

    assert str(refused.value) == (
        "Rekan Anda baru saja memindahkan lamaran ini ke tahap Lolos berkas. Periksa lagi."
    )
    assert await stage_of(session, receipts[0]) is Stage.SHORTLISTED


async def test_a_button_pressed_twice_counts_once(session):
    made, receipts, who = await staged(session)
    await move(session, made, receipts[0], Stage.REVIEWED, who, seen=Stage.NEW)

    await move(session, made, receipts[0], Stage.REVIEWED, who, seen=Stage.NEW)

    trail = (await session.scalars(select(StageChange))).all()
    assert len(trail) == 1
    assert await counts(session, made) == {Stage.NEW: 2, Stage.REVIEWED: 1}


async def test_undo_brings_the_last_step_back_and_then_the_one_before(session):
    made, receipts, who = await staged(session)
    company = made.companies[0].id
    await move(session, made, receipts[0], Stage.REVIEWED, who, now=NOW)
    await move(session, made, receipts[0], Stage.SHORTLISTED, who, now=LATER)

    first = await undo_last(session, company_id=company, account_id=who, now=LATER)
    second = await undo_last(session, company_id=company, account_id=who, now=LATER)
    third = await undo_last(session, company_id=company, account_id=who, now=LATER)

    assert [step.change.to_stage for step in first] == [Stage.SHORTLISTED]
    assert [step.change.to_stage for step in second] == [Stage.REVIEWED]
    assert list(third) == []
    assert await counts(session, made) == {Stage.NEW: 3}
    assert await differences(session, made.fair.id) == []


async def test_undo_ends_after_ten_minutes_and_is_ones_own(session):
    made, receipts, who = await staged(session)
    colleague, company = await reviewer(session, made), made.companies[0].id
    await move(session, made, receipts[0], Stage.REVIEWED, who, now=NOW)
    late = NOW + UNDO_WITHIN + timedelta(microseconds=1)

    not_mine = await undo_last(session, company_id=company, account_id=colleague, now=LATER)
    too_late = await undo_last(session, company_id=company, account_id=who, now=late)

    assert (list(not_mine), list(too_late)) == ([], [])
    assert await stage_of(session, receipts[0]) is Stage.REVIEWED
    in_time = await undo_last(session, company_id=company, account_id=who, now=NOW + UNDO_WITHIN)
    assert [step.receipt for step in in_time] == [receipts[0]]


async def test_undo_leaves_alone_what_a_colleague_has_moved_on(session):
    made, receipts, who = await staged(session)
    colleague = await reviewer(session, made)
    await move(session, made, receipts[0], Stage.REVIEWED, who)
    await move(session, made, receipts[0], Stage.INTERVIEW, colleague)

    done = await undo_last(session, company_id=made.companies[0].id, account_id=who, now=LATER)

    assert list(done) == []
    assert await stage_of(session, receipts[0]) is Stage.INTERVIEW


async def test_many_move_together_and_come_back_together(session):
    made, receipts, who = await staged(session, applicants=4, positions=2)
    mine, elsewhere = receipts[:4], receipts[4]
    await move(session, made, mine[3], Stage.UNSUITABLE, who, now=NOW)

    done = await move_many(
        session,
        company_id=made.companies[0].id,
        position_id=made.positions[0].id,
        receipts=[*mine, elsewhere, "ASH-26-99999-99"],
        seen=Stage.NEW,
        to_stage=Stage.SHORTLISTED,
        account_id=who,
        now=LATER,
    )
    await session.flush()

    assert (list(done.moved), list(done.left)) == (mine[:3], [mine[3]])
    assert await counts(session, made) == {Stage.SHORTLISTED: 3, Stage.UNSUITABLE: 1}
    assert await counts(session, made, at=1) == {Stage.NEW: 4}
    back = await undo_last(session, company_id=made.companies[0].id, account_id=who, now=LATER)
    assert sorted(step.receipt for step in back) == sorted(mine[:3])
    assert await counts(session, made) == {Stage.NEW: 3, Stage.UNSUITABLE: 1}
    assert await differences(session, made.fair.id) == []


async def test_a_note_is_kept_and_a_colleagues_is_never_overwritten(session):
    made, receipts, _ = await staged(session)
    at = {"company_id": made.companies[0].id, "receipt": receipts[0]}
    await write_note(session, **at, note="  Punya SIM B1\r\nBisa lembur ", was="")
    assert (await opened(session, **at)).note == "Punya SIM B1\nBisa lembur"

    with pytest.raises(Refused) as refused:
        await write_note(session, **at, note="Kurang cocok", was="")

    assert refused.value.facts == {"note": "Punya SIM B1\nBisa lembur"}
    await write_note(session, **at, note="", was="")
    await write_note(session, **at, note="Kurang cocok", was="Punya SIM B1\nBisa lembur")
    assert (await opened(session, **at)).note == "Kurang cocok"


async def test_a_note_may_not_be_longer_than_a_page(session):
    made, receipts, _ = await staged(session)
    at = {"company_id": made.companies[0].id, "receipt": receipts[0]}
    await write_note(session, **at, note="x" * NOTE_LONGEST, was="")

    with pytest.raises(Invalid):
        await write_note(session, **at, note="x" * (NOTE_LONGEST + 1), was="x" * NOTE_LONGEST)


async def test_of_two_reviewers_at_once_one_moves_and_the_other_is_told(database):
    async with database.transaction() as session:
        room = await furnish(session)
        first, second = await reviewer(session, room.made), await reviewer(session, room.made)

    async def decide(to_stage, account_id):
        async with database.transaction() as session:
            await move(session, room.made, room.receipts[0], to_stage, account_id, seen=Stage.NEW)

    outcomes = await asyncio.gather(
        decide(Stage.SHORTLISTED, first),
        decide(Stage.UNSUITABLE, second),
        return_exceptions=True,
    )

    refused = [outcome for outcome in outcomes if outcome is not None]
    assert len(refused) == 1
    assert isinstance(refused[0], Refused)
    async with database.snapshot() as session:
        assert len((await session.scalars(select(StageChange))).all()) == 1
        assert await differences(session, room.made.fair.id) == []


async def test_two_piles_at_once_never_wait_for_each_other_in_turn(database):
    async with database.transaction() as session:
        room = await furnish(session, applicants=8)
        first, second = await reviewer(session, room.made), await reviewer(session, room.made)

    async def pile(receipts, account_id):
        async with database.transaction() as session:
            return await move_many(
                session,
                company_id=room.made.companies[0].id,
                position_id=room.made.positions[0].id,
                receipts=receipts,
                seen=Stage.NEW,
                to_stage=Stage.REVIEWED,
                account_id=account_id,
                now=LATER,
            )

    one, other = await asyncio.gather(
        pile(room.receipts, first), pile(list(reversed(room.receipts)), second)
    )

    assert sorted([*one.moved, *other.moved]) == sorted(room.receipts)
    async with database.snapshot() as session:
        assert await differences(session, room.made.fair.id) == []
