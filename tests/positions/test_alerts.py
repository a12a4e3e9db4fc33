"""Saved searches: who is told of what, once, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from jobfair.jobs.schedule import Tools, tell_of_new_positions
from jobfair.outbox.models import Message
from jobfair.outbox.rules import Letter
from jobfair.positions.actions import MOST_SEARCHES, save_search
from jobfair.positions.models import Position
from jobfair.positions.queries import forget_search, offers_of_fair, saved_searches
from jobfair.positions.rules.index import build_index
from jobfair.positions.rules.synonyms import synonyms
from jobfair.positions.rules.wishes import SearchQuery
from jobfair.store.folder import FolderStore
from tests.builders import CLOSES, KEYS, NOW, make_position, stage
from tests.mailing.sending import make_sender
from tests.reporting.printing import fake_press

WISH = SearchQuery(words="operator", sort="gaji", page=2)


@pytest.fixture
async def staged(database):
    async with database.transaction() as session:
        return await stage(session, positions=2, applicants=2)


@pytest.fixture
def tools(database, clock, door, tmp_path):
    folder = FolderStore(tmp_path / "documents")
    sender = make_sender(database, clock)
    return Tools(database, clock, door, folder, fake_press(tmp_path), KEYS, sender)


async def save(database, staged, wish, at=0):
    async with database.transaction() as session:
        index = build_index(await offers_of_fair(session, staged.fair.id), synonyms())
        account_id = staged.applicants[at].account_id
        await save_search(
            session, index, wish, account_id=account_id, fair_id=staged.fair.id, now=NOW
        )


async def add(database, staged, **more):
    async with database.transaction() as session:
        first = staged.positions[0]
        made = make_position(fair_id=staged.fair.id, company_id=first.company_id, **more)
        session.add(made)
        await session.flush()
        return made.id


async def withdraw(database, position_id, at):
    async with database.transaction() as session:
        (await session.get_one(Position, position_id)).withdrawn_at = at


async def told(database):
    async with database.snapshot() as session:
        rows = await session.scalars(select(Message).order_by(Message.id))
        return [(one.account_id, one.letter, one.facts) for one in rows]


def alert(staged, count, query="?q=operator", at=0):
    account_id = staged.applicants[at].account_id
    return (account_id, Letter.SEARCH_ALERT, {"query": query, "count": count})


async def test_a_new_position_is_told_once_to_those_it_fits(database, staged, tools):
    await save(database, staged, WISH)
    await save(database, staged, SearchQuery(words="perawat"), at=1)
    await tell_of_new_positions(tools)
    assert await told(database) == []

    new = await add(database, staged)
    await tell_of_new_positions(tools)
    await tell_of_new_positions(tools)
    assert await told(database) == [alert(staged, 1)]

    await withdraw(database, new, NOW)
    await tell_of_new_positions(tools)
    await withdraw(database, new, None)
    await tell_of_new_positions(tools)
    assert await told(database) == [alert(staged, 1)]

    await add(database, staged, title="Perawat")
    await tell_of_new_positions(tools)
    assert (await told(database))[1:] == [alert(staged, 1, "?q=perawat", at=1)]


async def test_a_search_is_saved_once_and_let_go(database, staged, tools):
    account_id, fair_id = staged.applicants[0].account_id, staged.fair.id
    for at in range(MOST_SEARCHES):
        await save(database, staged, SearchQuery(words=f"xyz{at}"))
    await save(database, staged, WISH)
    async with database.transaction() as session:
        known = await saved_searches(session, account_id)
        assert len(known) == MOST_SEARCHES
        assert (fair_id, "?q=operator") not in known
        await forget_search(session, account_id=account_id, fair_id=fair_id, query="?q=xyz0")
    await save(database, staged, WISH)
    await save(database, staged, WISH)
    async with database.transaction() as session:
        assert (fair_id, "?q=operator") in await saved_searches(session, account_id)
        await forget_search(session, account_id=account_id, fair_id=fair_id, query="?q=operator")
    await add(database, staged)

    await tell_of_new_positions(tools)

    assert await told(database) == []


async def test_nothing_is_told_of_a_fair_that_has_closed(database, staged, tools, clock):
    await save(database, staged, WISH)
    await add(database, staged)
    clock.move_to(CLOSES + timedelta(seconds=1))

    await tell_of_new_positions(tools)

    assert await told(database) == []
