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


@cache
def _adding(
    dialect: str, table: type[Base], key: tuple[str, ...], amounts: tuple[str, ...]
) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table.metadata.tables[table.__tablename__])
    columns = table.__table__.c
    return statement.on_conflict_do_update(
        index_elements=list(key),
        set_={name: columns[name] + statement.excluded[name] for name in amounts},
    )


async def increment_capped(
    session: AsyncSession,
    table: type[Base],
    row: dict[str, Any],
    *,
    key: Sequence[str],
    amount: str,
    most: int,
) -> bool:
    """Add ``row``'s amount to the row of its key as long as the sum stays within ``most``.

    One statement, so that no two of them together can go beyond; a new row is made as given.
    """
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table).values(row)
    columns = table.__table__.c
    grown = columns[amount] + statement.excluded[amount]
    added = await session.execute(
        statement.on_conflict_do_update(
            index_elements=list(key), set_={amount: grown}, where=grown <= most
        ).returning(columns[amount])
    )
    return added.first() is not None
