"""The socket side of a live part: a handler decides, a small loop around the router serves.

What the router and its layers hold for a connection would live as long as the socket. So a handler
only says what may be watched (:func:`subscribe`) and returns; after that :class:`LiveSockets` opens
and serves the socket with one task, and another one only while a frame is on its way.

Heartbeat, the contract with the page's script: every ``HEARTBEAT_EVERY`` seconds each socket gets
the text frame ``HEARTBEAT``, an HTML comment, which htmx swaps to nothing. A page that has had no
frame of any kind for more than 40 seconds treats its connection as dead, although the browser may
call it open: it closes the socket, says so, polls, and connects anew. Nothing is expected from the
page; a browser that takes nothing any more is found by the sends that do not come through.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from litestar import WebSocket
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Send

from jobfair.db import DBAPIError, NoConnection
from jobfair.live.feed import Render
from jobfair.live.rights import rights_of
from jobfair.people.actions import hash_token, resolve_session
from jobfair.people.rules import address_prefix
from jobfair.web.http.dependencies import Services, SignedIn
from jobfair.web.http.errors import status_of
from jobfair.web.http.limits import SOCKETS_PER_ADDRESS, SOCKETS_PER_SESSION

log = logging.getLogger(__name__)

HEARTBEAT = "<!--hb-->"
HEARTBEAT_EVERY = 15.0
SIGN_IN_EVERY = 4
"""Heartbeats after which it is asked again whether a socket's sign-in still holds."""
SEND_WITHIN = 5.0
CLOSE_WITHIN = 1.0
TRY_LATER = 1013
POLICY = 1008
WATCH = "watch"
Socket = WebSocket[Any, Any, Any]


@dataclass(frozen=True)
class Watch:
    """What a socket may watch: a part, and the topic whose changes render it anew."""

    topic: str
    part: str
    render: Render


def subscribe(socket: Socket, *, topic: str, part: str, render: Render) -> None:
    """Let the browser of this handshake watch a part; parameters as for ``Hub.join``.

    Nothing of ``socket`` may be kept by ``render``: it renders for all who watch the same.
    """
    scope: Any = socket.scope
    scope[WATCH] = Watch(topic, part, render)


async def log_unforeseen(error: Exception, scope: Any) -> None:
    """Log what a socket's guard or handler should not have raised; pages are looked after."""
    if scope["type"] == ScopeType.WEBSOCKET:
        status_of(error)


@dataclass(eq=False, slots=True)
class SocketWriter:
    """One open socket: frames go out one after another, and only the newest waits.

    When a frame or a heartbeat comes and the one before has been on its way for five seconds, the
    socket is closed.
    """

    send: Send
    on_revoked: Callable[[], object]
    token: str = ""
    """The session cookie of the person who is signed in, if any."""
    dismissed: bool = False
    _frame: str | None = None
    _sending: asyncio.Task[None] | None = None
    _since: float = 0.0

    def put(self, frame: str) -> None:
        """Send a frame, or let it wait in the place of an older one."""
        self._frame = frame
        if self._sending is None:
            self._since = time.monotonic()
            self._sending = asyncio.create_task(self._deliver())
        elif time.monotonic() - self._since > SEND_WITHIN:
            self.dismiss()

    def beat(self) -> None:
        """Send a heartbeat, unless a frame waits: that is sign of life enough."""
        self.put(self._frame or HEARTBEAT)

    def dismiss(self) -> None:
        """Let the socket go, once."""
        if not self.dismissed:
            self.dismissed = True
            self.on_revoked()

    async def _deliver(self) -> None:
        with contextlib.suppress(OSError, RuntimeError):  # gone, and the server says so
            while self._frame is not None:
                frame, self._frame = self._frame, None
                self._since = time.monotonic()
                await self.send({"type": "websocket.send", "bytes": None, "text": frame})
            self._sending = None

    def end(self) -> None:
        """Send nothing more."""
        if self._sending is not None:
            self._sending.cancel()


