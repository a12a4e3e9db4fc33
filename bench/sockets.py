"""Viewers: WebSocket clients as light as they can be, one protocol object each."""

import asyncio
import re
import socket
import time
from collections.abc import Callable

from bench.fill import SLUG

SEQ = re.compile(rb'data-seq="(\d+)"')
HANDSHAKE = (
    f"GET /ws/publik/{SLUG} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n"
)
PER_ADDRESS = 190
"""The server lets 200 in from one address; 127.0.0.0/8 has enough of them."""
PING, PONG, TEXT, CLOSE = 0x9, 0xA, 0x1, 0x8


class Viewer(asyncio.Protocol):
    """Tells ``heard`` the sequence of every frame, and when it came."""

    def __init__(self, heard: Callable[[int, float], None]) -> None:
        self._heard = heard
        self._have = b""
        self._open = False
        self.first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.transport.write(HANDSHAKE.encode())

    def connection_lost(self, _: Exception | None) -> None:
        self.gone = True
        if not self.first.done():
            self.first.set_exception(ConnectionResetError("refused"))

    def data_received(self, data: bytes) -> None:
        self._have += data
        if not self._open:
            head, found, rest = self._have.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head[:20]:
                self.transport.close()
                return
            self._open, self._have = True, rest
            if not self.first.done():
                self.first.set_result(None)
        while (taken := self._frame()) is not None:
            kind, body = taken
            if kind == PING:
                mask = b"\0\0\0\0"
                self.transport.write(bytes([0x80 | PONG, 0x80 | len(body)]) + mask + body)
            elif kind == TEXT and (seq := SEQ.search(body)):
                self._heard(int(seq[1]), time.monotonic())
            elif kind == CLOSE:
                self.transport.close()

    def _frame(self) -> tuple[int, bytes] | None:
        have = self._have
        if len(have) < 2:
            return None
        length, start = have[1] & 0x7F, 2
        if length == 126:
            length, start = int.from_bytes(have[2:4]), 4
        elif length == 127:
            length, start = int.from_bytes(have[2:10]), 10
        if len(have) < start + length:
            return None
        self._have = have[start + length :]
        return have[0] & 0xF, have[start : start + length]


class Audience:
    """Many viewers, some of whom may be dead: connected, and never reading."""

    def __init__(self, port: int, *, first: int = 0) -> None:
        """``first`` keeps the addresses of two audiences apart."""
        self._port = port
        self._first = first
        self.viewers: list[Viewer] = []
        self.dead: list[asyncio.BaseTransport] = []
        self._waiting: dict[int, tuple[float, list[float]]] = {}
        self.backwards = 0

    async def add(self, many: int, *, at_once: int = 50) -> None:
        for start in range(0, many, at_once):
            batch = [
                self._connect(self._first + len(self.viewers) + n)
                for n in range(min(at_once, many - start))
            ]
            self.viewers += await asyncio.gather(*batch)

    async def _connect(self, number: int) -> Viewer:
        loop = asyncio.get_running_loop()
        last = 0

        def heard(seq: int, at: float) -> None:
            nonlocal last
            self.backwards += seq < last
            for wanted, (due, delays) in self._waiting.items():
                if last < wanted <= seq:
                    delays.append(at - due)
            last = max(last, seq)

        address = f"127.0.{1 + number // PER_ADDRESS // 250}.{1 + number // PER_ADDRESS % 250}"
        _, viewer = await loop.create_connection(
            lambda: Viewer(heard), "127.0.0.1", self._port, local_addr=(address, 0)
        )
        await viewer.first
        return viewer

    async def add_dead(self, many: int) -> None:
        """Connect viewers that read nothing after the handshake and have hardly room for it.

        Segments as short as on a real line, or loopback would take megabytes for each of them.
        """
        loop = asyncio.get_running_loop()
        for number in range(many):
            line = socket.socket()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            line.bind((f"127.0.100.{1 + number // PER_ADDRESS}", 0))
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
            line.setblocking(False)
            await loop.sock_connect(line, ("127.0.0.1", self._port))
            transport, viewer = await loop.create_connection(
                lambda: Viewer(lambda _seq, _at: None), sock=line
            )
            await viewer.first
            transport.pause_reading()
            self.dead.append(transport)

    def bury(self) -> None:
        """Hang up for the dead ones."""
        for transport in self.dead:
            transport.abort()  # type: ignore[attr-defined]
        self.dead.clear()

    def expect(self, seq: int, due: float) -> list[float]:
        """Collect how long after ``due`` each viewer sees ``seq`` or more."""
        delays: list[float] = []
        self._waiting[seq] = (due, delays)
        return delays

    @property
    def here(self) -> int:
        return sum(not viewer.gone for viewer in self.viewers)

    def close(self) -> None:
        for viewer in self.viewers:
            viewer.transport.abort()
        self.bury()
