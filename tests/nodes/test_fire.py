"""Two nodes, a steady load, and everything happens to them: nobody lost, nothing done twice."""

import pytest

from tests.nodes.figures import delays, report
from tests.nodes.fire import EVENTS, Plan, burn
from tests.rigs.defects import finds

pytestmark = pytest.mark.rig
SHORT = {"rate": 15, "steady": 1.5, "away": 0.5, "pause": 5, "hurried": True}


def test_nodes_under_fire():
    fire = burn(Plan(**SHORT))
    print(report(fire))

    assert fire.broken == []
    assert [event.name for event in fire.events] == list(EVENTS)
    assert len(fire.load.receipts) > 100
    assert delays(fire, in_peace=True), "nothing was measured"


@finds("deaf-nodes", "role-for-ever", "clock-without-memory")
def test_control(defect):
    events = () if defect.name == "deaf-nodes" else ("leader",)

    fire = burn(Plan(**SHORT, events=events, defect=defect.name))

    assert fire.broken
