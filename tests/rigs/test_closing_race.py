"""Who was in time is in, who was not is out, and what was frozen is what is there (P2 to P5, P9)."""

import time

import pytest

from jobfair.intake import closing, door
from tests.rigs.closing import PATIENCE, race, slow_down

pytestmark = pytest.mark.rig
TRIALS = 40


@pytest.fixture(autouse=True)
def hurried(monkeypatch, rng):
    """Let a closing take parts of a second instead of ten, and writing longer than judging."""
    monkeypatch.setattr(door, "PATIENCE", PATIENCE)
    monkeypatch.setattr(closing, "PATIENCE", PATIENCE)
    slow_down(monkeypatch, rng)


async def test_the_closing_race(database_url):
    accepted = closed = busy = 0
    began = time.monotonic()
    async with race(database_url, seed=1) as running:
        for number in range(TRIALS):
            assert await running.trial() == [], f"trial {number}"
            accepted += running.told.accepted
            closed += running.told.closed
            busy += running.told.busy
    print(
        f"{TRIALS} closings, {accepted} in, {closed} out, {busy} busy, {time.monotonic() - began}"
    )
    assert accepted > TRIALS * 5, "hardly anybody came: this proves little"
    assert closed > TRIALS, "nobody came too late: this proves little"
