"""How connections are taken up: many in one turn of the event loop."""

import asyncio
import contextlib
import socket

import uvloop

from jobfair.cli.serve import ACCEPTS_PER_TURN, copies_of, listen
from jobfair.settings import Settings

CROWD = 64


async def turns_until_connected(listening: list[socket.socket]) -> int:
    connected = []

    class Counting(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            connected.append(transport)

    loop, turns = asyncio.get_running_loop(), 0
    servers = [await loop.create_server(Counting, sock=one) for one in listening]
    while len(connected) < CROWD:
        await asyncio.sleep(0)
        turns += 1
    for one in (*connected, *servers):
        one.close()
    return turns


def test_a_crowd_is_taken_up_in_few_turns():
    # Guards the copies of the listening socket: with one ear each connection takes a turn.
    with contextlib.ExitStack() as stack:
        listening = listen(Settings(port=0))
        for one in (copies := copies_of(listening)):
            stack.enter_context(one)
        for _ in range(CROWD):
            stack.enter_context(socket.create_connection(listening.getsockname()))

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            turns = runner.run(turns_until_connected(copies))

    assert turns <= 2 * CROWD // ACCEPTS_PER_TURN
