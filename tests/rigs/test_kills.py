"""Whoever was told "accepted" is in the ledger, however often the server dies (P1, P5)."""

import time

import pytest

from tests.rigs.kill import kill_often, summary

pytestmark = pytest.mark.rig
KILLS = 100


async def test_nothing_acknowledged_is_lost_in_100_kills(tmp_path):
    began = time.monotonic()
    witness = await kill_often(tmp_path, KILLS)
    print(summary(witness, KILLS, time.monotonic() - began))

    assert witness.broken == []
    assert witness.unknown == []
    assert len(witness.told) > 3 * KILLS, "hardly anybody was served: this proves little"
    assert witness.lost_answers > KILLS, "hardly anybody was cut off: this proves little"


async def test_control_answering_before_the_commit(tmp_path):
    witness = await kill_often(tmp_path, 15, hasty=True)

    assert any(untruth.startswith("lost") for untruth in witness.broken)
