"""Tries are counted for all nodes together, exactly, whoever is asked."""

import asyncio
from datetime import timedelta

import pytest

from jobfair.db import Database
from jobfair.errors import Refused
from jobfair.people.actions import forget_expired
from jobfair.people.rules import Budget, TooMany
from jobfair.web.http.limits import Limits
from tests.builders import KEYS, NOW

FIVE = Budget("uji", 5, timedelta(minutes=5))
START = FIVE.since(NOW)


async def tries(limits, count, *, name="a", now=START, budget=FIVE):
    """Try so often at once; return how many were let through."""
    answers = await asyncio.gather(
        *(limits.spend(budget, name, now=now) for _ in range(count)), return_exceptions=True
    )
    assert all(answer is None or isinstance(answer, Refused) for answer in answers), answers
    return answers.count(None)


async def test_nodes_share_a_budget(shared_url):
    databases = [Database(shared_url), Database(shared_url)]
    one, two = (Limits(database, KEYS) for database in databases)

    passed = await asyncio.gather(tries(one, 6), tries(two, 6))

    assert sum(passed) == 5
    assert await tries(two, 1, name="b") == 1
    for database in databases:
        await database.close()


async def test_a_budget_comes_back_little_by_little(database):
    limits = Limits(database, KEYS)
    assert await tries(limits, 9) == 5

    assert await tries(limits, 1, now=START + FIVE.window) == 0
    assert await tries(limits, 9, now=START + FIVE.window * 1.6) == 3
    assert await tries(limits, 9, now=START + FIVE.window * 9) == 5


async def test_the_refusal_says_how_long(database):
    limits = Limits(database, KEYS)
    await tries(limits, 5)

    with pytest.raises(Refused, match="Tunggu 6 menit") as refusal:
        await limits.spend(FIVE, "a", now=START)
    assert refusal.value.code == "too_many"


async def test_what_was_right_is_given_back(database):
    limits = Limits(database, KEYS)

    for _ in range(9):
        assert await tries(limits, 1) == 1
        await limits.give_back([(FIVE, "a")], now=START)

    assert await tries(limits, 9) == 5


async def test_a_try_counts_against_all_its_budgets_or_against_none(database):
    limits, one = Limits(database, KEYS), Budget("satu", 1, timedelta(minutes=5))
    await limits.spend_all([(FIVE, "a"), (one, "a")], now=START)

    for _ in range(9):
        with pytest.raises(TooMany):
            await limits.spend_all([(FIVE, "a"), (one, "a")], now=START)

    assert await tries(limits, 9) == 4


async def test_there_is_room_exactly_when_the_refusal_says(database):
    limits = Limits(database, KEYS)
    await tries(limits, 3)
    late = START + FIVE.window * 1.5
    await tries(limits, 9, now=late)

    for now in (late, START + FIVE.window * 1.9):
        with pytest.raises(TooMany) as refusal:
            await limits.spend(FIVE, "a", now=now)
        free = now + timedelta(seconds=refusal.value.seconds)
        assert await tries(limits, 1, now=free - timedelta(seconds=2)) == 0
        assert await tries(limits, 1, now=free) == 1


async def test_old_tries_are_forgotten(database):
    limits = Limits(database, KEYS)
    await tries(limits, 5)

    async with database.transaction() as session:
        await forget_expired(session, now=START + timedelta(days=3))

    if not database.is_sqlite:
        assert await tries(limits, 5) == 5


async def test_memory_keeps_only_what_still_counts(sqlite_url, monkeypatch):
    monkeypatch.setattr("jobfair.web.http.limits.KEPT", 10)
    database = Database(sqlite_url)
    limits = Limits(database, KEYS)

    for hour in range(0, 1000, 10):
        await tries(limits, 1, name=str(hour), now=START + timedelta(hours=hour))

    assert len(limits._tries) < 40
    await database.close()
