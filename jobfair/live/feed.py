"""Feeds: a topic changes, the part is rendered once, every reader gets the newest one.

A feed hears of changes before the first part of a reader is rendered, and the reader gets every
later change: none falls in between, and no reader starts with a part rendered before it joined.
Changes close together become one frame.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from jobfair.live.rights import Revocations

log = logging.getLogger(__name__)

Render = Callable[[], Awaitable[str]]

SHORTEST_TICK = 0.25
COALESCE_WINDOW = 0.02
"""Seconds in which joining readers share one rendering: a storm of them costs 50 a second."""
TRY_AGAIN = 1.0
READERS_PER_SECOND = 10_000
"""Less than half of what one core can send to; the tick grows so that more is never asked for."""
AT_ONCE = 100


class Reader(Protocol):
    """Takes frames. It may skip some, but must not show an older one after a newer one."""

    def put(self, frame: str) -> None:
        """Take a frame without waiting; an older one that is still here is forgotten."""


class Feed:
    """All readers of the same part in the same language."""

    def __init__(self, hub: "Hub", key: tuple[str, str], render: Render) -> None:
        self.key = key
        self._hub = hub
        self._render = render
        self._one_at_a_time = asyncio.Lock()
        self._begun = self._shown = 0
        self._newest = ""
        self.readers: set[Reader] = set()
        self.joining = 0
        """Readers whose first frame is being rendered."""
        self.stale = asyncio.Event()
        self.task = asyncio.create_task(self.serve())

    async def fresh(self) -> str:
        """Return a frame whose rendering began after this call.

        Renderings of a feed follow one another, so a later frame never shows an earlier state;
        all who ask during one rendering share the next one. Give what is returned to readers
        before awaiting anything else, or a newer frame may be overtaken.
        """
        asked = self._begun
        async with self._one_at_a_time:
            if self._shown <= asked:
                await asyncio.sleep(COALESCE_WINDOW)
                self._begun += 1
                self._hub.rendered += 1
                self._newest = await self._render()
                self._shown = self._begun
            return self._newest

    async def serve(self) -> None:
        """Render and send until cancelled; what could not be rendered is tried again."""
        while True:
            await self.stale.wait()
            self.stale.clear()
            try:
                await self.fresh()
            except Exception:
                log.exception("a live part could not be rendered")
                self.stale.set()
                await asyncio.sleep(TRY_AGAIN)
            else:
                await self._hand_out()
            await asyncio.sleep(max(SHORTEST_TICK, len(self.readers) / READERS_PER_SECOND))

    async def _hand_out(self) -> None:
        """Give the newest frame to every reader, a few at a time: others use the loop as well.

        A frame rendered meanwhile takes the older one's place, so no reader ever goes back.
        """
        readers = list(self.readers)
        for at in range(0, len(readers), AT_ONCE):
            for reader in readers[at : at + AT_ONCE]:
                reader.put(self._newest)
            await asyncio.sleep(0)


class Hub:
    """All feeds of this process, by topic and by what is rendered."""

    def __init__(self) -> None:
        self._feeds: dict[tuple[str, str], Feed] = {}
        self.rights = Revocations()
        self.rendered = 0
        """How often a part has been rendered since the start."""

    @property
    def readers(self) -> int:
        """Return how many sockets are being served."""
        return sum(len(feed.readers) for feed in self._feeds.values())

    def announce(self, topics: frozenset[str]) -> None:
        """Mark every feed of these topics as stale. Called after a commit, on the loop."""
        self.rights.end(topics)
        for (topic, _), feed in self._feeds.items():
            if topic in topics:
                feed.stale.set()

    def resync(self) -> None:
        """Mark every feed as stale: changes may have been missed."""
        self.rights.end_all()
        for feed in self._feeds.values():
            feed.stale.set()

    async def join(self, topic: str, part: str, render: Render, reader: Reader) -> Feed:
        """Give ``reader`` the ``part`` of ``topic`` now and after every change, until it leaves.

        ``part`` must name everything the rendering depends on besides the topic (template and
        language, say), for all who give the same names share one rendering. Whoever has joined
        must leave the returned feed; who could not be given a first frame has left already, and
        what the rendering raised is raised here.
        """
        key = (topic, part)
        if key not in self._feeds:
            self._feeds[key] = Feed(self, key, render)
        feed = self._feeds[key]
        feed.joining += 1
        try:
            reader.put(await feed.fresh())
            feed.readers.add(reader)
        finally:
            feed.joining -= 1
            self._end_if_unread(feed)
        return feed

    def leave(self, feed: Feed, reader: Reader) -> None:
        """Give ``reader`` nothing more; a feed without readers ends."""
        feed.readers.discard(reader)
        self._end_if_unread(feed)

    def _end_if_unread(self, feed: Feed) -> None:
        if not feed.readers and not feed.joining and self._feeds.get(feed.key) is feed:
            self._feeds.pop(feed.key).task.cancel()
