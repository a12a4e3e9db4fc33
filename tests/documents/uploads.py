"""Uploading as the page does, being cut off, and the jobs that clear away."""

from datetime import datetime

from jobfair.cvs import actions as cvs
from jobfair.db import Database
from jobfair.documents import actions
from jobfair.documents.rules import Kind
from jobfair.jobs.schedule import Tools, clear_away, give_up
from jobfair.store import Store
from jobfair.store.folder import FolderStore
from tests.builders import KEYS, NOW
from tests.mailing.sending import make_sender
from tests.reporting.printing import fake_press


async def upload_cv(
    database: Database,
    store: Store,
    account_id: int,
    content: bytes = b"isi",
    *,
    now: datetime = NOW,
    after: str = "",
) -> str:
    """Upload a CV and return its name; stop ``after`` "begin" or "put" when told to."""
    async with database.transaction() as session:
        begun = await cvs.begin_upload(
            session, keys=KEYS, account_id=account_id, kind=Kind.PDF, size=len(content), now=now
        )
    if after == "begin":
        return begun.name
    await actions.write(store, begun, content)
    if after == "put":
        return begun.name
    async with database.transaction() as session:
        await cvs.finish_upload(session, account_id=account_id, name=begun.name, now=now)
    return begun.name


def tools_in(folder, database, clock):
    """Return what jobs need, with a store in ``folder``."""
    store = FolderStore(folder / "documents")
    return Tools(
        database, clock, None, store, fake_press(folder), KEYS, make_sender(database, clock)
    )


async def tidy(tools, now):
    """Let both jobs of documents run at an instant."""
    tools.clock.move_to(now)
    await give_up(tools)
    await clear_away(tools)


def names_in(store):
    """Return the names of everything in a folder."""
    return {path.name for path in store.folder.iterdir()} if store.folder.exists() else set()
