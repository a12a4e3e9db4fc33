"""A light HTTP/1.1 client: one request at a time, nothing parsed that nobody reads."""

import asyncio
from collections import deque
from dataclasses import dataclass

from bench.fill import SLUG, Fair, cookie, position_slug


@dataclass(frozen=True)
class Answer:
    status: int
    headers: bytes
    body: bytes

    def header(self, name: bytes) -> bytes:
        """Return a header's value, name given in lower case, or nothing."""
        at = self.headers.lower().find(b"\r\n" + name + b":")
        if at < 0:
            return b""
        start = at + len(name) + 3
        end = self.headers.find(b"\r\n", start)
        return self.headers[start : end if end >= 0 else None].strip()


class Connection(asyncio.Protocol):
    """Keep-alive connection; ``ask`` raises ``ConnectionError`` when it breaks."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._have = b""

    @classmethod
    async def open(cls, port: int) -> "Connection":
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(cls, "127.0.0.1", port)
        return protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._have += data
        head = self._have.find(b"\r\n\r\n")
        if head < 0:
            return
        answer = Answer(int(self._have[9:12]), self._have[:head], b"")
        length = int(answer.header(b"content-length") or 0)
        if len(self._have) < head + 4 + length or self._waiting is None:
            return
        body = self._have[head + 4 : head + 4 + length]
        self._have = b""
        waiting, self._waiting = self._waiting, None
        if not waiting.done():
            waiting.set_result(Answer(answer.status, answer.headers, body))

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError("connection lost"))

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    async def ask(self, request: bytes) -> Answer:
        if self._transport is None:
            raise ConnectionResetError("connection lost")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Pool:
    """Connections for an open loop: a free one, or a new one, so nothing waits for another."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: deque[Connection] = deque()
        self._all: list[Connection] = []

    async def warm(self, many: int) -> None:
        for _ in range(many):
            self._free.append(await self._new())

    async def _new(self) -> Connection:
        made = await Connection.open(self._port)
        self._all.append(made)
        return made

    async def ask(self, request: bytes) -> Answer:
        while self._free and not self._free[-1].is_open:  # idle too long: the server closed it
            self._free.pop()
        connection = self._free.pop() if self._free else await self._new()
        answer = await connection.ask(request)
        self._free.append(connection)
        return answer

    def close(self) -> None:
        for connection in self._all:
            connection.close()


def get(path: str, *, account: int = 0, more: str = "") -> bytes:
    """Return a GET request; ``account`` 0 is a visitor."""
    who = f"Cookie: __Host-sesi={cookie(account)}\r\n" if account else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{who}{more}\r\n".encode()


class Forms:
    """Form posts of people who are signed in."""

    def __init__(self, fair: Fair) -> None:
        self._keys = fair.keys
        self._tokens: dict[int, str] = {}

    def _token(self, account: int) -> str:
        if account not in self._tokens:
            self._tokens[account] = self._keys.form_token(cookie(account))
        return self._tokens[account]

    def post(self, path: str, account: int, body: str) -> bytes:
        sent = f"_token={self._token(account)}&{body}".encode()
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
            f"Cookie: __Host-sesi={cookie(account)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(sent)}\r\n\r\n"
        ).encode() + sent

    def apply(self, way: str, applicant: int, position: int) -> bytes:
        """Return an application by ``ours`` or ``naive``, or the ``limit`` that does nothing."""
        slug = position_slug(position)
        path = {
            "ours": f"/{SLUG}/lowongan/{slug}/lamar",
            "naive": f"/bangku/naif/{slug}",
            "limit": "/bangku/kosong",
        }[way]
        answers = "answer_1=Tiga+tahun+di+gudang.&answer_2=Senin+depan.&consent=ya"
        return self.post(path, applicant, answers)
