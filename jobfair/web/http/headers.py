"""Headers of requests, and what every answer says: strict rules, nothing framed or sniffed."""

import re
from collections.abc import Iterable
from typing import Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
VARY = "Cookie, HX-Request, HX-Request-Type, Save-Data"
"""What a page depends on besides its address."""
HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
Headers = Iterable[tuple[bytes, bytes]]
REFUSED = re.compile(r"\s*q=0(\.0*)?\s*")


def header(headers: Headers, name: bytes, default: str = "") -> str:
    """Return a header of a request, name in lower case, or ``default`` when it was not sent."""
    return next((value.decode("latin-1") for key, value in headers if key == name), default)


def accepts(headers: Headers, encoding: str) -> bool:
    """Tell whether a browser takes a body in this encoding."""
    for part in header(headers, b"accept-encoding").lower().split(","):
        name, _, quality = part.partition(";")
        if name.strip() == encoding:
            return not REFUSED.fullmatch(quality)
    return False


async def send_answer(send: Send, status: Any, headers: Headers, body: bytes) -> None:
    """Send an answer that no handler has made."""
    await send({"type": "http.response.start", "status": status, "headers": [*headers]})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class SecureHeaders(ASGIMiddleware):
    """Adds the headers an answer does not bring itself.

    Pages of people who are signed in are never kept by anybody.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, *, https: bool) -> None:
        added = HEADERS | (HTTPS_HEADERS if https else {})
        self._added = [(name.lower().encode(), value.encode()) for name, value in added.items()]

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Send the answer with the headers behind its own."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.lower(), value) for name, value in message["headers"]]
                names = {name for name, _ in own}
                own += [header for header in self._added if header[0] not in names]
                if b"cache-control" not in names:
                    private = scope.get("user") is not None or b"set-cookie" in names
                    own.append((b"cache-control", b"no-store" if private else b"no-cache"))
                    own.append((b"vary", VARY.encode()))
                message["headers"] = own
            await send(message)

        await next_app(scope, receive, sending)
