"""Saved positions, on both databases."""

from jobfair.positions.actions import save_positions, unsave_position
from jobfair.positions.queries import accounts_to_tell_of_opening, saved_ids, saved_positions
from tests.builders import NOW, stage


async def test_a_position_is_saved_once_and_let_go(session):
    staged = await stage(session, positions=2)
    first, second = (one.id for one in staged.positions)
    account = staged.applicants[0].account_id

    await save_positions(session, account_id=account, position_ids=[first, 999_999], now=NOW)
    await save_positions(session, account_id=account, position_ids=[first, second], now=NOW)
    assert await saved_ids(session, account) == {first, second}

    await unsave_position(session, account_id=account, position_id=first)
    assert await saved_ids(session, account) == {second}


async def test_who_saved_a_position_is_named_when_it_opens_unless_it_was_pulled(session):
    staged = await stage(session, positions=2)
    first, second = staged.positions
    account = staged.applicants[0].account_id
    await save_positions(session, account_id=account, position_ids=[first.id, second.id], now=NOW)
    second.withdrawn_at = NOW
    await session.flush()

    assert await accounts_to_tell_of_opening(session, staged.fair.id) == [(account, first.id)]
    assert len(await saved_positions(session, [first.id, second.id])) == 2
