"""Looking up a few rows by one statement made beforehand: who is asking, where they apply.

One statement sees one consistent state by itself. A session with its transaction costs about ten
times what such a statement costs, and these are asked with every request. On PostgreSQL even a
connection of the engine's costs three times what the driver's own does, so that is asked here.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from sqlalchemy import Connection, Dialect, Engine, Result, Select
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import TypeEngine

Asked = Select[*tuple[Any, ...]]


class Glance:
    """Takes the place of a session in queries that ask one statement and nothing else."""

    def __init__(self, engine: Engine | AsyncEngine) -> None:
        """``engine`` commits by itself. A plain one (SQLite) is asked in place, in this thread."""
        self._engine = engine
        self._connection: Connection | None = None
        self._prepared: dict[Asked, _Prepared] = {}

    async def execute(self, statement: Asked, facts: Mapping[str, Any]) -> Result[Any]:
        """Return what is found; take all of it before awaiting anything else.

        ``statement`` is one that was made once and is kept: what it becomes is kept for ever.
        """
        if isinstance(self._engine, AsyncEngine):
            return await self._ask_driver(self._engine, statement, facts)
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            return self._connection.execute(statement, facts)
        except BaseException:
            self.close()
            raise

    async def _ask_driver(
        self, engine: AsyncEngine, statement: Asked, facts: Mapping[str, Any]
    ) -> Result[Any]:
        prepared = self._prepared.get(statement)
        if prepared is None:
            prepared = self._prepared[statement] = _Prepared(statement, engine.dialect)
        async with engine.connect() as connection:
            line: Any = (await connection.get_raw_connection()).driver_connection
            try:
                found = await line.execute(prepared.text, prepared.given(facts), prepare=True)
                return prepared.result(await found.fetchall())
            except psycopg.Error as error:
                raise OperationalError(prepared.text, None, error, hide_parameters=True) from error

    def close(self) -> None:
        """Give the connection back; the next look opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Prepared:
    """A statement as the driver takes it, and the way of values in and out."""

    def __init__(self, statement: Asked, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
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

    def given(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        given: dict[str, Any] = {**self._constant, **facts}
        for name, convert in self._takes.items():
            given[name] = convert(given[name])
        return given

    def result(self, found: list[tuple[Any, ...]]) -> Result[Any]:
        rows = [list(row) for row in found]
        for row in rows:
            for at, convert in self._gives:
                row[at] = convert(row[at])
        return IteratorResult(self._names, iter(map(tuple, rows)))


def _kind(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)
