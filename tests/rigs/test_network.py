"""Whatever a network does to what is sent: nobody lost, nobody doubled, numbers equal (P1, P5)."""

import time

import pytest

from tests.nodes.proxy import FATES
from tests.rigs.defects import finds
from tests.rigs.network import suffer, summary

pytestmark = pytest.mark.rig


async def test_a_bad_network_loses_and_doubles_nothing():
    began = time.monotonic()
    rig = await suffer(1)
    print(summary(rig, time.monotonic() - began))

    assert rig.witness.broken == []
    assert rig.witness.unknown == []
    assert set(rig.met) == set(FATES)
    assert rig.witness.was_unknown, "no answer was lost: this proves little"


@finds("endless-patience", "repeat-refused", "check-then-insert")
async def test_control(defect):
    rig = await suffer(1, defect=defect.name)

    assert rig.witness.broken
