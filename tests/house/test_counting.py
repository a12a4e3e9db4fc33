"""Nothing outside tally counts: pages show numbers, they do not make any."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted((ROOT / "jobfair" / "web" / "pages").rglob("*.py"))
COUNTS = {"sum", "Counter"}
ALLOWED = {("company/context.py", "sum((one.met for one in found))")}
"""Which of a position's requirements one applicant meets: no number of the fair."""


def counted(path: Path) -> set[tuple[str, str]]:
    """Return (file, expression) of everything that adds up."""
    name = "/".join(path.parts[-2:])
    tree = ast.parse(path.read_text("utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    found = {(name, ast.unparse(node)) for node in calls if ast.unparse(node.func) in COUNTS}
    grown = (node for node in ast.walk(tree) if isinstance(node, ast.AugAssign))
    return found | {
        (name, ast.unparse(node))
        for node in grown
        if isinstance(node.op, ast.Add) and isinstance(node.target, ast.Subscript | ast.Attribute)
    }


@pytest.mark.parametrize("path", PAGES, ids=lambda path: "/".join(path.parts[-2:]))
def test_pages_show_numbers_and_make_none(path):
    assert counted(path) <= ALLOWED


def test_templates_add_up_nothing():
    templates = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "reports").rglob("*.html")]
    summing = {path.name for path in templates if "|sum(" in path.read_text("utf-8")}

    assert summing <= SUMMING


SUMMING = {"report.html"}
"""The annex adds up its own column of positions; ``test_sentences`` holds it to the steps."""


def test_the_search_finds_what_it_looks_for(tmp_path):
    file = tmp_path / "page.py"
    file.write_text("found = {}\nfound['a'] += 1\ntotal = sum(found.values())\n")

    assert {expression for _, expression in counted(file)} == {
        "found['a'] += 1", "sum(found.values())",
    }  # fmt: skip
