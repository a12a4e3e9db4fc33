"""Who looks at a node all the time: open pages, readers of the numbers, and a balancer."""

import asyncio
import contextlib
import re
import time
from dataclasses import dataclass, field

import httpx
import websockets

from tests.nodes.processes import Served

SHOWN = re.compile(r'data-seq="(\d+)"')
ASK_EVERY = 0.2
READ_EVERY = 0.25
ANSWER_WITHIN = 2.0


@dataclass
class Watched:
    """One node as others see it: when it was ready, and what it showed when."""

    node: Served
    slug: str
    ready: bool = False
    readiness: list[tuple[float, bool]] = field(default_factory=list)
    """Every answer of ``/readyz``; no answer is no."""
    frames: list[tuple[float, int]] = field(default_factory=list)
    read: list[tuple[float, int]] = field(default_factory=list)
    """When a reading began, and the number that came."""
    broken: list[str] = field(default_factory=list)

    def ready_since(self, instant: float) -> float | None:
        """Return when the node first called itself ready after an instant."""
        return next((at for at, well in self.readiness if at > instant and well), None)

    @property
    def newest(self) -> tuple[int, int]:
        """Return the number on the open page, and the one that was read last."""
        return (
            self.frames[-1][1] if self.frames else -1,
            self.read[-1][1] if self.read else -1,
        )

    def showed(self, seq: int, since: float = 0.0) -> float | None:
        """Return when an open page first showed this application or a later one."""
        return next((at for at, shown in self.frames if at > since and shown >= seq), None)

    async def view(self) -> None:
        """Keep the fair's page open; it comes back as a browser does."""
        live = f"ws://127.0.0.1:{self.node.port}/ws/publik/{self.slug}"
        while True:
            newest = 0
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                async with websockets.connect(live, open_timeout=ANSWER_WITHIN) as socket:
                    async for frame in socket:
                        if found := SHOWN.search(str(frame)):
                            seq = int(found[1])
                            if seq < newest:
                                self.broken.append(f"{self.node.port}: {seq} after {newest}")
                            newest = seq
                            self.frames.append((time.monotonic(), seq))
            await asyncio.sleep(0.2)

    async def read_numbers(self) -> None:
        """Ask for the numbers again and again."""
        async with httpx.AsyncClient(timeout=ANSWER_WITHIN) as browser:
            while True:
                began = time.monotonic()
                with contextlib.suppress(httpx.TransportError):
                    answer = await browser.get(f"{self.node.address}/{self.slug}/angka")
                    if found := SHOWN.search(answer.text):
                        self.read.append((began, int(found[1])))
                await asyncio.sleep(READ_EVERY)

    async def ask_ready(self) -> None:
        """Ask whether it is ready, as a balancer does."""
        async with httpx.AsyncClient(timeout=ANSWER_WITHIN) as asking:
            while True:
                try:
                    answer = await asking.get(f"{self.node.address}/readyz")
                    self.ready = answer.status_code == 200
                except httpx.TransportError:
                    self.ready = False
                self.readiness.append((time.monotonic(), self.ready))
                await asyncio.sleep(ASK_EVERY)
