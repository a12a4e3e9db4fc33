"""What HTTP asks of a server besides pages: HEAD, bounded heads, and a log without false alarms."""

import logging
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT = 64 * 1024
"""Bytes of a request's first line and headers; one read of the transport may come on top."""
TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class HeadAsGet:
    """Answers HEAD as GET, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Pass everything but HEAD on as it is."""
        if scope.get("method") != "HEAD":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        as_get: Any = {**scope, "method": "GET"}
        await self._app(as_get, receive, sending)


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


def is_no_false_alarm(record: logging.LogRecord) -> bool:
    """Tell whether the server's log should keep a record: a refused handshake is no error.

    The server says so of every handshake that was answered with an HTTP status, as it should be.
    """
    return "returned without completing handshake" not in record.getMessage()
