"""Every sentence shown in two languages, found where it is written.

``python -m tests.house.words`` prints what the English catalogue lacks and what it keeps in vain.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from jobfair.applicants.rules.profile import DISABILITIES
from jobfair.applications.rules import STAGE_NAMES
from jobfair.companies.rules import KBLI_2020
from jobfair.errors import Invalid, NotFound, Overloaded
from jobfair.positions.rules import EDUCATION, EMPLOYMENT, WAGE_PERIODS
from jobfair.positions.rules.search import SORTS, SearchQuery, search
from jobfair.tally.queries.counters import StageCounts
from jobfair.web.http.errors import BY_STATUS
from jobfair.web.pages.organiser.audit_text import ACTS
from jobfair.web.pages.organiser.funnel import funnel_of
from jobfair.web.pages.organiser.overview import PHASE_WORDS
from jobfair.wording.language import AGO, CATALOGUE

ROOT = Path(__file__).parent.parent.parent
SAYS = {
    "Refused": 1,
    "NotFound": 0,
    "NotAllowed": 0,
    "Problem": 0,
    "JobFairError": 0,
    "TemporarilyUnavailable": 1,
    "translate": 0,
}
"""Calls whose argument at this place is a sentence."""
FOR_OPERATORS = ("jobfair/cli/", "jobfair/loading/")
"""Spoken at the command line, in Bahasa Indonesia only."""
TABLES: tuple[dict[Any, str], ...] = (
    ACTS, BY_STATUS, DISABILITIES, EDUCATION, EMPLOYMENT, KBLI_2020, PHASE_WORDS, SORTS,
    STAGE_NAMES,
)  # fmt: skip


def in_templates() -> set[tuple[str, ...]]:
    """Return (sentence,) or (for one, for many)."""
    found = set()
    for path in (ROOT / "templates").rglob("*.html"):
        with path.open("rb") as file:
            for _, _, said, _ in babel_extract(file, ("_", "ngettext"), (), {"silent": "false"}):
                words = said if isinstance(said, tuple) else (said,)
                found.add(tuple(dict.fromkeys(word for word in words if word)))
    return found - {()}


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "jobfair").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(FOR_OPERATORS):
            yield name, ast.parse(path.read_text("utf-8"))


def _texts(node: ast.expr, constants: dict[str, str]) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=other):
            return _texts(body, constants) + _texts(other, constants)
        case ast.Name(id=name) if name in constants:
            return [constants[name]]
    return []


def in_code() -> tuple[set[tuple[str, ...]], set[tuple[str, str]]]:
    """Return the sentences of calls, and (file, expression) of what cannot be read off the code."""
    trees = list(_trees())
    constants = {
        target.id: node.value.value
        for _, tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }
    found, unknown = set(), set()
    for name, tree in trees:
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            said = []
            called = getattr(call.func, "id", "")
            if called in SAYS and len(call.args) > SAYS[called]:
                said.append(call.args[SAYS[called]])
            for one in said:
                texts = _texts(one, constants)
                found |= {(text,) for text in texts}
                if not texts and not isinstance(one, ast.Constant):
                    unknown.add((name, ast.unparse(one)))
    return found, unknown


def in_tables() -> set[tuple[str, ...]]:
    """Return labels and units that pages look up."""
    results = search([], SearchQuery(), applicants={})
    funnel = funnel_of(accounts=0, applicants=0, stages=StageCounts())
    words = [text for table in TABLES for text in table.values()]
    words += [option.label for option in (*results.education, *results.experience)]
    words += [results.disability_friendly.label, results.wage_named.label]
    words += [step.label for step in (*funnel.people, *funnel.applications)]
    words += [f"per {period}" for period in WAGE_PERIODS] + [unit for _, unit in AGO]
    words += [Overloaded(1).message, Invalid({}).message, NotFound().message]
    return {(word,) for word in words}


def shown() -> set[tuple[str, ...]]:
    """Return everything that must have an English entry."""
    return in_templates() | in_code()[0] | in_tables()


def translated() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the English catalogue, in the order of its file.

    A sentence with two English forms is one entry with the same sentence for one and for many.
    """
    with CATALOGUE.open("rb") as file:
        entries = [entry for entry in read_po(file, abort_invalid=True) if entry.id]
    forms = {}
    for entry in entries:
        ids = (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)
        text = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)
        forms[ids[:1] if len(set(ids)) == 1 else ids] = text
    return forms


if __name__ == "__main__":
    wanted, held = shown(), translated()
    for words in sorted(wanted - held.keys()):
        print("missing", *words, sep="\n  ")
    for words in sorted(held.keys() - wanted):
        print("unused", *words, sep="\n  ")
