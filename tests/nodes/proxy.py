"""A network one can break: a TCP port before PostgreSQL's socket, cut or silenced at will."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator


class Wire:
    """Carries bytes both ways; ``silent`` swallows them, as a dead line does."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.silent = False
        self._open: set[asyncio.StreamWriter] = set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._path)
        self._open |= {writer, back}
        with contextlib.suppress(OSError):
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        self._open -= {writer, back}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if not self.silent:
                writer.write(data)
                await writer.drain()
        writer.close()

    def cut(self) -> None:
        """Reset every connection."""
        for writer in self._open:
            writer.transport.abort()


@contextlib.asynccontextmanager
async def wire(url: str) -> AsyncIterator[tuple[Wire, str]]:
    """Give a wire to the server of ``url``, and the address that leads over it."""
    folder = re.search(r"host=([^&]+)", url)
    assert folder, "the server listens on a socket in a folder"
    made = Wire(f"{folder[1]}/.s.PGSQL.5432")
    server = await asyncio.start_server(made.carry, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    name = url.partition("?")[0].rpartition("/")[2]
    try:
        yield made, f"postgresql://postgres@127.0.0.1:{port}/{name}"
    finally:
        server.close()
        made.cut()
