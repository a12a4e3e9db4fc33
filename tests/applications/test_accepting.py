"""Who is let in: limits under a crowd, withdrawing and coming back, what is frozen."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from jobfair.applicants.models import Applicant
from jobfair.applications.actions.accepting import Submission, accept
from jobfair.applications.actions.stages import move_stage, withdraw
from jobfair.applications.models import Application, StageChange
from jobfair.applications.queries.receipts import sent_by
from jobfair.applications.queries.sealed import read_sent
from jobfair.applications.rules import Stage
from jobfair.companies.models import Company
from jobfair.errors import Refused
from jobfair.fairs.actions import close_early, pause_fair
from jobfair.fairs.models import Fair, FairWindow
from jobfair.intake import door as doors
from jobfair.positions.models import Position
from tests.builders import CLOSES, KEYS, NOW, OPENS, make_account, tell
from tests.doors import apply, nodes, staged
from tests.recount import problems_of


async def change(database, table, **values):
    async with database.transaction() as session:
        await session.execute(update(table).values(**values))


async def take_back(database, made, receipt, who=0, now=NOW):
    async with database.transaction() as session:
        await withdraw(
            session,
            applicant_id=made.applicants[who].id,
            receipt=receipt.number,
            now=now,
            account_id=made.applicants[who].account_id,
        )


async def refused(coroutine) -> str:
    with pytest.raises(Refused) as refusal:
        await coroutine
    return refusal.value.code


@pytest.mark.rig
async def test_the_limit_holds_for_a_crowd_of_requests_through_4_nodes(
    database, database_url, clock
):
    # Guards the count under the lock: looked at outside, 4 nodes let more than 3 through.
    made = await staged(database, positions=12, applications_per_applicant=3)

    async with nodes(database_url, clock, 4) as four:
        outcomes = await asyncio.gather(
            *(apply(four[what % 4], made, 0, what) for what in range(12)), return_exceptions=True
        )

    assert sorted(getattr(outcome, "code", "sent") for outcome in outcomes) == (
        ["limit"] * 9 + ["sent"] * 3
    )
    assert await problems_of(database, made.fair.id) == []


async def test_age_and_residence_are_judged_and_others_in_the_batch_are_not(database, door):
    made = await staged(database, applicants=5, residence_policy="local_only")
    young, visitor, here_by_regency, elsewhere_by_regency, _ = (
        person.id for person in made.applicants
    )
    async with database.transaction() as session:
        for who, values in [
            (young, {"birth_date": date(2009, 3, 5)}),
            (visitor, {"district": "12.19.01"}),
            (here_by_regency, {"district": "12.09"}),
            (elsewhere_by_regency, {"district": "12.1"}),
        ]:
            tell(await session.get_one(Applicant, who), **values)

    outcomes = await asyncio.gather(
        *(apply(door, made, who) for who in range(5)), return_exceptions=True
    )

    codes = [getattr(outcome, "code", "sent") for outcome in outcomes]
    assert codes == ["age", "residence", "sent", "residence", "sent"]
    assert await problems_of(database, made.fair.id) == []


async def test_the_age_is_that_of_the_day_in_the_zone_of_the_fair(database, door, clock):
    made = await staged(database)
    async with database.transaction() as session:
        one = await session.get_one(Applicant, made.applicants[0].id)
        tell(one, birth_date=date(2009, 3, 5))
    midnight = NOW.replace(day=5, hour=0, minute=0)

    clock.move_to(midnight - timedelta(microseconds=1))
    assert await refused(apply(door, made)) == "age"
    clock.move_to(midnight)
    assert (await apply(door, made)).seq == 1


async def test_a_withdrawn_position_or_an_unverified_company_takes_nobody(database, door):
    made = await staged(database, positions=2)
    async with database.transaction() as session:
        query = update(Position).where(Position.id == made.positions[0].id)
        await session.execute(query.values(withdrawn_at=NOW))
    assert await refused(apply(door, made, 0, 0)) == "withdrawn"
    assert (await apply(door, made, 0, 1)).seq == 1

    await change(database, Company, verified_at=None)
    await change(database, Position, withdrawn_at=None)
    assert await refused(apply(door, made, 0, 0)) == "withdrawn"


async def test_coming_back_after_withdrawing_keeps_the_receipt(database, door, clock):
    # Guards R06: the same row, the same receipt, the same instant, one more step in the trail.
    made = await staged(database, applicants=2)
    first = await apply(door, made)
    await apply(door, made, 1)
    await take_back(database, made, first)
    await take_back(database, made, first)
    assert await problems_of(database, made.fair.id) == []
    clock.move_to(NOW + timedelta(hours=1))

    back = await asyncio.gather(*(apply(door, made) for _ in range(8)))

    assert {(one.number, one.seq, one.received_at) for one in back} == {
        (first.number, 1, first.received_at)
    }
    assert all(one.repeated for one in back)
    async with database.snapshot() as session:
        steps = (await session.scalars(select(StageChange).order_by(StageChange.id))).all()
        stages = (await session.scalars(select(Application.stage))).all()
        seq = await session.scalar(select(Fair.ledger_seq))
    assert [(step.from_stage, step.to_stage) for step in steps] == [
        (Stage.NEW, Stage.WITHDRAWN),
        (Stage.WITHDRAWN, Stage.NEW),
    ]
    assert (set(stages), seq) == ({Stage.NEW}, 2)
    assert await problems_of(database, made.fair.id) == []


async def test_who_has_withdrawn_does_not_come_back_after_the_closing(database, door, clock):
    made = await staged(database)
    first = await apply(door, made)
    await take_back(database, made, first)
    clock.move_to(CLOSES)

    assert await refused(apply(door, made)) == "closed"
    assert await problems_of(database, made.fair.id) == []


async def test_the_profile_is_frozen_and_holds_no_nik(database, door):
    made = await staged(database)
    await apply(door, made)
    async with database.transaction() as session:
        tell(await session.get_one(Applicant, made.applicants[0].id), name="Nama Baru")

    async with database.snapshot() as session:
        sent = (await sent_by(session, made.applicants[0].id))[0]

    assert sorted(sent.profile) == [
        "age", "cv", "district", "education", "experience_years", "sex",
    ]  # fmt: skip
    sent = read_sent(KEYS, sent)
    assert sent.profile["name"] == made.applicants[0].name
    assert made.niks[0] not in str(sent.profile)
    assert not {"nik", "kk", "nik_index", "nik_sealed", "disability"} & set(sent.profile)


async def test_outcomes_are_in_the_order_given(database):
    made = await staged(database, applicants=3, positions=3)
    wishes = [
        Submission(made.fair.id, who, what, (), OPENS + timedelta(seconds=at))
        for at, (who, what) in enumerate(reversed(made.pairs()))
    ]
    async with database.transaction() as session:
        outcomes = await accept(session, [*wishes, *wishes], keys=KEYS)

    assert [(outcome.seq, outcome.repeated) for outcome in outcomes] == [
        *((seq, False) for seq in range(1, 10)),
        *((seq, True) for seq in range(1, 10)),
    ]
    assert [one.received_at for one in outcomes[:9]] == [wish.received_at for wish in wishes]
    assert await problems_of(database, made.fair.id) == []


@pytest.mark.parametrize("act", [close_early, pause_fair])
async def test_an_end_set_by_hand_lies_after_everything_received(database, door, clock, act):
    # Guards earliest_end: the organiser's click was stamped, then waited for the lock while
    # applications came in; they were in time and must not end up outside the window.
    made = await staged(database, applicants=2)
    clicked = NOW
    clock.move_to(NOW + timedelta(seconds=2))
    await apply(door, made)

    async with database.transaction() as session:
        await act(session, fair_id=made.fair.id, reason="Banjir", now=clicked, account_id=None)

    async with database.snapshot() as session:
        newest = (
            await session.scalars(select(FairWindow).order_by(FairWindow.ordinal.desc()).limit(1))
        ).one()
    ends = newest.closes_at if act is close_early else newest.paused_from
    assert ends == NOW + timedelta(seconds=2, microseconds=1)
    clock.move_to(ends)
    assert await refused(apply(door, made, 1)) in ("closed", "paused")
    assert await problems_of(database, made.fair.id) == []


@pytest.mark.rig
async def test_500_operations_at_once_through_4_nodes_add_up(
    database, database_url, clock, rng, monkeypatch
):
    """Applicants, reviewers and people who change their mind, all at the same time."""
    monkeypatch.setattr(doors, "PATIENCE", 600.0)  # how fast the machine is is not the question
    made = await staged(database, companies=2, positions=4, applicants=25)
    account = make_account(company_id=made.companies[0].id)
    async with database.transaction() as session:
        session.add(account)
    companies = {position.id: position.company_id for position in made.positions}

    async def somebody(doors) -> None:
        who, what = rng.randrange(25), rng.randrange(8)
        door = rng.choice(doors)
        clock.move_to(OPENS + timedelta(seconds=rng.randrange(7 * 86_400)))
        receipt = await apply(door, made, who, what)
        for _ in range(3):
            try:
                async with door._database.transaction() as session:
                    if rng.random() < 0.4:
                        await withdraw(
                            session, applicant_id=made.applicants[who].id, receipt=receipt.number,
                            now=NOW, account_id=account.id,
                        )  # fmt: skip
                    else:
                        await move_stage(
                            session, company_id=companies[made.positions[what].id],
                            receipt=receipt.number, to_stage=rng.choice(list(Stage)),
                            account_id=account.id, now=NOW,
                        )  # fmt: skip
            except Refused:
                await apply(door, made, who, what)

    async with nodes(database_url, clock, 4) as four:
        await asyncio.gather(*(somebody(four) for _ in range(125)))

    assert await problems_of(database, made.fair.id) == []
