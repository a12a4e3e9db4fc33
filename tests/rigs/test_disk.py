"""A full or failing disk: nobody is told anything untrue, and it passes (P1)."""

import pytest

from tests.rigs.defects import finds
from tests.rigs.disk import TROUBLES, fail_often

pytestmark = pytest.mark.rig


def says(seen, words):
    """Tell whether the rig has found this; if not, show what it has found."""
    print(seen.summary(), *seen.witness.broken[:5], sep="\n")
    return any(words in untruth for untruth in seen.witness.broken)


async def test_in_all_kinds_of_trouble_people_are_told_the_truth():
    seen = await fail_often(TROUBLES, every=1)
    print(seen.summary())

    assert seen.witness.broken == []
    assert seen.rounds == dict.fromkeys(TROUBLES, 1)
    assert min(seen.platter.faults().values()) > 0
    assert seen.unready == {"disk", "writing", "database"}


@finds("failed-commit-called-done")
async def test_control_an_error_called_success(defect):
    seen = await fail_often(["full"], patience=4, defect=defect.name)

    assert says(seen, "lost: ")


@finds("half-a-batch-kept")
async def test_control_a_part_kept(defect):
    seen = await fail_often(["syncs"] * 10, every=2, defect=defect.name)

    assert says(seen, "refused, yet stored: ")


@finds("stuck-after-an-error", "trouble-not-told")
async def test_control_of_the_way_back(defect):
    seen = await fail_often(["writes"], every=1, patience=4, defect=defect.name)

    words = {"stuck-after-an-error": "stuck: ", "trouble-not-told": "readyz: "}
    assert says(seen, words[defect.name])


@finds("trouble-as-an-accident")
async def test_control_an_accident(defect):
    seen = await fail_often(["opening"], defect=defect.name)

    assert says(seen, " 500 ")
