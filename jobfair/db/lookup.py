"""Prepared lookups of a few rows by one statement: the session of a request, a fair's version.

One statement sees one consistent state by itself, and these are asked with every request. A session
with its transaction costs about ten times what such a statement costs, and a connection of the
engine's two to three times what the driver does by itself; so the driver is asked here.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Dialect, Engine, PoolProxiedConnection, Result, Select
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import TypeEngine

Asked = Select[*tuple[Any, ...]]
Rows = list[tuple[Any, ...]]


class PreparedLookup:
    """Takes the place of a session in queries that ask one statement and nothing else."""

    def __init__(self, engine: Engine | AsyncEngine) -> None:
        """``engine`` commits by itself. A synchronous one (SQLite) is asked in this thread."""
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None
        self._prepared: dict[Asked, _Prepared] = {}
        self._errors = engine.dialect.loaded_dbapi.Error

    async def execute(self, statement: Asked, facts: Mapping[str, Any]) -> Result[Any]:
        """Return what is found.

        ``statement`` must be a constant: its compiled form is cached for ever.

        Raises:
            DBAPIError: what the driver raised, of the same kind.

        """
        prepared = self._prepared.get(statement)
        if prepared is None:
            prepared = self._prepared[statement] = _Prepared(statement, self._engine.dialect)
        given = prepared.given(facts)
        try:
            if isinstance(self._engine, AsyncEngine):
                found = await _ask_server(self._engine, prepared.text, given)
            else:
                found = self._ask_directly(self._engine, prepared.text, given)
        except self._errors as error:
            raise self._wrapped(prepared.text, error) from error
        return prepared.result(found)

    def _wrapped(self, text: str, error: Exception) -> DBAPIError:
        """Return the error as sessions raise it, so that its kind is known everywhere."""
        found = DBAPIError.instance(
            text, None, error, self._errors, hide_parameters=True, dialect=self._engine.dialect
        )
        assert isinstance(found, DBAPIError), "the driver's own errors are wrapped"
        return found

    def _ask_directly(self, engine: Engine, text: str, given: Any) -> Rows:
        if self._connection is None:
            self._connection = engine.raw_connection()
        try:
            driver: Any = self._connection.driver_connection
            found: Rows = driver.execute(text, given).fetchall()
        except BaseException:
            self.close()
            raise
        return found

    def close(self) -> None:
        """Give the connection back; the next lookup opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


async def _ask_server(engine: AsyncEngine, text: str, given: Any) -> Rows:
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        cursor = await driver.execute(text, given, prepare=True)
        found: Rows = await cursor.fetchall()
    return found


class _Prepared:
    """A statement as the driver takes it, and the way of values in and out."""

    def __init__(self, statement: Asked, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._order = compiled.positiontup if compiled.positional else None
        self._constant = {
            name: bind.value for name, bind in compiled.binds.items() if not bind.required
        }
        self._takes = {
            name: convert
            for name, bind in compiled.binds.items()
            if (convert := _kind(bind.type, dialect).bind_processor(dialect))
        }
        columns = list(statement.selected_columns)
        self._gives = [
            (at, convert)
            for at, column in enumerate(columns)
            if (convert := _kind(column.type, dialect).result_processor(dialect, None))
        ]
        self._names = SimpleResultMetaData([str(column.key) for column in columns])

    def given(self, facts: Mapping[str, Any]) -> dict[str, Any] | list[Any]:
        given: dict[str, Any] = {**self._constant, **facts}
        for name, convert in self._takes.items():
            given[name] = convert(given[name])
        return given if self._order is None else [given[name] for name in self._order]

    def result(self, found: Rows) -> Result[Any]:
        rows = [list(row) for row in found]
        for row in rows:
            for at, convert in self._gives:
                row[at] = convert(row[at])
        return IteratorResult(self._names, iter(map(tuple, rows)))


def _kind(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)
