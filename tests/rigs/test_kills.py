"""Whoever was told "accepted" is in the ledger, however often the server dies (P1, P5)."""

import time

import pytest

from tests.rigs.defects import finds
from tests.rigs.kill import kill_often, summary

pytestmark = pytest.mark.rig
KILLS = {"sqlite": 100, "postgresql": 30}


async def test_nothing_acknowledged_is_lost(database_url, tmp_path):
    kills, began = KILLS[database_url.partition(":")[0]], time.monotonic()
    witness = await kill_often(tmp_path, kills, url=database_url)
    print(summary(witness, kills, time.monotonic() - began))

    assert witness.broken == []
    assert witness.unknown == []
    assert len(witness.told) > 3 * kills, "hardly anybody was served: this proves little"
    assert witness.lost_answers > kills, "hardly anybody was cut off: this proves little"


@finds("answer-before-commit")
async def test_control(database_url, tmp_path, defect):
    witness = await kill_often(tmp_path, 15, url=database_url, defect=defect.name)

    assert any(untruth.startswith("lost") for untruth in witness.broken)
