"""Sockets that watch a fair's numbers, and remember whatever was not true about them.

A viewer can only know so much while it watches: that it got a whole part at once, not an older
one than what had been acknowledged before it came, and never an older one than its last. Whether
the numbers themselves are right, the rig says when it counts the rows (:attr:`Seen.shown`).
"""

import asyncio
import re
import socket
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from jobfair.web.http.sockets import HEARTBEAT

SEQ = re.compile(rb'data-seq="(\d+)"')
NUMBER = re.compile(rb'id="n-(perusahaan|jabatan|pelamar|lamaran)">([\d.]+)<')
WHOLE = re.compile(rb'\s*<div id="angka"[^>]*>.*</div>\s*', re.DOTALL)
PONG, PING, TEXT, CLOSE = 0xA, 0x9, 0x1, 0x8
NEAR = 0.05
PER_ADDRESS = 100
SMALL = 4096
"""Bytes the kernel keeps for a viewer that is to be slow."""


class Frame(NamedTuple):
    """The numbers of one frame."""

    seq: int
    companies: int
    positions: int
    applicants: int
    applications: int


@dataclass
class Seen:
    """What all viewers of a run have seen together."""

    frames: int = 0
    shown: set[Frame] = field(default_factory=set)
    connections: int = 0
    let_go: int = 0
    """Closed by the server, as it may with a slow one."""
    broken: list[str] = field(default_factory=list)

    def blame(self, problem: str) -> None:
        if problem not in self.broken:
            self.broken.append(problem)


def read_frame(body: bytes) -> Frame | None:
    """Return the numbers of a frame; None when it is not a whole part with its sequence."""
    seq, numbers = SEQ.search(body), dict(NUMBER.findall(body))
    if seq is None or len(numbers) != 4 or not WHOLE.fullmatch(body):
        return None
    return Frame(
        int(seq[1]), *(int(numbers[name].replace(b".", b"")) for name in
        (b"perusahaan", b"jabatan", b"pelamar", b"lamaran"))
    )  # fmt: skip


class Viewer(asyncio.Protocol):
    """One connection. ``last`` is the newest sequence it has shown, -1 before the first."""

    def __init__(self, seen: Seen, slug: str, at_least: int) -> None:
        self._seen, self._slug, self._at_least = seen, slug, at_least
        self._have = b""
        self._opened = False
        self.last = -1
        self.bytes = 0
        self.gone = False
        self.dropped = False
        self.first = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(
            f"GET /ws/publik/{self._slug} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def connection_lost(self, _: Exception | None) -> None:
        self.gone = True
        self.first.set()
        if not self._opened and not self.dropped:
            self._seen.blame("a viewer was not let in")
        elif not self.dropped:
            self._seen.let_go += 1

    def drop(self) -> None:
        """Go away without a word, as phones do."""
        self.dropped = True
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self.bytes += len(data)
        self._have += data
        if not self._opened:
            head, found, self._have = self._have.partition(b"\r\n\r\n")
            if not found:
                self._have = head
            elif head.startswith(b"HTTP/1.1 101 "):
                self._opened = True
            else:
                self.transport.close()
        while self._opened and (taken := self._take()) is not None:
            kind, body = taken
            if kind == PING:
                self.transport.write(bytes([0x80 | PONG, 0x80 | len(body), 0, 0, 0, 0]) + body)
            elif kind == TEXT:
                self._hear(body)
            elif kind == CLOSE:
                self.transport.close()

    def _take(self) -> tuple[int, bytes] | None:
        have = self._have
        if len(have) < 4:
            return None
        length, start = have[1] & 0x7F, 2
        if length == 126:
            length, start = int.from_bytes(have[2:4]), 4
        if len(have) < start + length:
            return None
        self._have = have[start + length :]
        return have[0] & 0xF, have[start : start + length]

    def _hear(self, body: bytes) -> None:
        if body == HEARTBEAT.encode():
            return
        seen, frame = self._seen, read_frame(body)
        seen.frames += 1
        if frame is None:
            seen.blame("not a whole part with its sequence")
            return
        seen.shown.add(frame)
        if frame.seq < self.last:
            seen.blame("a sequence went back")
        if self.last < 0 and frame.seq < self._at_least:
            seen.blame("the first frame was older than what had been acknowledged")
        self.last = max(self.last, frame.seq)
        self.first.set()


_numbers = count()


async def connect(seen: Seen, port: int, slug: str, *, at_least: int, slow: bool = False) -> Viewer:
    """Open one viewer, from one of many addresses; it may not have had its first frame yet."""
    loop, number = asyncio.get_running_loop(), next(_numbers) // PER_ADDRESS
    client = socket.socket()
    if slow:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    client.setblocking(False)
    client.bind((f"127.1.{number // 250 % 250}.{1 + number % 250}", 0))
    try:
        await loop.sock_connect(client, ("127.0.0.1", port))
        seen.connections += 1
        _, viewer = await loop.create_connection(lambda: Viewer(seen, slug, at_least), sock=client)
    except BaseException:
        client.close()
        raise
    return viewer
