"""The database's clock is everybody's: nodes follow it, or take no applications."""

from datetime import UTC, datetime, timedelta

import pytest

from jobfair import clock as clocks
from jobfair.clock import AnchoredClock
from jobfair.db import Database
from jobfair.db.offset import Offset, measure_offset
from jobfair.errors import Overloaded
from jobfair.intake import timekeeper
from jobfair.intake.door import Door
from jobfair.intake.timekeeper import TOLERATED, Timekeeper
from tests.builders import KEYS
from tests.doors import apply, running, staged

SECOND = timedelta(seconds=1)
OPEN_NOW = {
    "opens_at": datetime.now(UTC) - timedelta(days=1),
    "closes_at": datetime.now(UTC) + timedelta(days=1),
}


@pytest.fixture
async def shared(shared_url):
    database = Database(shared_url)
    yield database
    await database.close()


def make(database, off):
    clock = AnchoredClock(start=datetime.now(UTC) + off)
    return Timekeeper(database, clock, Door(database, clock, KEYS)), clock


@pytest.mark.parametrize("off", [-3600 * SECOND, -3 * SECOND, 0 * SECOND, TOLERATED / 2])
async def test_a_node_follows_and_takes_applications(shared, off):
    keeper, clock = make(shared, off)
    made = await staged(shared, window=OPEN_NOW)

    await keeper.follow()

    left = await measure_offset(shared, clock)
    assert left.ahead <= TOLERATED
    async with running(keeper._door) as door:
        receipt = await apply(door, made)
    assert abs(receipt.received_at - datetime.now(UTC)) < 10 * SECOND


async def test_a_node_far_ahead_takes_no_applications_until_it_is_right(shared, monkeypatch):
    keeper, _ = make(shared, 3 * SECOND)
    made = await staged(shared, window=OPEN_NOW)

    async with running(keeper._door) as door:
        await keeper.follow()
        with pytest.raises(Overloaded):
            await apply(door, made)

        async def right(*_):
            return Offset(-TOLERATED / 2, timedelta(0))

        monkeypatch.setattr(timekeeper, "measure_offset", right)
        await keeper.follow()
        await apply(door, made)


async def test_two_nodes_hours_apart_agree(shared):
    (early, one), (late, two) = make(shared, -2 * 3600 * SECOND), make(shared, -5 * 3600 * SECOND)

    await early.follow()
    await late.follow()

    assert abs(one.now() - two.now()) < TOLERATED


@pytest.mark.parametrize("ahead", [0.0, 0.1, 7.0, -0.1, -7.0])
def test_a_steered_clock_never_goes_back_and_arrives(monkeypatch, ahead):
    passed = [1000.0]
    monkeypatch.setattr(clocks.time, "monotonic", lambda: passed[0])
    start = datetime(2026, 3, 2, tzinfo=UTC)
    clock, seen = AnchoredClock(start=start), []

    for step in range(3000):
        if step % 50 == 10:
            true = start + timedelta(seconds=passed[0] - 1000 + ahead)
            clock.slew(true - clock.now())
        seen.append(clock.now())
        passed[0] += 0.1

    assert seen == sorted(set(seen))
    true = start + timedelta(seconds=passed[0] - 1000 + ahead)
    assert abs(clock.now() - true) < timedelta(milliseconds=1)


def test_an_offset_within_its_doubt_says_nothing():
    assert not Offset(timedelta(milliseconds=-3), timedelta(milliseconds=4)).certain
    assert Offset(timedelta(milliseconds=-5), timedelta(milliseconds=4)).certain
