"""Kept sums: add amounts to rows by key, making the rows that are not there yet."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from jobfair.db.base import Base


async def increment(
    session: AsyncSession,
    table: type[Base],
    rows: Sequence[dict[str, Any]],
    *,
    key: Sequence[str],
    amounts: Sequence[str],
) -> None:
    """Add ``amounts`` of ``rows`` (each key at most once) to a table, in one statement.

    Rows are taken in the order of their key, so that two transactions that touch the same sums
    always lock them in the same order.
    """
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in key))
    dialect = session.get_bind().dialect.name
    await session.execute(_adding(dialect, table, tuple(key), tuple(amounts)), ordered)


def upsert(dialect: str, table: Any) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that may say what to do ``on_conflict``, in the words of the database."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _adding(
    dialect: str, table: type[Base], key: tuple[str, ...], amounts: tuple[str, ...]
) -> Executable:
    statement = upsert(dialect, table.metadata.tables[table.__tablename__])
    columns = table.__table__.c
    return statement.on_conflict_do_update(
        index_elements=list(key),
        set_={name: columns[name] + statement.excluded[name] for name in amounts},
    )
