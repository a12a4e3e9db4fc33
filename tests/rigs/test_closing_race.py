"""In time is in, too late is out, and what was frozen is what is there (P2 to P5, P9)."""

import pytest

from tests.rigs.closing import close_often, hurry, race
from tests.rigs.defects import finds

pytestmark = pytest.mark.rig
TRIALS, MOST = 40, 60


@pytest.fixture(autouse=True)
def hurried(monkeypatch, rng):
    hurry(monkeypatch.setattr, rng)


async def test_the_closing_race(database_url):
    done = await close_often(database_url, TRIALS, seed=1)
    print(done)

    assert done.problems == []
    assert done.accepted > TRIALS * 5, "hardly anybody came: this proves little"
    assert done.closed > TRIALS, "nobody came too late: this proves little"


SAYS = {
    "closing-counts-in": ["too late"],
    "no-lock": ["latch_seq: kept", "frozen at", "ledger_seq: kept"],
    "no-drain": ["shut out"],
    "no-unique": ["pairs: kept"],
}


@finds(*SAYS)
async def test_control(database_url, monkeypatch, defect):
    defect.plant(monkeypatch.setattr)

    said: set[str] = set()
    async with race(database_url, seed=2) as running:
        for _ in range(MOST):
            problems = await running.trial()
            if any(words in problem for problem in problems for words in SAYS[defect.name]):
                return
            said |= set(problems)
    pytest.fail(f"the checker missed it in {MOST} closings, only said {said}")
