"""Live changes cross from node to node; nothing that breaks leaves an old number on a page."""

import asyncio
import contextlib

import pytest

from jobfair.db import Database, silence, topics
from jobfair.db.changes import mark_changed
from jobfair.db.migrations import upgrade
from jobfair.db.notes import LONGEST, read_note, write_note
from jobfair.errors import Overloaded
from jobfair.live import bus
from tests.doors import apply, count_rows, staged
from tests.nodes.crowd import crowd, cut_listeners, doing, until
from tests.nodes.proxy import wire

PEOPLE = 12


async def test_every_node_shows_every_application(shared_url, clock):
    async with crowd(shared_url, clock, count=3) as nodes:
        made = await staged(nodes[0].database, applicants=PEOPLE)
        async with contextlib.AsyncExitStack() as stack:
            for node in nodes:
                await stack.enter_async_context(node.watching(made.fair.id))

            for who in range(PEOPLE):
                await apply(nodes[who % 3].door, made, who)
            await until(lambda: all(node.seen[-1] == PEOPLE for node in nodes))

        for node in nodes:
            assert node.seen == sorted(node.seen)


async def test_what_is_rolled_back_is_told_to_nobody(shared_url, clock):
    async with crowd(shared_url, clock) as (here, there):
        heard = []
        there.hub.announce = heard.append

        with contextlib.suppress(ZeroDivisionError):
            async with here.database.transaction() as session:
                mark_changed(session, "fair:1")
                raise ZeroDivisionError
        async with here.database.transaction() as session:
            mark_changed(session, "fair:2")
        await until(lambda: bool(heard))

    assert heard == [frozenset({"fair:2"})]


async def test_a_node_announces_its_own_changes_once(shared_url, clock):
    async with crowd(shared_url, clock) as (here, there):
        own, other = [], []
        here.database.announce, here.hub.announce = own.append, own.append
        there.hub.announce = other.append

        async with here.database.transaction() as session:
            mark_changed(session, "fair:1")
        async with there.database.transaction() as session:
            mark_changed(session, "fair:2")
        await until(lambda: len(own) == 2 and bool(other))

    assert own == [frozenset({"fair:1"}), frozenset({"fair:2"})]


async def test_a_cut_listener_comes_back_and_misses_nothing(shared_url, clock):
    async with crowd(shared_url, clock) as (here, there):
        made = await staged(here.database, applicants=2)
        async with there.watching(made.fair.id):
            await apply(here.door, made, 0)
            await until(lambda: there.seen[-1] == 1)

            assert await cut_listeners(here.database) == 2
            await apply(here.door, made, 1)
            await until(lambda: there.seen[-1] == 2)
            await until(lambda: here.bus.hears and there.bus.hears)

    assert there.bus.resyncs >= 2


async def test_more_topics_than_fit_make_every_feed_read_again(shared_url, clock):
    async with crowd(shared_url, clock) as (here, there):
        made = await staged(here.database)
        async with there.watching(made.fair.id):
            before = there.bus.resyncs, len(there.seen)

            async with here.database.transaction() as session:
                for number in range(2000):
                    mark_changed(session, topics.position(number))
            await until(lambda: there.bus.resyncs > before[0] and len(there.seen) > before[1])


async def test_the_bus_ends_at_once(shared_url, clock):
    async with crowd(shared_url, clock) as (here, _), doing(here.bus.run()) as task:
        await asyncio.sleep(0.1)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=1)

    assert done == {task}


async def test_a_restarted_database_is_found_again(server, clock):
    first = Database(server.address)
    await upgrade(first)
    await first.close()
    async with crowd(server.address, clock) as (here, there):
        made = await staged(here.database, applicants=2)
        async with there.watching(made.fair.id):
            await asyncio.to_thread(server.crash)
            with pytest.raises(Overloaded):
                await apply(here.door, made, 0)
            await until(lambda: not there.bus.hears)
            await asyncio.to_thread(server.start)

            for who in range(2):
                await _insist(here.door, made, who)
            await until(lambda: there.seen[-1] == 2)
        assert await count_rows(here.database) == 2


async def _insist(door, made, who):
    while True:
        with contextlib.suppress(Overloaded):
            return await apply(door, made, who)
        await asyncio.sleep(0.05)


def test_a_note_says_who_and_what():
    note = write_note("a1", frozenset({"fair:2", "fair:1"}))

    assert note == "a1 fair:1 fair:2"
    assert read_note(note, "b2") == {"fair:1", "fair:2"}
    assert read_note(note, "a1") == frozenset()


@pytest.mark.parametrize(("letters", "fits"), [(LONGEST - 3, True), (LONGEST - 2, False)])
def test_a_note_that_does_not_fit_says_everything(letters, fits):
    topic = "x" * letters

    assert read_note(write_note("a1", frozenset({topic})), "b2") == ({topic} if fits else None)


async def test_a_line_that_is_reset_or_falls_silent_costs_no_number(shared_url, clock, monkeypatch):
    monkeypatch.setattr(bus, "PULSE", 0.1)
    monkeypatch.setattr(silence, "ANSWER_WITHIN", 2.0)
    async with crowd(shared_url, clock, count=1) as (here,), wire(shared_url) as (line, far):
        made = await staged(here.database, applicants=3)
        async with crowd(far, clock, count=1) as (there,), there.watching(made.fair.id):
            await apply(here.door, made, 0)
            await until(lambda: there.seen[-1] == 1)

            line.cut()
            await apply(here.door, made, 1)
            await until(lambda: there.seen[-1] == 2)

            line.silent = True
            await apply(here.door, made, 2)
            await until(lambda: not there.bus.hears)
            line.silent = False
            line.cut()
            await until(lambda: there.seen[-1] == 3)
