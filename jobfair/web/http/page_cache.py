"""Conditional requests and an LRU cache for public pages, for visitors without a session.

The ETag of a page is made of its key and of everything its text depends on (``FairVersion``, the
phase, and the second where it counts down), so it is the same on every node and a 304 needs no
page. It is computed anew for each request: a cached page is sent only while its ETag is still the
same, and never because it was true a moment ago. If something changed while a page was rendered,
its ETag is that of the version it was rendered from.

Cached pages hold no token and nobody's data, so they may be compressed (BREACH needs a secret).
"""

import gzip
import re
from datetime import datetime
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any, NamedTuple

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Send

from jobfair.db import DBAPIError, NoConnection
from jobfair.fairs.rules import Phase
from jobfair.fairs.rules.details import RESERVED
from jobfair.tally.queries.versions import FairVersion, fair_version
from jobfair.web.http.headers import VARY, accepts, header, send_answer
from jobfair.web.http.metrics import GROUP
from jobfair.web.http.templating import language_in

ADDRESS = re.compile(r"/([a-z0-9-]+)(?:/(angka|lowongan|perusahaan)(?:/([a-z0-9-]+))?)?")
SHARED = [
    (b"cache-control", b"public, max-age=0, s-maxage=1, must-revalidate"),
    (b"vary", f"{VARY}, Accept-Encoding".encode()),
]
"""Browsers ask each time; a proxy may answer all who come within a second with one page."""
MOST_PAGES, LONGEST_QUERY = 300, 300
VARYING = frozenset({b"save-data", b"hx-request", b"hx-request-type"})
FAIR_VERSION = "fair_version"
"""Key of the scope under which stands the version of the fair that a page is made of."""
Page = tuple[list[tuple[bytes, bytes]], bytes]
compressed = lru_cache(MOST_PAGES)(partial(gzip.compress, compresslevel=5, mtime=0))


class CacheKey(NamedTuple):
    """Everything in a request that a page depends on."""

    fair: str
    part: str
    slug: str
    asked: tuple[Any, ...]
    """The query, the language, and the headers of which a page depends."""

    def etag(self, secret: bytes, version: FairVersion, now: datetime) -> str:
        """Return the ETag of the page at a version of its fair."""
        phase = version.phase(now)
        counts_down = self.part in ("", "angka") and phase is not Phase.CLOSED
        second = now.replace(microsecond=0) if counts_down else None
        numbers = version.ledger
        if self.part == "lowongan" and self.slug:
            numbers = (version.sent,)
        elif self.part == "perusahaan" and not self.slug:
            numbers = ()
        facts = (self, version.defined, numbers, phase, second)
        return f'W/"{blake2b(repr(facts).encode(), digest_size=12, key=secret).hexdigest()}"'


def cache_key(scope: Any) -> CacheKey | None:
    """Return the key of a request; None for other pages and for visitors with a cookie of ours."""
    found, headers = ADDRESS.fullmatch(scope["path"]), scope["headers"]
    if found is None or found[1] in RESERVED or scope["method"] != "GET":
        return None
    if any(name == b"cookie" and b"__Host-" in value for name, value in headers):
        return None
    if len(scope["query_string"]) > LONGEST_QUERY:
        return None
    varying = [pair for pair in headers if pair[0] in VARYING]
    fair, part, slug = found.groups("")
    return CacheKey(fair, part, slug, (scope["query_string"], language_in(headers), *varying))


class PageCache(ASGIMiddleware):
    """Stands before the router, behind the layer that adds the headers of every answer."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.pages: dict[str, Page] = {}
        """By ETag, so a page that is no longer true is never found; the last used comes last."""

    async def handle(self, scope: Any, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer with 304, from the cache, or with a page that is then cached."""
        key, version = cache_key(scope), None
        services = scope["litestar_app"].state.services
        if key is not None:
            position = key.slug if key.part == "lowongan" else ""
            try:
                version = await fair_version(services.database.lookup, key.fair, position=position)
            except (DBAPIError, NoConnection) as trouble:
                scope["auth_error"] = trouble
        if key is None or version is None:
            await next_app(scope, receive, send)
            return
        scope[FAIR_VERSION], scope[GROUP] = version, "public"
        now = services.clock.now()
        etag = key.etag(self._secret, version, now)
        if etag in header(scope["headers"], b"if-none-match"):
            await send_answer(send, 304, [(b"etag", etag.encode()), *SHARED], b"")
            return
        page = self.pages.pop(etag, None)
        if page is None:
            status, headers, body = await _answer(scope, receive, next_app)
            if status != 200 or b"set-cookie" in dict(headers):  # noqa: PLR2004
                await send_answer(send, status, headers, body)
                return
            etag = key.etag(self._secret, scope[FAIR_VERSION], now)  # read anew with the page
            page = ([*headers, (b"etag", etag.encode()), *SHARED], body)
        self.pages[etag] = page
        if len(self.pages) > MOST_PAGES:
            del self.pages[next(iter(self.pages))]
        if accepts(scope["headers"], "gzip"):
            page = _gzipped(page)
        await send_answer(send, 200, *page)


async def _answer(scope: Any, receive: Receive, app: ASGIApp) -> tuple[int, Any, bytes]:
    """Return status, headers and the whole body of an answer."""
    messages: list[Any] = []

    async def take(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, take)
    headers = [(name.lower(), value) for name, value in messages[0]["headers"]]
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return messages[0]["status"], headers, body


def _gzipped(page: Page) -> Page:
    body = compressed(page[1])
    own = [pair for pair in page[0] if pair[0] != b"content-length"]
    return [*own, (b"content-encoding", b"gzip"), (b"content-length", b"%d" % len(body))], body
