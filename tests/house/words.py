"""Every sentence shown in two languages, found where it is written.

``python -m tests.house.words`` prints what the English catalogue lacks and what it keeps in vain.
"""

import ast
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from babel.messages.frontend import parse_keywords
from babel.messages.pofile import read_po

from jobfair.applicants.rules.profile import DISABILITIES
from jobfair.applications.rules import STAGE_NAMES
from jobfair.audit.rules import Act
from jobfair.companies.rules import KBLI_2020
from jobfair.errors import InternalFault, Invalid, NotFound, Overloaded
from jobfair.outbox.rules import Reason
from jobfair.positions.rules import EDUCATION, EMPLOYMENT, WAGE_PERIODS
from jobfair.positions.rules.index import build_index
from jobfair.positions.rules.search import search
from jobfair.positions.rules.synonyms import synonyms
from jobfair.positions.rules.wishes import SORTS, SearchQuery
from jobfair.tally.rules.funnel import STEP_NAMES
from jobfair.web.http.errors import BY_STATUS
from jobfair.web.pages.organiser.overview import PHASE_WORDS
from jobfair.wording.dates import AGO
from jobfair.wording.language import CATALOGUE

ROOT = Path(__file__).parent.parent.parent
MAPPINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]["mappings"]
TABLES: tuple[dict[Any, str], ...] = (
    BY_STATUS, DISABILITIES, EDUCATION, EMPLOYMENT, KBLI_2020, PHASE_WORDS, SORTS,
    STAGE_NAMES,
)  # fmt: skip


def _message(ids: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return (sentence,) or (for one, for many); one that counts alike in both is one sentence."""
    return (ids,) if isinstance(ids, str) else tuple(dict.fromkeys(ids))


@cache
def extracted() -> frozenset[tuple[str, ...]]:
    """Return what ``pybabel extract -F pyproject.toml`` finds in code and templates."""
    with TemporaryDirectory() as folder:
        template = Path(folder, "messages.pot")
        subprocess.run(
            [sys.executable, "-m", "babel.messages.frontend", "-q", "extract",
             "-F", "pyproject.toml", "--no-default-keywords", "-k", "_", "-o", template, "."],
            cwd=ROOT, check=True,
        )  # fmt: skip
        with template.open("rb") as file:
            return frozenset(_message(entry.id) for entry in read_po(file) if entry.id)


def unread() -> set[tuple[str, str]]:
    """Return (file, expression) of what is said by a call and not extracted from it.

    A name is none of them when ``gettext_noop`` marks what it stands for.
    """
    literal = {repr(words[0]) for words in extracted()}
    keywords = parse_keywords(MAPPINGS[1]["keywords"])
    paths = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "jobfair").rglob("*.py")}
    calls = [
        (name, node)
        for name, path in sorted(paths.items())
        if not any(fnmatch(name, one) for one in MAPPINGS[0]["pattern"])
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    ]
    marked = {
        target.id
        for _, node in calls
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if getattr(node.value.func, "id", "") == "gettext_noop"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = set()
    for name, node in calls:
        called = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if called in keywords:
            at = (keywords[called] or (1,))[0] - 1
            found |= {(name, ast.unparse(argument)) for argument in node.args[at : at + 1]}
    return {one for one in found if one[1] not in marked | literal}


def in_tables() -> set[tuple[str, ...]]:
    """Return labels and units that pages look up."""
    results = search(build_index([], synonyms()), SearchQuery(), applicants={})
    words = [text for table in TABLES for text in table.values()]
    words += [one.sentence for one in (*Act, *Reason)]
    words += [option.label for option in (*results.education, *results.experience)]
    words += [option.label for option in (*results.sector, *results.wage_floors)]
    words += [results.disability_friendly.label, results.wage_named.label, results.few.label]
    words += STEP_NAMES.values()
    words += [f"per {period}" for period in WAGE_PERIODS] + [unit for _, unit in AGO]
    words += [kind.message for kind in (Overloaded(1), InternalFault(), Invalid({}), NotFound())]
    return {(word,) for word in words}


def shown() -> set[tuple[str, ...]]:
    """Return everything that must have an English entry."""
    return extracted() | in_tables()


def translated() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the English catalogue, in the order of its file.

    A sentence with two English forms is one entry with the same sentence for one and for many.
    """
    with CATALOGUE.open("rb") as file:
        entries = [entry for entry in read_po(file, abort_invalid=True) if entry.id]
    return {
        _message(entry.id): (entry.string,)
        if isinstance(entry.string, str)
        else tuple(entry.string)
        for entry in entries
    }


if __name__ == "__main__":
    wanted, held = shown(), translated()
    for words in sorted(wanted - held.keys()):
        print("missing", *words, sep="\n  ")
    for words in sorted(held.keys() - wanted):
        print("unused", *words, sep="\n  ")
