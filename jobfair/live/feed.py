"""Feeds: a topic changes, the part is rendered once, every reader gets the newest one.

A reader subscribes first and gets a full part at once, so no change can fall in between. Changes
that come close together are drained into one frame. A reader has one slot: a slow one skips to
the newest frame and never builds up a backlog.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

log = logging.getLogger(__name__)

Render = Callable[[], Awaitable[str]]

SHORTEST_TICK = 0.25
TRY_AGAIN = 1.0
READERS_PER_SECOND = 6000
"""A third of what one core can send to; the tick grows so that more is never asked for."""
AT_ONCE = 100


class Slot:
    """The newest frame one reader has not taken yet."""

    __slots__ = ("_frame", "_full", "_over")

    def __init__(self) -> None:
        self._frame = ""
        self._full = asyncio.Event()
        self._over = False

    def put(self, frame: str) -> None:
        """Replace whatever waits here."""
        self._frame = frame
        self._full.set()

    def end(self) -> None:
        """Let the reader go: nothing more will be taken."""
        self._over = True
        self._full.set()

    async def take(self) -> str | None:
        """Wait for a frame and take it; None when the slot was ended."""
        await self._full.wait()
        self._full.clear()
        return None if self._over else self._frame


class Feed:
    """Everybody who watches the same part in the same language."""

    def __init__(self, render: Render) -> None:
        self._render = render
        self._one_at_a_time = asyncio.Lock()
        self._begun = self._shown = 0
        self._newest = ""
        self.readers: set[Slot] = set()
        self.stale = asyncio.Event()

    async def fresh(self) -> str:
        """Return a frame whose rendering began after this call.

        Renderings of a feed follow one another, so a later frame never shows an earlier state;
        all who ask during one rendering share the next one. Put what is returned into slots
        before awaiting anything else, or a newer frame may be overtaken.
        """
        asked = self._begun
        async with self._one_at_a_time:
            if self._shown <= asked:
                self._begun += 1
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
        """Put the newest frame into every slot, a few at a time: others use the loop as well.

        A frame rendered meanwhile takes the older one's place, so no slot ever goes back.
        """
        readers = list(self.readers)
        for at in range(0, len(readers), AT_ONCE):
            for slot in readers[at : at + AT_ONCE]:
                slot.put(self._newest)
            await asyncio.sleep(0)


class Hub:
    """All feeds of this process, by topic and by what is rendered."""

    def __init__(self) -> None:
        self._feeds: dict[tuple[str, str], Feed] = {}
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}
        self.rendered = 0
        """How often a part has been rendered since the start."""

    @property
    def readers(self) -> int:
        """Return how many sockets are being served."""
        return sum(len(feed.readers) for feed in self._feeds.values())

    def announce(self, topics: frozenset[str]) -> None:
        """Mark every feed of these topics as stale. Called after a commit, on the loop."""
        for (topic, _), feed in self._feeds.items():
            if topic in topics:
                feed.stale.set()

    def resync(self) -> None:
        """Mark every feed as stale: something may have changed that nobody told us."""
        for feed in self._feeds.values():
            feed.stale.set()

    def _count(self, render: Render) -> Render:
        async def counted() -> str:
            self.rendered += 1
            return await render()

        return counted

    @asynccontextmanager
    async def read(self, topic: str, part: str, render: Render) -> AsyncIterator[Slot]:
        """Watch ``part`` of ``topic``; the first frame is already on its way.

        ``part`` must name everything the rendering depends on besides the topic (template and
        language, say), for all who give the same names share one rendering.
        """
        key = (topic, part)
        if key not in self._feeds:
            self._feeds[key] = Feed(self._count(render))
            self._tasks[key] = asyncio.create_task(self._feeds[key].serve())
        feed, slot = self._feeds[key], Slot()
        feed.readers.add(slot)
        try:
            slot.put(await feed.fresh())
            yield slot
        finally:
            feed.readers.discard(slot)
            if not feed.readers and self._feeds.get(key) is feed:
                del self._feeds[key]
                self._tasks.pop(key).cancel()
