"""Tries are counted for all nodes together, exactly, whoever is asked."""

import asyncio
from datetime import timedelta

import pytest

from jobfair.db import Database
from jobfair.errors import Refused
from jobfair.people.actions import forget_expired
from jobfair.people.rules import Budget
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

    with pytest.raises(Refused, match="Tunggu 5 menit") as refusal:
        await limits.spend(FIVE, "a", now=START)
    assert refusal.value.code == "too_many"


async def test_old_tries_are_forgotten(database):
    limits = Limits(database, KEYS)
    await tries(limits, 5)

    async with database.transaction() as session:
        await forget_expired(session, now=START + timedelta(hours=3))

    if not database.is_sqlite:
        assert await tries(limits, 5) == 5


async def test_memory_keeps_only_what_still_counts(sqlite_url, monkeypatch):
    monkeypatch.setattr("jobfair.web.http.limits.KEPT", 10)
    database = Database(sqlite_url)
    limits = Limits(database, KEYS)

    for minute in range(0, 1000, 10):
        await tries(limits, 1, name=str(minute), now=START + timedelta(minutes=minute))

    assert len(limits._tries) < 40
    await database.close()
