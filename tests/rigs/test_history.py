"""Whatever many people do at once: what each was told fits one order of events (P3, P5, P7)."""

import pytest

from tests.rigs.defects import finds
from tests.rigs.history import run

pytestmark = pytest.mark.rig
OPERATIONS, FEWER = 2000, 800


async def test_one_order_explains_all_answers(database_url, tmp_path):
    done = await run(database_url, tmp_path / "history.jsonl", OPERATIONS, seed=1)
    print(done)

    assert done.problems == []
    assert "move refused" in done.line, "no two reviewers met: this proves little"


SAYS = {
    "stage-not-compared": "stage",
    "counted-when-handed-in": "seq",
    "reading-without-snapshot": "hole",
    "answered-with-the-newest": "unstable",
}


@pytest.fixture
def url(defect, make_url):
    return make_url("postgresql" if "snapshot" in defect.name else "sqlite")


@finds(*SAYS)
async def test_control(url, tmp_path, monkeypatch, defect):
    defect.plant(monkeypatch.setattr)

    done = await run(url, tmp_path / "history.jsonl", FEWER, seed=2)

    assert any(one.startswith(SAYS[defect.name]) for one in done.problems), done.problems[:5]
