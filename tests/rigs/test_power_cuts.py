"""Whoever was told "accepted" is in the ledger when the power goes or the disk fails (P1)."""

import pytest

from tests.rigs.defects import finds
from tests.rigs.power.cutting import cut_often
from tests.rigs.power.recording import folders, record

pytestmark = pytest.mark.rig
SHORT = {"seed": 1, "answers": 120, "log_pages": 60}
"""The log is folded into the file many times even in a short life."""
CUTS, CONTROL_CUTS = 300, 60


@pytest.fixture(scope="module")
async def sound():
    """Give a recording of the program as it is, and a folder beside it."""
    with folders() as (data, place):
        yield await record(data, place, **SHORT | {"answers": 300}), place


async def cut_recorded(cuts, **more):
    """Record a short life, cut it often, and return both."""
    with folders() as (data, place):
        recording = await record(data, place, **SHORT | more)
        return recording, await cut_often(recording, place / "cut", cuts)


async def test_nothing_acknowledged_is_lost_when_the_power_goes(sound):
    recording, place = sound
    toll = await cut_often(recording, place / "cut", CUTS)
    print(toll)

    assert recording.witness.broken == []
    assert recording.witness.turned_away == 0
    assert toll.untrue == []
    assert toll.checked > 20_000, "hardly anybody was acknowledged: this proves little"


async def test_nor_when_syncs_fail_and_their_pages_are_gone():
    recording, toll = await cut_recorded(CUTS, answers=200, sync_every=4)
    print(toll, recording.faults)

    assert recording.witness.broken == []
    assert recording.witness.turned_away > 10, "hardly anybody met a fault: this proves little"
    assert toll.untrue == []


@finds("disk-only-says-so")
async def test_control_of_the_disk(sound, defect, monkeypatch):
    recording, place = sound
    defect.plant(monkeypatch.setattr)

    toll = await cut_often(recording, place / "cut", CONTROL_CUTS)

    assert toll.losing > 5


@finds("synchronous-normal", "synchronous-off", "answer-before-commit")
async def test_control(defect):
    _, toll = await cut_recorded(CONTROL_CUTS, defect=defect.name)

    assert toll.losing > 5


@finds("failed-commit-called-done")
async def test_control_of_failing_syncs(defect):
    _, toll = await cut_recorded(CONTROL_CUTS, defect=defect.name, sync_every=4)

    assert toll.losing > 5
