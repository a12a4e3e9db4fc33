"""Everything that happens by itself, and how often. Add a line here or it never runs.

Each job asks what should be true now and makes it so: running it twice, late or never changes
no number. The window is judged where applications are written, not here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from jobfair.applicants.actions.registering import forget_unfinished
from jobfair.clock import Clock
from jobfair.credentials.actions.codes import forget_expired_codes
from jobfair.cvs import actions as cvs
from jobfair.db import Database
from jobfair.documents import actions as documents
from jobfair.drafts.actions import forget_old_drafts
from jobfair.fairday.actions.reminding import remind
from jobfair.fairday.queries import editions_since, fairs_to_close
from jobfair.fairs import queries as fairs
from jobfair.fairs.actions import announce_phase
from jobfair.fairs.rules import Phase
from jobfair.intake.closing import close_when_drained
from jobfair.intake.door import Door
from jobfair.keys import Keys
from jobfair.mailing.sender import Sender
from jobfair.outbox.rules import Channel
from jobfair.people.actions import forget_expired
from jobfair.positions.actions import tell_of_new
from jobfair.positions.queries import offers_of_fair, searched_fairs, searches_to_check
from jobfair.positions.rules.index import build_index
from jobfair.positions.rules.synonyms import Synonyms, synonyms
from jobfair.privacy import actions as privacy
from jobfair.reporting.press import Press
from jobfair.store import Store
from jobfair.tally.queries.frozen import closing_of
from jobfair.tally.queries.versions import fair_version

PREPARED_FOR = timedelta(days=1)
"""For how long after its closing a fair's papers are printed before anybody asks."""


SEARCHED = frozenset({Phase.PUBLISHED, Phase.OPEN, Phase.PAUSED})
"""Phases in which a new position is news."""
TOLD_AT_ONCE = 100


@dataclass(frozen=True)
class Tools:
    """What a job may need."""

    database: Database
    clock: Clock
    door: Door
    store: Store
    press: Press
    keys: Keys
    sender: Sender
    words: Synonyms = field(default_factory=synonyms)


@dataclass(frozen=True)
class Job:
    """One line of the schedule."""

    name: str
    work: Callable[[Tools], Awaitable[None]]
    seconds: int


async def announce_phases(tools: Tools) -> None:
    """Tell open pages of every fair whose phase has changed."""
    async with tools.database.snapshot() as session:
        running = await fairs.unlatched_fair_ids(session)
    for fair_id in running:
        async with tools.database.transaction() as session:
            await announce_phase(session, fair_id=fair_id, now=tools.clock.now())


async def remind_people(tools: Tools) -> None:
    """Write to those whose saved position has opened, or whose draft is not sent yet."""
    async with tools.database.snapshot() as session:
        running = await fairs.unlatched_fair_ids(session)
    for fair_id in running:
        async with tools.database.transaction() as session:
            await remind(session, fair_id=fair_id, now=tools.clock.now())


async def close(tools: Tools) -> None:
    """Set the latch of every fair whose window has ended."""
    async with tools.database.snapshot() as session:
        ended = await fairs_to_close(session, tools.clock.now())
    for fair_id in ended:
        await close_when_drained(
            tools.database,
            tools.clock,
            tools.door,
            keys=tools.keys,
            fair_id=fair_id,
            account_id=None,
        )


async def print_papers(tools: Tools) -> None:
    """Print the papers of fairs that have just closed, so that they are there when people ask.

    Not part of closing a fair, which neither waits for this nor fails with it.
    """
    async with tools.database.snapshot() as session:
        newest = await editions_since(session, tools.clock.now() - PREPARED_FOR)
    for fair_id, edition in newest:
        if not tools.press.was_prepared(fair_id, edition):
            async with tools.database.snapshot() as session:
                closing = await closing_of(session, fair_id, edition, trusted=tools.keys.public_key)
            if closing is not None:
                await tools.press.prepare(closing)


async def tidy(tools: Tools) -> None:
    """Forget browsers whose sign-in has run out, old drafts, and registrations left half-way."""
    async with tools.database.transaction() as session:
        await forget_expired(session, now=tools.clock.now())
        await forget_expired_codes(session, now=tools.clock.now())
        await forget_old_drafts(session, now=tools.clock.now())
        await forget_unfinished(session, now=tools.clock.now())


async def let_go(tools: Tools) -> None:
    """Delete the accounts and looks that were kept for as long as was promised."""
    async with tools.database.transaction() as session:
        await privacy.let_go(session, keys=tools.keys, now=tools.clock.now())


async def tell_of_new_positions(tools: Tools) -> None:
    """Tell those who saved a search of positions that fit it and appeared since."""
    async with tools.database.snapshot() as session:
        searched = await searched_fairs(session)
    for fair_id in searched:
        async with tools.database.snapshot() as session:
            fair = await fairs.fair_by_id(session, fair_id)
            version = await fair_version(session, fair.slug)
            if version is None or version.phase(tools.clock.now()) not in SEARCHED:
                continue
            if not await searches_to_check(session, fair_id, version.defined, most=1):
                continue
            offers = await offers_of_fair(session, fair_id)
        index = await asyncio.to_thread(build_index, offers, tools.words)
        more = True
        while more:
            async with tools.database.transaction() as session:
                found = await searches_to_check(
                    session, fair_id, version.defined, most=TOLD_AT_ONCE, lock=True
                )
                more = bool(found)
                await tell_of_new(
                    session, index, found, defined=version.defined, now=tools.clock.now()
                )


async def give_up(tools: Tools) -> None:
    """Mark uploads that were never finished, and CVs that no company may read any more."""
    async with tools.database.transaction() as session:
        await documents.give_up(session, now=tools.clock.now())
        await cvs.give_up(session, now=tools.clock.now())


async def clear_away(tools: Tools) -> None:
    """Delete the bytes of removed documents, then their rows.

    Cut off in between, the next run deletes what is not there any more and goes on.
    """
    async with tools.database.snapshot() as session:
        names = await documents.leaving(session)
    for name in names:
        await tools.store.delete(name)
    if names:
        async with tools.database.transaction() as session:
            await documents.forget(session, names)


async def distribute(tools: Tools) -> None:
    """Make the deliveries of messages; without any channel they are in the inbox alone."""
    await tools.sender.distribute()


async def send_email(tools: Tools) -> None:
    """Hand over the mails that are due."""
    await tools.sender.send(Channel.EMAIL)


async def send_to_gateway(tools: Tools) -> None:
    """Hand over what is due for telephones."""
    await tools.sender.send(Channel.GATEWAY)


SCHEDULE = (
    Job("tell open pages when a fair opens, pauses or closes", announce_phases, seconds=1),
    Job("set the latch of fairs whose window has ended", close, seconds=1),
    Job("print the papers of fairs that have just closed", print_papers, seconds=2),
    Job("remind of drafts, tell of saved positions", remind_people, seconds=60),
    Job("make the deliveries of messages", distribute, seconds=1),
    Job("send e-mail", send_email, seconds=1),
    Job("send to telephones", send_to_gateway, seconds=1),
    Job("tell of new positions in saved searches", tell_of_new_positions, seconds=60),
    Job("forget sign-ins that have run out", tidy, seconds=3600),
    Job("delete accounts that were not used for two years", let_go, seconds=3600),
    Job("mark documents that nobody needs", give_up, seconds=3600),
    Job("delete documents that were removed", clear_away, seconds=60),
)
