"""The house rules a machine can check: imports, style, types, size."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MODULES = sorted((ROOT / "jobfair").rglob("*.py"))
LONGEST = 300


def run(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_imports_go_down_the_floors():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_is_content():
    run("ruff", "check", "--no-cache", ".")


def test_the_code_is_formatted():
    run("ruff", "format", "--no-cache", "--check", ".")


def test_the_types_are_strict():
    run("mypy")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_can_be_read_in_one_sitting(path):
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


ROOMS = ("db", "live", "store", "intake", "web/http", "jobs")
SERVING = ("cli/serve.py",)
MACHINE_GOAL = 5_000
MACHINE_LONGEST = 5_800
"""It may only shrink until it is at its goal: docs/decisions.md tells what stands in the way."""


def lines_of(paths) -> int:
    return sum(len(path.read_text("utf-8").splitlines()) for path in paths)


def test_the_machine_stays_within_its_budget(capsys):
    # What carries the fair must not outgrow it: db, live, store, intake, web/http, jobs, serving.
    package = ROOT / "jobfair"
    rooms = {
        room: lines_of(p for p in (package / room).rglob("*.py") if "versions" not in p.parts)
        for room in ROOMS
    }
    rooms["serving"] = lines_of(package / name for name in SERVING)
    with capsys.disabled():
        print("\nmachine:", ", ".join(f"{room} {n}" for room, n in rooms.items()), end=" ")
        print(f"= {sum(rooms.values())}, at most {MACHINE_LONGEST}, goal {MACHINE_GOAL}")
    assert sum(rooms.values()) <= MACHINE_LONGEST


PAGES = sorted((ROOT / "jobfair" / "web" / "pages").rglob("*.py"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_names_the_types_of_what_it_shows(path):
    # ``Any`` would switch the type checker off exactly where most code is written.
    loose = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for said in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if isinstance(said, ast.Name) and said.id == "Any"
    ]
    assert loose == []
