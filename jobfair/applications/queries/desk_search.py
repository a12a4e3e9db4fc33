"""Finding people among the applications to one position, as the desk shows them."""

import asyncio
import json
from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Text, select, type_coerce

from jobfair.applications.models import Application
from jobfair.applications.queries.desk import PAGE, Page, list_query, page_of
from jobfair.applications.rules import is_named, search_words
from jobfair.db import Session
from jobfair.positions.models import Position

NUMBER_SHORTEST = 3
"""Letters of a receipt number from which on it is looked for."""
SENT = type_coerce(Application.profile, Text)


async def rows_named(session: Session, *, company_id: int, position_id: int, words: str) -> Page:
    """Return the newest applications, at any stage, whose sent name or receipt fits ``words``.

    The name is the one the desk shows: as it was sent, not as the profile reads today. The sent
    profiles of the position are read and compared in a thread, for they may be thousands.
    """
    query = (
        select(
            Application.id,
            Application.receipt,
            SENT.label("sent"),
        )
        .join(Position, Position.id == Application.position_id)
        .where(Position.company_id == company_id, Application.position_id == position_id)
        .order_by(Application.seq.desc())
    )
    rows = (await session.execute(query)).all()
    found = await asyncio.to_thread(_fitting, rows, words)
    return await page_of(
        session, list_query(company_id, position_id).where(Application.id.in_(found))
    )


def _fitting(rows: Sequence[Any], words: str) -> list[int]:
    """Return the ids of one page and one more of the rows that fit, in their order."""
    wanted, number = search_words(words), "".join(search_words(words)).upper()
    fitting = (
        row.id
        for row in rows
        if is_named(json.loads(row.sent)["name"], wanted)
        or (len(number) >= NUMBER_SHORTEST and number in row.receipt.replace("-", ""))
    )
    return list(islice(fitting, PAGE + 1))
