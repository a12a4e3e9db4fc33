"""Defects of the live numbers: of what is counted, when it is rendered and how it is sent."""

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import replace
from typing import Any

from jobfair.intake.door import Door
from jobfair.live.feed import Feed, Hub
from jobfair.web.http.sockets import SocketWriter
from jobfair.web.pages.public import landing
from tests.rigs.defects import Patch, planted


def change_numbers(patch: Patch, change: Any) -> None:
    """Make the live numbers pass through ``change`` before they are shown."""
    tally = landing.tally_fair

    async def changed(*args: Any, **more: Any) -> Any:
        return change(await tally(*args, **more))

    patch(landing, "tally_fair", changed)


@planted(
    "count-before-commit",
    rig="viewers",
    breaks="Applications are counted when they are sent in, before they are in the ledger.",
)
def count_before_the_commit(patch: Patch) -> None:
    waiting = Counter[str]()
    submit = Door.submit

    async def counted(self: Any, **more: Any) -> Any:
        waiting["here"] += 1
        try:
            return await submit(self, **more)
        finally:
            waiting["here"] -= 1

    patch(Door, "submit", counted)
    change_numbers(
        patch, lambda tally: replace(tally, applications=tally.applications + waiting["here"])
    )


@planted(
    "sequence-of-another-snapshot",
    rig="viewers",
    breaks="The sequence of a frame is read apart from its numbers.",
)
def sequence_of_another_snapshot(patch: Patch) -> None:
    read: dict[int, int] = {}

    def mix(tally: Any) -> Any:
        before, read[tally.fair_id] = read.get(tally.fair_id, tally.seq), tally.seq
        return replace(tally, seq=before)

    change_numbers(patch, mix)


@planted(
    "older-after-newer",
    rig="viewers",
    breaks="Renderings of a feed overtake each other: an older frame is sent after a newer one.",
)
def older_after_newer(patch: Patch) -> None:
    async def at_will(self: Any) -> str:
        frame: str = await self._render()
        await asyncio.sleep(random.random() * 0.1)
        self._newest = frame
        return frame

    patch(Feed, "fresh", at_will)


@planted(
    "kept-first-frame",
    rig="viewers",
    breaks="Who comes is given the frame that was rendered last, however old it is.",
)
def kept_first_frame(patch: Patch) -> None:
    join = Hub.join

    async def hasty(self: Any, topic: str, part: str, render: Any, reader: Any) -> Any:
        feed = self._feeds.get((topic, part))
        if feed is None or not feed._newest:
            return await join(self, topic, part, render, reader)
        feed.readers.add(reader)
        reader.put(feed._newest)
        return feed

    patch(Hub, "join", hasty)


@planted(
    "lost-last-change",
    rig="viewers",
    breaks="A change that comes while a part is rendered or sent is forgotten.",
)
def lost_last_change(patch: Patch) -> None:
    async def forgetful(self: Any) -> None:
        while True:
            await self.stale.wait()
            await self.fresh()
            await self._hand_out()
            await asyncio.sleep(0.5)
            self.stale.clear()

    patch(Feed, "serve", forgetful)


@planted(
    "backlog",
    rig="viewers",
    breaks="A viewer that does not read is kept every frame instead of the newest.",
)
def backlog(patch: Patch) -> None:
    def put(self: Any, frame: str) -> None:
        if self._frame is None:
            self._frame = []
        self._frame.append(frame)
        if self._sending is None:
            self._sending = asyncio.create_task(deliver(self))

    async def deliver(self: Any) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            while self._frame:
                await self.send({"type": "websocket.send", "text": self._frame.pop(0)})
            self._sending = None

    patch(SocketWriter, "put", put)


@planted(
    "one-after-another",
    rig="viewers",
    breaks="Viewers are sent to in turn: all wait for one who does not read.",
)
def one_after_another(patch: Patch) -> None:
    async def in_turn(self: Any) -> None:
        for reader in list(self.readers):
            with contextlib.suppress(OSError, RuntimeError):
                await reader.send({"type": "websocket.send", "text": self._newest})

    patch(Feed, "_hand_out", in_turn)
