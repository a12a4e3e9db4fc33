"""Whoever was told "accepted" is in the ledger, however often PostgreSQL is stopped at once."""

import time

import pytest

from tests.rigs.defects import finds
from tests.rigs.postgres_stops import stop_often, summary

pytestmark = pytest.mark.rig
STOPS = 5
ENOUGH = 12


def test_nothing_acknowledged_is_lost_and_nodes_come_back():
    began = time.monotonic()
    rig = stop_often(STOPS, nodes=2)
    print(summary(rig, time.monotonic() - began))

    witness = rig.people.witness
    assert witness.broken == []
    assert witness.unknown == []
    assert len(rig.working) == 2 * STOPS
    assert len(witness.told) > 10 * STOPS, "hardly anybody was served: this proves little"
    assert witness.turned_away > STOPS, "hardly anybody was there: this proves little"


@finds("answer-before-disk", "answer-before-commit")
def test_control(defect):
    rig = stop_often(ENOUGH, defect=defect.name, look_every=1)

    assert any(untruth.startswith("lost") for untruth in rig.people.witness.broken)
