"""Applications at scheduled instants over several nodes, whatever becomes of the nodes."""

import asyncio
import itertools
import time
from dataclasses import dataclass, field

from tests.nodes.people import RESET, Pair, People, read_head
from tests.nodes.watch import Watched

ANSWER_WITHIN = 15.0
"""Seconds; a hasty sender would only add to what a slow node has to do."""
SILENCE = 1.5
"""Seconds; more than a node takes until its open pages show what it knows."""
AGAIN_AFTER, AGAIN_MOST = 0.4, 5.0
"""Seconds until an application is sent again; twice as long each time."""


@dataclass
class Receipt:
    """One application that came through: when it was due, when its receipt came, and how often
    it had to be sent."""

    seq: int
    due: float
    at: float
    tries: int


@dataclass
class Load:
    """Sends to nodes that are ready, and again where an answer is lost, until there is one."""

    people: People
    watched: list[Watched]
    receipts: list[Receipt] = field(default_factory=list)
    latest: float = 0.0
    """Seconds by which the schedule was missed, at worst."""

    def __post_init__(self) -> None:
        self._turn = itertools.count()
        self._idle: dict[int, list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]] = {}

    async def run(self, rate: float, stop: asyncio.Event) -> None:
        """Begin one application every ``1 / rate`` seconds; return when all have a receipt.

        The last word is said in silence and to one node alone: the others know it only if told.
        """
        due, sending = time.monotonic(), set()
        try:
            while not stop.is_set():
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                self.latest = max(self.latest, time.monotonic() - due)
                pair = next(self.people.fresh)
                sending.add(task := asyncio.ensure_future(self._insist(pair, due)))
                task.add_done_callback(sending.discard)
                due += 1 / rate
            if sending:
                await asyncio.wait(sending)
            await asyncio.sleep(SILENCE)
            first = self.watched[0].node.port
            await self._insist(next(self.people.fresh), time.monotonic(), first)
        finally:
            for task in sending:
                task.cancel()
            idle = [writer for _, writer in itertools.chain.from_iterable(self._idle.values())]
            for writer in idle:
                writer.close()
            await asyncio.gather(*(one.wait_closed() for one in idle), return_exceptions=True)

    async def _insist(self, pair: Pair, due: float, only: int = 0) -> None:
        for tries in itertools.count(1):
            port = only or self._port()
            try:
                async with asyncio.timeout(ANSWER_WITHIN):
                    status, headers = await self._send(pair, port)
            except RESET:
                self.people.witness.was_unknown.add(pair)
                self.people.witness.lost_answers += 1
            else:
                if self.people.note(pair, status, headers, port):
                    seq = int(self.people.witness.told[pair].split("-")[2])
                    self.receipts.append(Receipt(seq, due, time.monotonic(), tries))
                    return
                if status != 503:
                    return
                self.people.witness.unknown.remove(pair)
            await asyncio.sleep(min(AGAIN_AFTER * 2 ** (tries - 1), AGAIN_MOST))

    def _port(self) -> int:
        """Return the next node's port; of those that are ready, while there are any."""
        ready = [one for one in self.watched if one.ready] or self.watched
        return ready[next(self._turn) % len(ready)].node.port

    async def _send(self, pair: Pair, port: int) -> tuple[int, dict[str, str]]:
        idle = self._idle.setdefault(port, [])
        while idle and idle[-1][0].at_eof():
            idle.pop()[1].close()
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(self.people.request(pair))
            status, headers = read_head(await reader.readuntil(b"\r\n\r\n"))
            await reader.readexactly(int(headers.get("content-length", 0)))
        except BaseException:
            writer.transport.abort()
            raise
        idle.append((reader, writer))
        return status, headers

    def first_since(self, instant: float) -> float | None:
        """Return when the first receipt came for an application due after an instant."""
        return min((one.at for one in self.receipts if one.due > instant), default=None)
