"""What HTTP asks of a server besides pages: HEAD, malformed requests, bounded heads."""

import re
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from jobfair.web.http.guards import MALFORMED

HEAD_LIMIT = 64 * 1024
"""Bytes of a request's first line and headers; one read of the transport may come on top."""
TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
HOST = re.compile(rb"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?")
HIGHEST_PORT = 65535
CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def is_host(value: bytes) -> bool:
    """Tell whether this is a host name or an address, with or without a port."""
    found = HOST.fullmatch(value)
    return found is not None and int(found[1] or 0) <= HIGHEST_PORT


def is_malformed(scope: Any) -> bool:
    """Tell whether the address or the Host of a request cannot be what a browser sends.

    A NUL in an address is no text PostgreSQL takes, and a broken Host breaks every function that
    parses the address of a request. HTTP/1.1 does not allow a request without a Host.
    """
    query = scope["query_string"]
    if CONTROL.search(scope["path"]) or b"%00" in query or b"\x00" in query:
        return True
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    fewest = 1 if scope.get("http_version") == "1.1" else 0
    return not fewest <= len(hosts) <= 1 or not all(map(is_host, hosts))


class NormalizeRequests:
    """The outermost layer: nothing behind it sees a malformed request, or HEAD.

    A malformed request becomes one for the front page, which the first guard refuses, so the
    answer is made like every other. HEAD is answered as GET, without the body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Pass requests and sockets on."""
        is_head = scope.get("method") == "HEAD"

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        if scope["type"] != "lifespan" and is_malformed(scope):
            headers = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scope = {**scope, "path": "/", "raw_path": b"/", "query_string": b"", MALFORMED: True}
            scope |= {"method": "GET", "headers": headers}
        elif is_head:
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, without_body if is_head else send)


class BoundedHeads(HttpToolsProtocol):
    """Closes a connection whose request head is too large: the parser itself has no limit."""

    _head_size = 0
    _in_head = True

    def on_message_begin(self) -> None:
        """Start counting."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Stop counting: what follows is the body, which has limits of its own."""
        self._in_head, self._head_size = False, 0
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Count before the parser keeps anything."""
        if self._in_head:
            if self._head_size > HEAD_LIMIT:
                self.transport.write(TOO_LARGE)
                self.transport.close()
                return
            self._head_size += len(data)
        super().data_received(data)
