"""Public pages that were made before and are still true, for visitors nobody knows.

A page is kept with its stamp, which is all that it was made of. Whoever asks for it again is
answered from memory only if the stamp, read anew, is the same; nothing is ever shown because it was
true a moment ago. What a page shows may be newer than its stamp, if something changed while it was
made, but then the stamp never comes again. The mark of a page (its ETag) is made of the stamp
alone, so that 304 needs no page at all, and is the same on every node.

What a page says of the hour belongs to what it says: the phase, and on the front page the second at
which its numbers were read. So that page is kept, and its mark good, for that second and no longer.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.status_codes import HTTP_200_OK, HTTP_304_NOT_MODIFIED
from litestar.types import ASGIApp, Message, Receive, Send

import jobfair
from jobfair.db import DBAPIError, NoConnection
from jobfair.fairs.rules import Phase
from jobfair.loading.fairfile import RESERVED
from jobfair.tally.queries.versions import FairVersion, fair_version
from jobfair.web.http import templating
from jobfair.web.http.dependencies import Services
from jobfair.web.http.fair_cache import STAMP
from jobfair.web.http.headers import VARY
from jobfair.web.http.metrics import GROUP

ADDRESS = re.compile(r"/([a-z0-9-]+)(?:/(angka|lowongan|perusahaan)(?:/([a-z0-9-]+))?)?")
LANGUAGE_COOKIE = templating.LANGUAGE_COOKIE.encode()
LANGUAGE = re.compile(rb"(?:.*;)?\s*%s=(id|en)\s*(?:;.*)?" % LANGUAGE_COOKIE)
VARYING = frozenset({b"save-data", b"hx-request", b"hx-request-type"})
OURS = b"__Host-"
"""Whoever has one of our own cookies may be somebody."""
SHARED = b"public, max-age=0, s-maxage=1, must-revalidate"
"""Browsers ask each time; a proxy may answer all who come within a second with one page."""
LONGEST_QUERY = 300
SPACE = 16 * 1024 * 1024


def fingerprint(extra_content: str, base_url: str) -> bytes:
    """Return what stands for this very program in the marks: its code, texts and templates."""
    digest = blake2b(base_url.encode(), digest_size=16)
    package = Path(jobfair.__file__).parent
    folders = [
        *templating.content_folders(extra_content, "templates"),
        *templating.content_folders(extra_content, "static"),
    ]
    for folder in (package, *folders):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.digest()


@dataclass(frozen=True)
class Asked:
    """What a visitor asks for: everything besides the stamp that a page depends on."""

    fair: str
    part: str
    one: str
    """The slug of one position or company."""
    query: bytes
    language: bytes
    varying: tuple[tuple[bytes, bytes], ...]

    def says(self, stamp: FairVersion, now: datetime) -> tuple[Any, ...]:
        """Return all that the page says, to compare and to make its mark of."""
        phase = stamp.phase(now)
        counts_down = self.part in ("", "angka") and phase is not Phase.CLOSED
        second = now.replace(microsecond=0) if counts_down else None
        numbers = stamp.ledger
        if self.part == "lowongan" and self.one:
            numbers = (stamp.sent,)
        elif self.part == "perusahaan" and not self.one:
            numbers = ()
        return (self, stamp.defined, numbers, phase, second)


def asked_in(scope: Any) -> Asked | None:
    """Return what a request asks for; None when it is no page of these, or not for anybody."""
    found = ADDRESS.fullmatch(scope["path"])
    if found is None or found[1] in RESERVED or scope["method"] != "GET":
        return None
    language, varying = b"", []
    for name, value in scope["headers"]:
        if name in VARYING:
            varying.append((name, value))
        elif name == b"cookie":
            if language or OURS in value:
                return None
            if LANGUAGE_COOKIE in value:
                chosen = LANGUAGE.fullmatch(value)
                if chosen is None or value.count(LANGUAGE_COOKIE) > 1:
                    return None
                language = chosen[1]
    query = scope["query_string"]
    if len(query) > LONGEST_QUERY or len({name for name, _ in varying}) < len(varying):
        return None
    return Asked(found[1], found[2] or "", found[3] or "", query, language, tuple(varying))


def has_mark(scope: Any, mark: bytes) -> bool:
    """Tell whether the reader has the page with this mark already."""
    return any(name == b"if-none-match" and mark in value for name, value in scope["headers"])


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""

    @property
    def is_page(self) -> bool:
        """Tell whether it may be given to others."""
        return self.status == HTTP_200_OK and all(
            name.lower() != b"set-cookie" for name, _ in self.headers
        )

    async def send(self, send: Send) -> None:
        """Send it, the headers as a list of its own, for others add to it."""
        start: Any = {"type": "http.response.start", "status": self.status}
        await send(start | {"headers": [*self.headers]})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


@dataclass(frozen=True)
class Page:
    """An answer that is kept, what it says, and the mark that stands for that."""

    says: tuple[Any, ...]
    mark: bytes
    answer: Answer


class Shelf:
    """The pages that are kept, those asked for last at the end, within ``space`` bytes."""

    def __init__(self, space: int = SPACE) -> None:
        self._space = space
        self._pages: OrderedDict[Asked, Page] = OrderedDict()
        self.size = 0

    def find(self, asked: Asked) -> Page | None:
        """Return what was kept for this, true or not."""
        if asked in self._pages:
            self._pages.move_to_end(asked)
        return self._pages.get(asked)

    def put(self, asked: Asked, page: Page) -> None:
        """Keep a page; those nobody has asked for the longest make room."""
        before = self._pages.pop(asked, None)
        self.size += len(page.answer.body) - (len(before.answer.body) if before else 0)
        self._pages[asked] = page
        while self.size > self._space:
            _, gone = self._pages.popitem(last=False)
            self.size -= len(gone.answer.body)


async def _collect(scope: Any, receive: Receive, app: ASGIApp) -> Answer:
    """Return what an application answers, once it is whole."""
    messages: list[Any] = []

    async def take(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, take)
    start, *rest = messages
    body = b"".join(message.get("body", b"") for message in rest)
    return Answer(start["status"], tuple(start["headers"]), body)


class KeptPages(ASGIMiddleware):
    """Stands before the router, behind the layer that adds the headers of every answer."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, fingerprint: bytes) -> None:
        self._fingerprint = fingerprint
        self.shelf = Shelf()

    async def handle(self, scope: Any, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer from the shelf, or with a page that is then kept."""
        asked, stamp = asked_in(scope), None
        services: Services = scope["litestar_app"].state.services
        if asked is not None:
            position = asked.one if asked.part == "lowongan" else ""
            try:
                stamp = await fair_version(services.database.lookup, asked.fair, position=position)
            except (DBAPIError, NoConnection) as trouble:
                scope["auth_error"] = trouble
        if asked is None or stamp is None:
            await next_app(scope, receive, send)
            return
        now = services.clock.now()
        answer = self._known(scope, asked, stamp, now)
        if answer is None:
            scope[STAMP] = stamp
            answer = self._keep(asked, await _collect(scope, receive, next_app), scope[STAMP], now)
        else:
            scope[GROUP] = "public"
        await answer.send(send)

    def _known(self, scope: Any, asked: Asked, stamp: FairVersion, now: datetime) -> Answer | None:
        says, kept = asked.says(stamp, now), self.shelf.find(asked)
        true = kept is not None and kept.says == says
        mark = kept.mark if kept and true else self._mark_of(says)
        if has_mark(scope, mark):
            return Answer(HTTP_304_NOT_MODIFIED, _headers(mark))
        return kept.answer if kept and true else None

    def _keep(self, asked: Asked, made: Answer, stamp: FairVersion, now: datetime) -> Answer:
        if not made.is_page:
            return made
        says = asked.says(stamp, now)
        mark = self._mark_of(says)
        answer = replace(made, headers=(*made.headers, *_headers(mark)))
        self.shelf.put(asked, Page(says, mark, answer))
        return answer

    def _mark_of(self, says: tuple[Any, ...]) -> bytes:
        digest = blake2b(repr(says).encode(), digest_size=12, key=self._fingerprint)
        return f'W/"{digest.hexdigest()}"'.encode()


def _headers(mark: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"etag", mark), (b"cache-control", SHARED), (b"vary", VARY.encode()))
