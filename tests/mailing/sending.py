"""A sender over a test's database, and servers that take mail as badly as one can ask for."""

import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from email import message_from_bytes, policy
from typing import Any

from jobfair.mailing.letters import Letters
from jobfair.mailing.sender import Sender
from jobfair.outbox.rules import Channel
from jobfair.web.pages.shared.environment import make_environment
from tests.builders import KEYS

HOST = "kerja.contoh.id"
LETTERS = Letters(make_environment(), f"https://{HOST}", KEYS)


def make_sender(database: Any, clock: Any, *transports: Any, **more: Any) -> Sender:
    return Sender(database, clock, LETTERS, transports, host=HOST, **more)


class Recorder:
    """A channel that takes everything, or raises what it is told to."""

    def __init__(self, channel: Channel = Channel.EMAIL, per_minute: int = 60_000) -> None:
        self.channel = channel
        self.per_minute = per_minute
        self.taken: list[Any] = []
        self.error: Exception | None = None

    async def hand_over(self, outgoing: Any) -> None:
        if self.error is not None:
            raise self.error
        self.taken.append(outgoing)


Session = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def listening(session: Session) -> AsyncIterator[int]:
    """Serve a free port and give its number; sessions that hang end with the block."""
    open_sessions: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_sessions.add(task)
        try:
            await session(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            open_sessions.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**20)
    async with server:
        yield server.sockets[0].getsockname()[1]
        server.close()
        left = list(open_sessions)
        for task in left:
            task.cancel()
        await asyncio.gather(*left)


class FakeSmtp:
    """A server on a free port; ``mood`` says before each mail how it will behave.

    ok, 451, 550 (the recipient), 452, 554 (the content), 530 (the sender), hang, middle (closes
    while the mail comes in), dot (takes the mail and closes without a word), quit (closes after
    its yes).
    """

    def __init__(self, mood: Callable[[], str] = lambda: "ok") -> None:
        self.mood = mood
        self.taken: list[bytes] = []
        self.takings: list[tuple[float, str]] = []
        """When each of them was taken, and in which mood."""
        self.moods: Counter[str] = Counter()
        self.port = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["FakeSmtp"]:
        async with listening(self._talk) as self.port:
            yield self

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mood = self.mood()
        self.moods[mood] += 1
        answers = {
            "MAIL": "530 first something else" if mood == "530" else "250 ok",
            "RCPT": f"{mood} no" if mood in ("451", "550") else "250 ok",
            "DATA": "354 go on",
            "QUIT": "221 bye",
        }
        writer.write(b"220 fake\r\n")
        while line := await reader.readline():
            verb = line[:4].decode("ascii").upper()
            writer.write(f"{answers.get(verb, '250 fake')}\r\n".encode())
            if verb == "QUIT":
                return
            if verb != "DATA" or mood == "hang":
                if verb == "DATA":
                    await asyncio.sleep(3600)
                continue
            if mood == "middle":
                await reader.readline()
                return
            raw = await reader.readuntil(b"\r\n.\r\n")
            if mood in ("452", "554"):
                writer.write(f"{mood} no\r\n".encode())
                continue
            self.taken.append(raw[:-3].replace(b"\r\n..", b"\r\n."))
            self.takings.append((time.monotonic(), mood))
            if mood == "dot":
                return
            writer.write(b"250 taken\r\n")
            if mood == "quit":
                return

    @property
    def mails(self) -> list[Any]:
        return [message_from_bytes(raw, policy=policy.default) for raw in self.taken]

    @property
    def ids(self) -> list[str]:
        """Return the Message-ID of everything taken, in order."""
        found = [re.search(rb"^Message-ID: <(.+)>\r$", raw, re.MULTILINE) for raw in self.taken]
        return [one[1].decode() if one else "" for one in found]
