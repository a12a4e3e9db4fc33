"""SQL words the counting shares: the same on SQLite and PostgreSQL."""

from typing import Any

from sqlalchemy import ColumnElement, String, case
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from jobfair.applications.rules import REACHED, Stage


class UtcHour(FunctionElement[str]):
    """The hour an instant lies in, in UTC, as text like ``2022-11-03 01``."""

    name = "utc_hour"
    type = String()
    inherit_cache = True


@compiles(UtcHour)
def _cut_text(element: UtcHour, compiler: SQLCompiler, **more: Any) -> str:
    """Instants are stored as UTC text, so an hour is its first thirteen letters."""
    return f"substr({compiler.process(element.clauses, **more)}, 1, 13)"


@compiles(UtcHour, "postgresql")
def _write_out(element: UtcHour, compiler: SQLCompiler, **more: Any) -> str:
    instant = compiler.process(element.clauses, **more)
    return f"to_char({instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"


class ProfileField(FunctionElement[str]):
    """A field of the profile that was sent, as text; NULL when it is not there."""

    name = "profile_field"
    type = String()
    inherit_cache = True


@compiles(ProfileField)
def _from_json(element: ProfileField, compiler: SQLCompiler, **more: Any) -> str:
    document, name = (compiler.process(part, **more) for part in element.clauses)
    return f"json_extract({document}, '$.' || {name})"


@compiles(ProfileField, "postgresql")
def _from_cast_json(element: ProfileField, compiler: SQLCompiler, **more: Any) -> str:
    document, name = (compiler.process(part, **more) for part in element.clauses)
    return f"(CAST({document} AS json) ->> CAST({name} AS text))"


def level_of(stage: Any) -> ColumnElement[int]:
    """Return how far a stage is: 0 new, then the place in ``REACHED``.

    An application marked unsuitable has been looked at, so it stands at 1.
    """
    steps = [(stage == reached, at) for at, reached in enumerate(REACHED, start=1)]
    return case(*steps, (stage == Stage.UNSUITABLE, 1), else_=0)
