"""Every planted defect is found by the rig that claims it, and all are written down."""

from importlib import import_module
from pathlib import Path

from tests.rigs.defects import all_defects, claimed, table

TESTS = Path(__file__).parents[1]
ENOUGH = 20


def test_every_planted_defect_is_claimed_by_a_control():
    for path in sorted(TESTS.rglob("test_*.py")):
        if "@finds(" in path.read_text("utf-8") and path != Path(__file__):
            import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))

    assert claimed() == all_defects().keys()
    assert len(all_defects()) >= ENOUGH


def test_the_proof_lists_what_is_planted():
    # `python -m tests.rigs.defects` writes it there.
    assert table() in (TESTS.parent / "docs" / "proof.md").read_text("utf-8")
