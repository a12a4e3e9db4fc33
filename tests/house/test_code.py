"""The house rules a machine can check: imports, style, types, size."""

import ast
import subprocess
import sys
from collections import Counter
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
MACHINE_LONGEST = 5_000


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
        print(f"= {sum(rooms.values())}, at most {MACHINE_LONGEST}")
    assert sum(rooms.values()) <= MACHINE_LONGEST


PAGES_ROOT = ROOT / "jobfair" / "web" / "pages"
PAGES = sorted(PAGES_ROOT.rglob("*.py"))
FRAMEWORK = {"ASGIConnection", "Request", "Response"}
"""Types of the framework, whose own parameters say nothing of the domain."""
HANDLERS = ["list[Any]"]
LEFT = {
    "company/context.py": ["Mapping[str, Any]", "dict[str, Any]", "dict[str, Any]"],
    "company/view.py": ["Mapping[str, Any]"],
    "organiser/acts.py": ["dict[str, Any]"],
    "organiser/audit_text.py": ["Mapping[str, Any]", "Mapping[str, Any]"],
    "organiser/overview.py": ["dict[str, Any]"],
    "organiser/reviewers.py": ["dict[str, Any]", "dict[str, Any]"],
    "public/wall.py": ["dict[str, Any]"],
    "shared/posting.py": ["dict[str, Any]", "dict[str, Any]"],
}
"""What a template takes, and stored JSON: the places that are left may only become fewer."""


def is_loose(annotation: ast.AST) -> bool:
    """Tell whether ``Any`` stands anywhere in a type but as the framework's own parameter."""
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in FRAMEWORK:
        return False
    named = isinstance(annotation, ast.Name) and annotation.id == "Any"
    return named or any(map(is_loose, ast.iter_child_nodes(annotation)))


def loose_types(source: str) -> list[str]:
    """Return every annotation of a module that is loose."""
    nodes = list(ast.walk(ast.parse(source)))
    said = [getattr(node, name, None) for node in nodes for name in ("annotation", "returns")]
    return [ast.unparse(one) for one in said if one is not None and is_loose(one)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_names_the_types_of_what_it_shows(path):
    # ``Any`` would switch the type checker off exactly where most code is written.
    left = HANDLERS if path.name == "__init__.py" else []
    left = left + LEFT.get(path.relative_to(PAGES_ROOT).as_posix(), [])

    assert Counter(loose_types(path.read_text("utf-8"))) - Counter(left) == Counter()


@pytest.mark.parametrize(
    ("source", "loose"),
    [
        ("def show(a: Any) -> None: ...", ["Any"]),
        ("def show() -> dict[str, Any]: ...", ["dict[str, Any]"]),
        ("x: Sequence[Mapping[str, Any]] | None", ["Sequence[Mapping[str, Any]] | None"]),
        ("async def f(*a: Any, **k: list[Any]): ...", ["Any", "list[Any]"]),
        ("def show(r: Request[Any, Any, Any]) -> Response[Any]: ...", []),
        ("def show(a: dict[str, Response[Any]]) -> Anything: ...", []),
    ],
)
def test_any_is_found_inside_of_other_types(source, loose):
    assert loose_types(source) == loose
