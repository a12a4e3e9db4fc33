"""What the tests of pages share: reading a page, counting statements, looking at the ledger."""

import contextlib
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import event, select

from jobfair.applications.models import Application
from jobfair.db import PreparedLookup, Session
from jobfair.fairs.actions import pause_fair
from jobfair.fairs.models import Fair
from jobfair.people.models import Account
from jobfair.people.rules import Role
from jobfair.tally.models import Closing
from jobfair.web.http.dependencies import Services
from tests.builders import CLOSES, NOW, OPENS, make_account
from tests.forms import form_on

BEFORE = OPENS - timedelta(hours=1)
AFTER = CLOSES + timedelta(hours=1)
TOO_YOUNG = date(2012, 1, 1)


async def ledger(session: Session) -> list[tuple[str, str]]:
    """Return receipt and stage of everything in the ledger."""
    rows = await session.execute(
        select(Application.receipt, Application.stage).order_by(Application.seq)
    )
    return [(row.receipt, str(row.stage)) for row in rows]


async def latch(session: Session, fair_id: int, *, edition: bool = False) -> None:
    fair = await session.get_one(Fair, fair_id)
    fair.latched_at, fair.latch_seq = CLOSES, fair.ledger_seq
    if edition:
        session.add(
            Closing(
                fair_id=fair_id, edition=1, frozen_at=CLOSES, seq=fair.ledger_seq, record={},
                sha256="",
            )
        )  # fmt: skip


async def pause(session: Session, fair_id: int) -> None:
    await pause_fair(session, fair_id=fair_id, reason="Listrik padam.", now=NOW, account_id=None)


async def change(session: Session, kind: type[Any], at: int, **values: Any) -> None:
    row = await session.get_one(kind, at)
    for name, value in values.items():
        setattr(row, name, value)


async def accounts(session: Session) -> int:
    return len((await session.scalars(select(Account.id))).all())


def staff(role: Role, name: str, **more: Any) -> Account:
    return make_account(role, name_to_sign_in=name, **more)


@contextlib.contextmanager
def statements(services: Services) -> Iterator[list[str]]:
    """Collect the SELECTs that run meanwhile."""
    ran: list[str] = []

    def note(_c: Any, _k: Any, text: str, *_: Any) -> None:
        if text.lstrip().upper().startswith("SELECT"):
            ran.append(text)

    async def lookup(statement: Any, facts: Any) -> Any:
        ran.append(str(statement.compile(dialect=database.lookup_engine.dialect)))
        return await PreparedLookup.execute(database.lookup, statement, facts)

    database = services.database
    asked = {database.page_reader, database.report_reader.sync_engine}
    for engine in asked:
        event.listen(engine, "before_cursor_execute", note)
    database.lookup.execute = lookup  # type: ignore[method-assign]
    try:
        yield ran
    finally:
        del database.lookup.execute
        for engine in asked:
            event.remove(engine, "before_cursor_execute", note)


def send(client: Any, page: str, **typed: str) -> Any:
    """Fill in the card of a position page and send it."""
    answer = client.get(page)
    assert answer.status_code == 200, answer.text
    fields = form_on(answer.text, action="/lamar")
    return client.post(f"{page}/lamar", data={"consent": "ya"} | fields | typed)


def text_of(page: str) -> str:
    """Return the visible words of a page, spaces folded."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())
