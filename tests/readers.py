"""A reader of a feed that is asked for its frames, as a page is that looks now and then."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from jobfair.live.feed import Hub, Render


class Slot:
    """Keeps the newest frame until it is taken."""

    def __init__(self) -> None:
        self._frame = ""
        self._full = asyncio.Event()

    def put(self, frame: str) -> None:
        self._frame = frame
        self._full.set()

    async def take(self) -> str:
        await self._full.wait()
        self._full.clear()
        return self._frame


@contextlib.asynccontextmanager
async def reading(hub: Hub, topic: str, part: str, render: Render) -> AsyncIterator[Slot]:
    """Read a part until the block is left."""
    slot = Slot()
    feed = await hub.join(topic, part, render, slot)
    try:
        yield slot
    finally:
        hub.leave(feed, slot)
