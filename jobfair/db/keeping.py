"""Kept sums: add amounts to rows by key, making the rows that are not there yet."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from jobfair.db.base import Base


async def add_up(
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
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table).values(ordered)
    columns = table.__table__.c
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=list(key),
            set_={name: columns[name] + statement.excluded[name] for name in amounts},
        )
    )
