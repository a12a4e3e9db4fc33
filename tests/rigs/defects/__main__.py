"""``python -m tests.rigs.defects`` writes all planted defects to the end of docs/proof.md."""

from pathlib import Path

from tests.rigs.defects import table

PROOF = Path(__file__).parents[3] / "docs" / "proof.md"
HEADING = "## Planted defects\n\n"

before, _, _ = PROOF.read_text("utf-8").partition(HEADING)
PROOF.write_text(before + HEADING + table(), "utf-8")
print(table(), end="")
