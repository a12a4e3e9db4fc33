"""The socket side of a live part: one slot per reader, five seconds to take a frame."""

import asyncio
import contextlib
from typing import Any

from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

from jobfair.live.feed import Render, Slot
from jobfair.web.given import Services
from jobfair.web.limits import SOCKETS_PER_ADDRESS, SOCKETS_PER_SESSION

SEND_WITHIN = 5.0
TRY_LATER = 1013
POLICY = 1008
Socket = WebSocket[Any, Any, Any]


def _owners(socket: Socket) -> list[tuple[str, int]]:
    address = socket.client.host if socket.client else "?"
    owners = [(f"address:{address}", SOCKETS_PER_ADDRESS)]
    if socket.scope.get("user") is not None:
        owners.append((f"session:{socket.scope['session_token']}", SOCKETS_PER_SESSION))  # type: ignore[typeddict-item]
    return owners


async def stream_part(socket: Socket, *, topic: str, part: str, render: Render) -> None:
    """Send ``render()`` on arrival and after every change of ``topic``, newest wins.

    A reader that has not taken its frame within five seconds is let go with 1013 and comes back
    by itself. Nothing is expected from the browser; more than it may send closes the socket.
    """
    services: Services = socket.app.state.services
    taken: list[str] = []
    try:
        for owner, most in _owners(socket):
            if not services.limits.take_socket(owner, most):
                await socket.accept()
                await socket.close(POLICY, "too many sockets")
                return
            taken.append(owner)
        await socket.accept()
        async with services.hub.read(topic, part, render) as slot:
            reading = asyncio.create_task(_until_gone(socket, slot))
            try:
                while (frame := await slot.take()) is not None:
                    async with asyncio.timeout(SEND_WITHIN):
                        await socket.send_text(frame)
            except TimeoutError:
                with contextlib.suppress(Exception):
                    await asyncio.wait_for(socket.close(TRY_LATER, "too slow"), 1)
            except (WebSocketDisconnect, RuntimeError):
                pass
            finally:
                reading.cancel()
    finally:
        for owner in taken:
            services.limits.give_socket(owner)


async def _until_gone(socket: Socket, slot: Slot) -> None:
    """Read and forget what the browser sends until it is gone, then end its slot."""
    try:
        while True:
            await socket.receive_data(mode="text")
    except (WebSocketDisconnect, RuntimeError):
        pass
    finally:
        slot.end()
