"""Conditional requests and an LRU cache for public pages, for visitors without a session.

The ETag of a page is made of its key and of everything its text depends on (``FairVersion``, the
phase, and the second where it counts down), so it is the same on every node and a 304 needs no
page. It is computed anew for each request: a cached page is sent only while its ETag is still the
same, and never because it was true a moment ago. A page may be newer than its ETag, if something
changed while it was rendered, but then that ETag never comes again.

Cached pages hold no token and nobody's data, so they may be compressed (BREACH needs a secret).
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Send

from jobfair.db import DBAPIError, NoConnection
from jobfair.tally.queries.versions import fair_version
from jobfair.web.http.cache_key import CacheKey, cache_key
from jobfair.web.http.dependencies import Services
from jobfair.web.http.encodings import choose, gzipped
from jobfair.web.http.headers import VARY
from jobfair.web.http.metrics import GROUP

SHARED = b"public, max-age=0, s-maxage=1, must-revalidate"
"""Browsers ask each time; a proxy may answer all who come within a second with one page."""
MOST_PAGES = 300
FAIR_VERSION = "fair_version"
"""Key of the scope under which stands the version of the fair that a page is made of."""


@dataclass
class Page:
    """A page with its headers, and its compressed version once it was asked for twice."""

    etag: bytes
    start: Any
    versions: dict[str, bytes]


async def _collect(scope: Any, receive: Receive, app: ASGIApp) -> tuple[Any, bytes]:
    """Return the start and the whole body of an answer."""
    messages: list[Any] = []

    async def take(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, take)
    return messages[0], b"".join(message.get("body", b"") for message in messages[1:])


class PageCache(ASGIMiddleware):
    """Stands before the router, behind the layer that adds the headers of every answer."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.pages: OrderedDict[CacheKey, Page] = OrderedDict()

    async def handle(self, scope: Any, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer with 304, from the cache, or with a page that is then cached."""
        key, version = cache_key(scope), None
        services: Services = scope["litestar_app"].state.services
        if key is not None:
            position = key.slug if key.part == "lowongan" else ""
            try:
                version = await fair_version(services.database.lookup, key.fair, position=position)
            except (DBAPIError, NoConnection) as trouble:
                scope["auth_error"] = trouble
        if key is None or version is None:
            await next_app(scope, receive, send)
            return
        now = services.clock.now()
        etag = key.etag(self._secret, version, now)
        if etag in _header(scope, b"if-none-match"):
            scope[GROUP] = "public"
            start: Any = {"type": "http.response.start", "status": 304, "headers": _headers(etag)}
            await _send(send, start, b"")
            return
        page = self.pages.get(key)
        if page is not None and page.etag == etag:
            scope[GROUP] = "public"
            await self._send_cached(key, page, scope, send)
            return
        scope[FAIR_VERSION] = version
        start, body = await _collect(scope, receive, next_app)
        if start["status"] == 200 and not any(  # noqa: PLR2004
            name.lower() == b"set-cookie" for name, _ in start["headers"]
        ):
            etag = key.etag(self._secret, scope[FAIR_VERSION], now)
            own = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
            self.pages[key] = Page(etag, start | {"headers": [*own, *_headers(etag)]}, {"": body})
            self.pages.move_to_end(key)
            if len(self.pages) > MOST_PAGES:
                self.pages.popitem(last=False)
            start = start | {"headers": [*start["headers"], *_headers(etag)]}
        await _send(send, start, body)

    async def _send_cached(self, key: CacheKey, page: Page, scope: Any, send: Send) -> None:
        self.pages.move_to_end(key)
        if len(page.versions) == 1:
            page.versions = gzipped(page.versions[""])
        encoding = choose(_header(scope, b"accept-encoding").decode("latin-1"), page.versions)
        body = page.versions[encoding]
        more = [(b"content-encoding", encoding.encode())] if encoding else []
        await _send(send, page.start, body, [*more, (b"content-length", b"%d" % len(body))])


def _headers(etag: bytes) -> list[tuple[bytes, bytes]]:
    vary = f"{VARY}, Accept-Encoding".encode()
    return [(b"etag", etag), (b"cache-control", SHARED), (b"vary", vary)]


def _header(scope: Any, wanted: bytes) -> bytes:
    return b", ".join(value for name, value in scope["headers"] if name == wanted)


async def _send(send: Send, start: Any, body: bytes, more: Any = ()) -> None:
    """Send an answer, the headers as a list of its own, for others add to it."""
    await send(start | {"headers": [*start["headers"], *more]})
    await send({"type": "http.response.body", "body": body, "more_body": False})