class LiveSockets:
    """Around the router: opens and serves the sockets that their handlers have let in."""

    def __init__(self, router: ASGIApp, services: Services) -> None:
        self._router = router
        self._services = services

    async def _still_signed_in(self, token: str) -> bool:
        services = self._services
        if not token:
            return True
        try:
            found = await resolve_session(
                services.database.lookup, token=token, now=services.clock.now()
            )
        except (DBAPIError, NoConnection):
            return True  # asked again at a later heartbeat
        return found is not None

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Pass requests on; ask the router about a socket, which refuses it, or serve it."""
        if scope["type"] != ScopeType.WEBSOCKET:
            await self._router(scope, receive, send)
            return
        rights = self._services.hub.rights
        ended = rights.ended
        await receive()  # the handshake
        await self._router(scope, receive, send)
        if WATCH not in scope:
            return
        limits, owners = self._services.limits, _owners(scope)
        scope["state"].clear()  # what the framework has kept, or it is kept while the socket is
        await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        if not limits.take_socket(owners):
            await send({"type": "websocket.close", "code": POLICY, "reason": "too many sockets"})
            return
        try:
            holder = cast("asyncio.Task[None]", asyncio.current_task())
            token = scope["session_token"] if scope["user"] is not None else ""
            writer = SocketWriter(send, holder.cancel, token=token)
            mine = _rights(scope)
            with rights.held(mine, writer.dismiss):
                if mine and rights.ended != ended:
                    writer.dismiss()
                await self._serve(scope.pop(WATCH), writer, holder, receive, send)
        finally:
            limits.give_socket(owners)

    async def _serve(
        self,
        watch: Watch,
        writer: SocketWriter,
        holder: asyncio.Task[None],
        receive: Receive,
        send: Send,
    ) -> None:
        """Serve until the browser is gone; nothing is expected from it.

        A socket whose sign-in has run out is closed: the browser comes back and is refused.
        """
        hub, beats = self._services.hub, 0
        try:
            feed = await hub.join(watch.topic, watch.part, watch.render, writer)
            del watch  # the feed has kept what it needs
            try:
                pause = HEARTBEAT_EVERY * random.random()  # noqa: S311 - spreads them over time
                while not await _has_left(receive, pause):
                    pause, beats = HEARTBEAT_EVERY, beats + 1
                    writer.beat()
                    if beats % SIGN_IN_EVERY == 0 and not await self._still_signed_in(writer.token):
                        writer.dismiss()
            finally:
                hub.leave(feed, writer)
                writer.end()
        except asyncio.CancelledError:
            if not writer.dismissed:
                raise
            holder.uncancel()
            await _come_again(send)
        except Exception:
            log.exception("a live part could not be rendered")
            await _come_again(send)


async def _has_left(receive: Receive, seconds: float) -> bool:
    """Wait for the browser to leave; False when it has not within these seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "websocket.disconnect":
                pass
            return True
    return False


async def _come_again(send: Send) -> None:
    """Close with 1013, upon which browsers come back; a stuck one never receives it."""
    with contextlib.suppress(TimeoutError, OSError, RuntimeError):
        async with asyncio.timeout(CLOSE_WITHIN):
            await send({"type": "websocket.close", "code": TRY_LATER, "reason": ""})


def _owners(scope: Any) -> list[tuple[str, int]]:
    address = address_prefix(scope["client"][0]) if scope.get("client") else "?"
    owners = [(f"address:{address}", SOCKETS_PER_ADDRESS)]
    if scope["user"] is not None:
        owners.append((f"session:{scope['session_token']}", SOCKETS_PER_SESSION))
    return owners


def _rights(scope: Any) -> list[str]:
    user: SignedIn | None = scope["user"]
    if user is None:
        return []
    return rights_of(
        browser=hash_token(scope["session_token"]),
        account_id=user.account_id,
        company_id=user.company_id,
    )
