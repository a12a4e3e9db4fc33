"""Finding people among the applications to one position, as the desk shows them."""

import asyncio
from collections.abc import Sequence
from itertools import islice

from jobfair.applications.models import Application
from jobfair.applications.queries.desk import PAGE, Page, Row, list_query
from jobfair.applications.queries.sealed import read_sent, with_copy
from jobfair.applications.rules import is_named, search_words
from jobfair.db import Session
from jobfair.keys import Keys

NUMBER_SHORTEST = 3
"""Letters of a receipt number from which on it is looked for."""


async def rows_named(
    session: Session, keys: Keys, *, company_id: int, position_id: int, words: str
) -> Page:
    """Return the newest applications, at any stage, whose sent name or receipt fits ``words``.

    The name is the one the desk shows: as it was sent, not as the profile reads today. The sent
    profiles of the position are opened and compared in a thread, for they may be thousands.
    """
    query = list_query(company_id, position_id).order_by(Application.seq.desc())
    rows = [with_copy(Row, row) for row in await session.execute(query)]
    found = await asyncio.to_thread(_fitting, keys, rows, words)
    return Page(rows=found[:PAGE], more=len(found) > PAGE)


def _fitting(keys: Keys, rows: Sequence[Row], words: str) -> list[Row]:
    """Return one page and one more of the rows that fit, in their order."""
    wanted, number = search_words(words), "".join(search_words(words)).upper()
    fitting = (
        row
        for row in rows
        if is_named(read_sent(keys, row).profile["name"], wanted)
        or (len(number) >= NUMBER_SHORTEST and number in row.receipt.replace("-", ""))
    )
    return list(islice(fitting, PAGE + 1))
