"""A network one can break: a TCP port before a server, where what is sent meets its fate."""

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Fate = Callable[[bytes], str | None]
"""AuditLine what somebody sends, it may name what happens to it: one of ``FATES``."""
FATES = (
    "cut before",
    "cut after",
    "cut in the answer",
    "delay",
    "slow",
    "twice",
    "silence",
)
DELAY = 0.15
PIECES, PAUSE = 40, 0.002


class Line:
    """One connection through the wire."""

    def __init__(self, near: Streams, far: Streams) -> None:
        self.near, self.far = near, far
        self.silent = False
        """Both ends believe that they are connected, and hear nothing of each other."""
        self.cuts_answer = False

    def cut(self) -> None:
        """Reset both ways."""
        for _, writer in (self.near, self.far):
            writer.transport.abort()

    def cut_near(self) -> None:
        """Reset who asked; the server finds out when it answers."""
        self.near[1].transport.abort()
        self.far[1].close()


class Wire:
    """Carries bytes both ways; ``silent`` swallows them, as a dead line does.

    ``fates`` is called for each connection and says what becomes of what is sent over it.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[Streams]], fates: Callable[[], Fate] | None = None
    ) -> None:
        self._connect = connect
        self._fates = fates or (lambda: lambda _: None)
        self.silent = False
        self.met: Counter[str] = Counter()
        self._lines: set[Line] = set()
        self._beside: set[asyncio.Task[None]] = set()
        self._carrying: set[asyncio.Task[None]] = set()

    def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry what a new connection brings, until either end is done with it."""
        self._begin(self._carry(reader, writer), self._carrying)

    def _begin(self, work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> None:
        tasks.add(task := asyncio.ensure_future(work))
        task.add_done_callback(tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = Line((reader, writer), await self._connect())
        except OSError:
            writer.transport.abort()
            return
        self._lines.add(line)
        with contextlib.suppress(OSError):
            await asyncio.gather(self._there(line, self._fates()), self._back(line))
        self._lines.discard(line)

    async def _there(self, line: Line, fate: Fate) -> None:
        (near, _), (_, far) = line.near, line.far
        with contextlib.suppress(OSError):
            while data := await near.read(65536):
                if not (self.silent or line.silent):
                    await self._send(data, line, fate(data))
        if not line.silent:
            far.close()
        else:
            line.cut()

    async def _back(self, line: Line) -> None:
        (_, near), (far, _) = line.near, line.far
        with contextlib.suppress(OSError):
            while data := await far.read(65536):
                if self.silent or line.silent:
                    continue
                if line.cuts_answer:
                    near.write(data[: len(data) // 2])
                    await near.drain()
                    line.cut()
                    return
                near.write(data)
                await near.drain()
        if not line.silent:
            near.close()

    async def _send(self, data: bytes, line: Line, fate: str | None) -> None:
        far = line.far[1]
        if fate:
            self.met[fate] += 1
        match fate:
            case "cut before":
                line.cut()
                return
            case "silence":
                line.silent = True
                return
            case "delay":
                await asyncio.sleep(DELAY)
            case "twice":
                self._begin(self._also(data), self._beside)
            case "cut in the answer":
                line.cuts_answer = True
            case "slow":
                step = len(data) // PIECES + 1
                for at in range(0, len(data), step):
                    far.write(data[at : at + step])
                    await far.drain()
                    await asyncio.sleep(PAUSE)
                return
        far.write(data)
        await far.drain()
        if fate == "cut after":
            line.cut_near()

    async def _also(self, data: bytes) -> None:
        """Send the same over a connection of its own; nobody hears the answer."""
        with contextlib.suppress(OSError):
            reader, writer = await self._connect()
            writer.write(data)
            await reader.read(65536)
            writer.close()

    def cut(self) -> None:
        """Reset every connection."""
        for line in self._lines:
            line.cut()

    async def end(self) -> None:
        """Reset every connection and wait until nothing is carried any more."""
        self.cut()
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._carrying, *self._beside, return_exceptions=True)


@contextlib.asynccontextmanager
async def before(wire: Wire) -> AsyncIterator[int]:
    """Let a wire carry for a while; give its port."""
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await wire.end()


@contextlib.asynccontextmanager
async def wire(
    url: str, fates: Callable[[], Fate] | None = None
) -> AsyncIterator[tuple[Wire, str]]:
    """Give a wire to the PostgreSQL of ``url``, and the address that leads over it."""
    folder = re.search(r"host=([^&]+)", url)
    assert folder, "the server listens on a socket in a folder"
    path = f"{folder[1]}/.s.PGSQL.5432"
    made = Wire(lambda: asyncio.open_unix_connection(path), fates)
    name = url.partition("?")[0].rpartition("/")[2]
    async with before(made) as port:
        yield made, f"postgresql://postgres@127.0.0.1:{port}/{name}"
